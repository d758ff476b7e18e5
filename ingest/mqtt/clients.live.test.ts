import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createHealth } from '../../runtime/health.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { startTestNats } from '../../runtime/nats/nats-for-tests.ts';
import { openPlatform, type Platform } from '../../runtime/nats/platform.ts';
import { readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import { readBatch } from '../../schemas/batch/reader.ts';
import { encodeFrame, type SensorFrame } from '../../schemas/frame/encode.ts';
import { bootToHex } from '../../schemas/identity.ts';
import { topics } from '../../schemas/names.ts';
import { encodeCommand } from '../../schemas/websocket-framing.ts';
import { freePort } from '../../stack/ports.ts';
import { ingestOptions } from '../options.ts';
import { createIngestServer } from '../server.ts';
import { mosquitto, mqttJs, paho } from './clients-for-tests.ts';

const BOOT = '9f86d081884c7d65';
const COMMAND_EVERY_MS = 50;
const MIB = 1024 * 1024;
const startMs = Date.now() - 60_000;
const log = createSilentLog();
const release = createReleaseStack({ log, timeoutMs: 30_000 });
const dir = mkdtempSync(join(tmpdir(), 'slipstream-mqtt-clients-'));
let platform: Platform;
let port: number;

before(async () => {
  release.add('the folder', () => rmSync(dir, { recursive: true, force: true }));
  const nats = await startTestNats();
  release.add('NATS', () => nats.stop());
  port = await freePort();
  const sizes = ['--frames-max-bytes', `${64 * MIB}`, '--dead-max-bytes', `${16 * MIB}`];
  const ports = ['--mqtt-port', `${port}`, '--websocket-port', '0'];
  const argv = ['--nats-urls', nats.url, ...ports, ...sizes, '--lanes', '1', '--open'];
  const options = readOptions(ingestOptions, { argv, env: {} });
  platform = await openPlatform(options, { name: 'ingest', logger: log, release });
  const metrics = createMetrics('ingest', { runtimeMetrics: false });
  const ingest = await createIngestServer({ options, platform, health: createHealth(), metrics, log });
  release.add('ingest', async () => {
    await ingest.drain();
    await ingest.stop();
  });
});

after(async () => {
  assert.deepEqual(await release.release(), []);
});

/** Every row of the stream that a device sent, in the order in which they were stored. */
async function rowsOf(device: string) {
  const frames = await platform.frames();
  const { lastSeq } = await frames.info();
  const stop = new AbortController();
  const rows: Record<string, unknown>[] = [];
  for await (const message of frames.readFrom({ subjects: ['>'], fromSeq: 1, signal: stop.signal })) {
    const batch = readBatch('samples', message.data);
    for (let i = 0; i < batch.rows; i++) {
      if (batch.device.keys[batch.device.index[i]] !== device) continue;
      const values = batch.channels.flatMap((column) =>
        column === null ? [] : [[column.channel.name, column.nulls[i] === 1 ? null : column.values[i]]],
      );
      rows.push({
        boot: bootToHex(batch.boot[2 * i], batch.boot[2 * i + 1]),
        seq: batch.seq[2 * i],
        source: batch.source.keys[batch.source.index[i]],
        deviceTimeMs: batch.deviceTimeMs[i],
        tsMs: batch.tsMs[i],
        ...Object.fromEntries(values),
      });
    }
    if (message.seq === lastSeq) break;
  }
  stop.abort();
  return rows;
}

for (const { name, session } of [mosquitto, mqttJs, paho]) {
  for (const version of [4, 5] as const) {
    const isOld = version === 4;
    test(`${name}, MQTT ${isOld ? '3.1.1' : '5'}: frames arrive whole, and a command`, {
      timeout: 120_000,
    }, async () => {
      const device = `${name.slice(0, 4)}-${version}`;
      const frame: SensorFrame = {
        device,
        boot: BOOT,
        seq: 1,
        source: 'hr',
        timesMs: [startMs, startMs + 1_000, startMs + 2_500],
        columns: { heart_rate: [120, null, 10], power: [0, 13, 250] },
      };
      const json = { device, boot: BOOT, seq: 2, source: 'hr', baseMs: startMs + 3_000, dtMs: [0, 10] };
      const request = { port, version, device, dir, protobuf: encodeFrame(frame) };
      const command = encodeCommand({ name: 'sync', payload: Buffer.from('again') });
      // Sent again until the client says that it came: not every client says when it has subscribed.
      const commanding = setInterval(
        () => platform.bus.publish(platform.names.command(device), command),
        COMMAND_EVERY_MS,
      );
      try {
        const heard = await session({ ...request, json: JSON.stringify({ ...json, heart_rate: [140, 141] }) });
        assert.deepEqual(heard, { topic: topics.command(device, 'sync'), payload: 'again' });
      } finally {
        clearInterval(commanding);
      }
      const row = (seq: number, atMs: number, values: object) => ({
        boot: BOOT,
        seq,
        source: 'hr',
        deviceTimeMs: startMs + atMs,
        tsMs: startMs + atMs,
        ...values,
      });
      // Their order in the stream says nothing: the first of a boot waits there for its clock's correction.
      const rows = (await rowsOf(device)).sort((a, b) => Number(a.deviceTimeMs) - Number(b.deviceTimeMs));
      // Two frames may share a batch or not, and with it the columns that it has.
      const power = (row: Record<string, unknown>) => ({ ...row, power: row.power ?? null });
      assert.deepEqual(rows.map(power), [
        row(1, 0, { heart_rate: 120, power: 0 }),
        row(1, 1_000, { heart_rate: null, power: 13 }),
        row(1, 2_500, { heart_rate: null, power: 250 }),
        row(2, 3_000, { heart_rate: 140, power: null }),
        row(2, 3_010, { heart_rate: 141, power: null }),
      ]);
    });
  }
}
