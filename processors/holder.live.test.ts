import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '../runtime/clock.ts';
import type { KeyValue } from '../runtime/kv/kv.ts';
import { readAccepted } from '../runtime/ledger.ts';
import { createSilentLog } from '../runtime/log.ts';
import { startTestNats, type TestNats } from '../runtime/nats/nats-for-tests.ts';
import { openPlatform, type Platform, platformOptions } from '../runtime/nats/platform.ts';
import { readOptions } from '../runtime/options.ts';
import { createReleaseStack } from '../runtime/release.ts';
import type { MessageLog } from '../runtime/stream/stream.ts';
import type { SensorFrame } from '../schemas/frame/encode.ts';
import { shardOf } from '../schemas/identity.ts';
import type { Engine } from '../stack/engine.ts';
import { freePort } from '../stack/ports.ts';
import { type ServiceUrls, startService } from '../stack/services.ts';
import { rowsOf, type SampleRow } from './batch-rows.ts';
import { batchMessage, sinkMessage, type TestBatch } from './batches-for-tests.ts';
import { type ClickHouse, createClickHouse } from './clickhouse/clickhouse-client.ts';
import { naiveRollUps } from './roll-ups/naive-roll-ups.ts';
import { type RollUpRow, rollUpKey } from './roll-ups/roll-up-row.ts';
import { readStoredRollUps } from './roll-ups/stored-roll-ups-for-tests.ts';
import { startTestClickHouse, type TestStore } from './stores-for-tests.ts';

const SHARDS = 4;
const DEVICES = 12;
const TIMEOUT_MS = 120_000;
const PUBLISH_EVERY_MS = 20;
const MAX_BYTES = 64 * 1024 * 1024;
const INSTANCE = '00000000000000cc';
const startMs = Math.floor(Date.now() / 1000) * 1000 - 7_200_000;

const release = createReleaseStack({ log: createSilentLog() });
const running: Engine<ServiceUrls>[] = [];
let dir: string;
let nats: TestNats;
let store: TestStore;
let clickHouse: ClickHouse;
let platform: Platform;
let frames: MessageLog;
let ledger: KeyValue;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slip-holders-'));
  [nats, store] = await Promise.all([startTestNats({ maxFileBytes: 4 * 2 ** 30 }), startTestClickHouse()]);
  clickHouse = createClickHouse(store.url);
  const options = readOptions(platformOptions, { argv: [`--nats-urls=${nats.url}`, `--shards=${SHARDS}`], env: {} });
  platform = await openPlatform(
    { ...options, framesMaxBytes: MAX_BYTES },
    { name: 'test', logger: createSilentLog(), release },
  );
  frames = await platform.frames();
  ledger = await platform.ledger();
});

after(async () => {
  await Promise.all(running.map((engine) => engine.stop()));
  await release.release();
  await clickHouse?.close();
  await Promise.all([nats?.stop(), store?.stop()]);
  await rm(dir, { recursive: true, force: true });
});

let started = 0;

async function startProcessors(own: Record<string, string | boolean>): Promise<Engine<ServiceUrls>> {
  const processorsAdminPort = await freePort();
  const engine = await startService({
    name: 'processors',
    dataDir: join(dir, String(++started)),
    host: '127.0.0.1',
    ports: [{ port: processorsAdminPort, option: '--processors-admin-port' }],
    options: {
      natsUrls: nats.url,
      shards: SHARDS,
      framesMaxBytes: MAX_BYTES,
      clickhouseUrl: store.url,
      processorsAdminPort,
      ...own,
    },
  });
  running.push(engine);
  return engine;
}

const startHolder = () => startProcessors({ sinks: 'none' });

const sentRows: SampleRow[] = [];
let sentSamples = 0;
let batch = 0;

/** Ten samples of one device: live ones, backlogs of an hour ago, and a heart rate that is missing now and then. */
function batchOf(number: number): TestBatch {
  const device = `watch-${number % DEVICES}`;
  const atMs = number % 17 === 0 ? startMs - 3_600_000 + number * 300 : startMs + number * 1_000;
  const frame: SensorFrame = {
    device,
    boot: '80000000000000ff',
    seq: number,
    source: 'gps',
    timesMs: Array.from({ length: 10 }, (_, i) => atMs + i * 100),
    columns: {
      heart_rate: Array.from({ length: 10 }, (_, i) => ((number + i) % 7 === 0 ? null : 60 + ((number * i) % 100))),
      distance: Array.from({ length: 10 }, (_, i) => number * 10 + i),
    },
  };
  return { frames: [frame], instance: INSTANCE, shard: shardOf(device, SHARDS), batch: number };
}

async function publish(number: number, suffix: string): Promise<void> {
  const { subject, data, headers, msgId } = batchMessage(batchOf(number));
  await frames.publish(subject, data, { msgId: msgId + suffix, headers });
}

/** Publishes at a steady pace while `work` goes on; every fifth batch comes again under another id. */
async function publishWhile(work: Promise<unknown>): Promise<void> {
  let isDone = false;
  const finished = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    const number = ++batch;
    await publish(number, '');
    const message = sinkMessage(batchOf(number));
    sentRows.push(...rowsOf(message));
    sentSamples += message.samples;
    if (number % 5 === 0) await publish(number - (number % 3), '.again');
    await systemClock.sleep(PUBLISH_EVERY_MS);
  }
  await finished;
}

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + TIMEOUT_MS;
  while (!(await isTrue())) {
    if (Date.now() > untilMs) throw new Error(`${what}: not within ${TIMEOUT_MS} ms`);
    await systemClock.sleep(50);
  }
}

/** How long until everything that had been published by now is counted as accepted. */
async function timeToAcceptMs(what: string): Promise<void> {
  const [fromMs, samples] = [performance.now(), sentSamples];
  await until(`${what}: accepted`, async () => (await readAccepted(ledger)) >= samples);
  console.log(`${what}: all accepted after ${Math.round(performance.now() - fromMs)} ms`);
}

const withoutVersion = ({ version: _v, epoch: _e, ...rollUp }: RollUpRow) => rollUp;
const byKey = <T>(rows: Map<string, T>) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1));

async function storedRollUps() {
  return byKey(new Map((await readStoredRollUps(clickHouse)).map((row) => [rollUpKey(row), withoutVersion(row)])));
}

async function recomputesOf(holder: Engine<ServiceUrls>): Promise<number> {
  const text = await (await fetch(`${holder.urls.admin}/metrics`)).text();
  return Number(/^slipstream_rollup_recomputes\{.*\} (\d+)$/m.exec(text)?.[1]);
}

test('holders killed, stopped and continued in the flow leave the roll-ups and counts of a recompute', async () => {
  await startProcessors({ sinks: 'clickhouse', holdShards: false });
  const [first, second] = await Promise.all([startHolder(), startHolder()]);
  await publishWhile(systemClock.sleep(2_000));
  await publishWhile(timeToAcceptMs('at the start'));

  first.kill('SIGKILL');
  await publishWhile(timeToAcceptMs('after kill -9'));
  const third = await startHolder();
  await publishWhile(systemClock.sleep(3_000));

  process.kill(second.pid, 'SIGSTOP');
  await publishWhile(systemClock.sleep(500));
  await publishWhile(timeToAcceptMs('after SIGSTOP'));
  process.kill(second.pid, 'SIGCONT');
  await publishWhile(systemClock.sleep(2_000));

  const fourth = startHolder();
  await publishWhile(fourth);
  third.kill('SIGKILL');
  await publishWhile(timeToAcceptMs('after another kill -9'));
  await publishWhile(second.stop());
  await publishWhile(timeToAcceptMs('after draining one'));

  const expected = byKey(naiveRollUps(sentRows));
  await until('the roll-ups equal a recompute', async () => {
    const stored = await storedRollUps();
    try {
      assert.deepEqual(stored, expected);
      return true;
    } catch {
      return false;
    }
  }).catch(async () => assert.deepEqual(await storedRollUps(), expected));
  assert.equal(await readAccepted(ledger), sentSamples);
  assert.ok((await recomputesOf(await fourth)) > 0, 'some of the data was too late for its bucket');
  const epochs = (await readStoredRollUps(clickHouse)).map(({ epoch }) => epoch);
  assert.ok(Math.max(...epochs) >= 3, 'some shard was held by three');
  const raw = await clickHouse.select('SELECT count() AS rows FROM slipstream.samples FINAL');
  assert.equal(Number(raw[0].rows), sentSamples);
});
