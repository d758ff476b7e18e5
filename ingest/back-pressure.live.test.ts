import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createHealth } from '../runtime/health.ts';
import { createMemoryLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { startTestNats } from '../runtime/nats/nats-for-tests.ts';
import { openPlatform, type Platform } from '../runtime/nats/platform.ts';
import { readOptions } from '../runtime/options.ts';
import { setPriority } from '../runtime/priorities.ts';
import { createReleaseStack } from '../runtime/release.ts';
import type { Service } from '../runtime/service.ts';
import { readTurnedAway } from '../runtime/turned-away.ts';
import { encodeFrame } from '../schemas/frame/encode.ts';
import { keys, topics } from '../schemas/names.ts';
import { PRIORITIES } from '../schemas/priority.ts';
import { connectPacket, connectRaw, publishPacket, type RawClient, until } from './mqtt/mqtt-for-tests.ts';
import { ingestOptions } from './options.ts';
import { createIngestServer } from './server.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const { log, records } = createMemoryLog();
const release = createReleaseStack({ log });
let platform: Platform;
let ingest: Service;
let port: number;

before(async () => {
  const nats = await startTestNats({ maxFileBytes: 4 * 2 ** 30 });
  release.add('nats-server', () => nats.stop());
  const argv = ['--nats-urls', nats.url, '--frames-max-bytes', String(MAX_BYTES), '--open', '--lanes', '1'];
  const options = readOptions(ingestOptions, { argv: [...argv, '--mqtt-port', '0', '--websocket-port', '0'], env: {} });
  platform = await openPlatform(options, { name: 'test', logger: log, release });
  const config = await platform.config();
  for (const priority of PRIORITIES) {
    if (priority !== 'live') await setPriority(config, keys.priority('device', priority), { priority, untilMs: null });
  }
  const deps = { health: createHealth(), metrics: createMetrics('ingest', { runtimeMetrics: false }), log };
  ingest = await createIngestServer({ options, platform, ...deps });
  release.add('ingest', () => ingest.stop());
  port = records.find(({ msg }) => msg === 'MQTT is listening')?.port as number;
  await until('the priorities are known', () => records.some(({ msg }) => msg === 'the priorities are known'), 30_000);
});

after(() => release.release());

/** Other data in the stream, up to a share of its bound; resolves when ingest has seen it. */
async function fillTo(percent: number): Promise<void> {
  const frames = await platform.frames();
  for (let { bytes } = await frames.info(); bytes < (MAX_BYTES * percent) / 100; { bytes } = await frames.info()) {
    const missing = Math.ceil((MAX_BYTES * percent) / 100) - bytes;
    const size = Math.min(16_384, Math.max(1, missing - 200));
    await frames.publish(platform.names.frames(0), new Uint8Array(size), { msgId: `fill.${bytes}`, headers: {} });
  }
  const seen = () =>
    records.some(({ usedPercent }) => typeof usedPercent === 'number' && usedPercent >= Math.floor(percent));
  await until(`ingest sees that ${percent} % are used`, seen, 30_000);
}

async function enter(device: string, t: Parameters<typeof connectRaw>[2]): Promise<[RawClient, number]> {
  const client = await connectRaw(port, 5, t);
  client.send(connectPacket(5, { clientId: `${device}-${Math.trunc(performance.now() * 1000)}`, username: device }));
  const connack = await client.next();
  assert.ok(connack.cmd === 'connack');
  return [client, connack.reasonCode ?? 0];
}

test('as the stream fills up each priority meets each rung in its turn, and all of it is counted', async (t) => {
  const told = { refused: 0, shed: 0 };
  let seq = 0;
  const open: RawClient[] = [];
  for (const device of PRIORITIES) open.push((await enter(device, t))[0]);

  /** For each priority: what a new connection hears, and what a frame of the open one does. */
  async function rung(): Promise<Record<string, string>> {
    const heard: Record<string, string> = {};
    for (const [i, device] of PRIORITIES.entries()) {
      const [client, code] = await enter(device, t);
      client.socket.destroy();
      const payload = Buffer.from(
        encodeFrame({
          device,
          boot: '00000000000000ff',
          seq: ++seq,
          source: 'hr',
          timesMs: [Date.now()],
          columns: { heart_rate: [100] },
        }),
      );
      open[i].send(publishPacket(seq, { topic: topics.frames(device), payload }));
      const puback = await open[i].next();
      assert.ok(puback.cmd === 'puback' && puback.messageId === seq);
      const reason = puback.properties?.reasonString ?? 'stored';
      if (reason.startsWith('shed')) told.shed += 1;
      else if (reason !== 'stored') told.refused += 1;
      heard[device] = `${code === 0 ? 'in' : 'out'}, ${reason}`;
    }
    return heard;
  }

  const roomy = await rung();
  await fillTo(80.2);
  const slowed = await rung();
  await fillTo(85.2);
  const kept = await rung();
  await fillTo(90.2);
  const shed = await rung();
  await fillTo(95.2);
  const races = await rung();
  await fillTo(98.2);
  const full = await rung();
  const allIn = { background: 'in, stored', live: 'in, stored', race: 'in, stored' };
  assert.deepEqual(
    { roomy, slowed, kept, shed, races, full },
    {
      roomy: allIn,
      slowed: allIn,
      kept: { ...allIn, background: 'out, stored' },
      shed: { background: 'out, shed_background', live: 'out, stored', race: 'in, stored' },
      races: { background: 'out, shed_background', live: 'out, shed_live', race: 'in, stored' },
      full: { background: 'out, shed_background', live: 'out, shed_live', race: 'out, stream_full' },
    },
  );
  await ingest.drain();
  await ingest.stop();
  const ledger = await readTurnedAway(await platform.ledger());
  assert.deepEqual(ledger, { ...told, reasons: { shed_background: 3, shed_live: 2, stream_full: 1 } });
});
