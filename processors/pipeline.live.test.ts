import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../runtime/clock.ts';
import { createSilentLog } from '../runtime/log.ts';
import { startTestNats, type TestNats } from '../runtime/nats/nats-for-tests.ts';
import { openNatsLog } from '../runtime/nats/nats-stream.ts';
import type { MessageLog } from '../runtime/stream/stream.ts';
import type { SensorFrame } from '../schemas/frame/encode.ts';
import { createNames, DEAD_HEADERS } from '../schemas/names.ts';
import { rowKey, rowsOf } from './batch-rows.ts';
import { batchMessage, sinkMessage, type TestBatch } from './batches-for-tests.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import type { StoredRow } from './sink.conformance.ts';
import { startTestClickHouse, startTestQuestDb, type TestStore } from './stores-for-tests.ts';

const SHARDS = 4;
const BATCHES = 200;
const POISONED = 60;
const INSTANCE = '00000000000000bb';
const TIMEOUT_MS = 60_000;
const startMs = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;

const names = createNames();
let nats: TestNats;
let frames: MessageLog;
let dead: MessageLog;
let stores: TestStore[] = [];
const pipelines: { pipeline: Pipeline; running: Promise<void> }[] = [];

before(async () => {
  let questdb: TestStore;
  let clickhouse: TestStore;
  [nats, questdb, clickhouse] = await Promise.all([startTestNats(), startTestQuestDb(), startTestClickHouse()]);
  stores = [questdb, clickhouse];
  const link = await nats.connect();
  const shared = { maxBytes: 0, duplicateWindowMs: 120_000, metadata: {}, replicas: 1 };
  frames = await openNatsLog(link, { name: names.framesStream, subjects: [names.framesFilter], ...shared });
  dead = await openNatsLog(link, { name: names.deadStream, subjects: [names.deadFilter], ...shared });
  for (const { sink } of stores) {
    const pipeline = createPipeline({
      frames,
      names,
      sink,
      dead: createDeadLetters({ dead, names, clock: systemClock, sink: sink.name }),
      clock: systemClock,
      logger: createSilentLog(),
      options: {
        flushIntervalMs: 30,
        busyFlushIntervalMs: 30,
        busyRowsPerMs: 1_000_000,
        maxBatchRows: 400,
        maxBatchBytes: 1_000_000,
        maxBufferedBytes: 4_000_000,
        maxWritesInFlight: 2,
        ackWaitMs: 5_000,
        maxAckPending: 1_000,
        minBackoffMs: 50,
        maxBackoffMs: 500,
        healthIntervalMs: 100,
        maxRefusedInARow: 10,
      },
    });
    pipelines.push({ pipeline, running: pipeline.run() });
  }
});

after(async () => {
  for (const { pipeline, running } of pipelines) {
    await pipeline.drain();
    await pipeline.stop();
    await running;
  }
  await Promise.all([nats?.stop(), ...stores.map((store) => store.stop())]);
});

function batchOf(number: number): TestBatch {
  const frame: SensorFrame = {
    device: `watch-${number % 10}`,
    boot: '80000000000000ff',
    seq: number,
    source: 'gps',
    timesMs: Array.from({ length: 20 }, (_, i) => startMs + number * 1_000 + i * 50),
    columns: {
      heart_rate: new Array(20).fill(60 + (number % 100)),
      latitude: new Array(20).fill(515_000_000 + number),
    },
  };
  return { frames: [frame], instance: INSTANCE, shard: number % SHARDS, batch: number };
}

/** The block of a poisoned message has the right number of rows in front and an end that is missing. */
function publishable(number: number) {
  const message = batchMessage(batchOf(number));
  return number === POISONED ? { ...message, data: message.data.subarray(0, message.data.length - 4) } : message;
}

async function publish(from: number, to: number, repeat = ''): Promise<void> {
  for (let number = from; number <= to; number++) {
    const { subject, data, headers, msgId } = publishable(number);
    await frames.publish(subject, data, { msgId: msgId + repeat, headers });
  }
}

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + TIMEOUT_MS;
  while (!(await isTrue())) {
    if (Date.now() > untilMs) throw new Error(`${what}: not within ${TIMEOUT_MS} ms`);
    await systemClock.sleep(50);
  }
}

async function acknowledgedAll(durable: string): Promise<boolean> {
  const position = await frames.durablePosition(durable);
  return position !== null && position.pendingMessages === 0 && position.unackedMessages === 0;
}

const seen = (rows: readonly StoredRow[]) =>
  rows
    .map(({ device, source, boot, seq, deviceTimeMs, tsMs, values }) => {
      return { device, source, boot, seq, deviceTimeMs, tsMs, values };
    })
    .sort((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1));

test('repeats, a poison and a kill -9 of each store leave every row once in both, and the poison in DEAD', async () => {
  const [questdb, clickhouse] = stores;
  await publish(1, 80);
  await questdb.kill();
  await publish(81, 120);
  // The other store does not wait for the dead one.
  await until('ClickHouse goes on', () => acknowledgedAll('clickhouse'));
  await publish(1, 100, '.again');
  await clickhouse.kill();
  await until('readiness says so', async () => pipelines.every(({ pipeline }) => !pipeline.health().ok));
  await Promise.all([questdb.start(), publish(121, 160)]);
  await clickhouse.start();
  await publish(161, BATCHES);
  for (const { sink } of stores) await until(`${sink.name} has everything`, () => acknowledgedAll(sink.name));

  const numbers = Array.from({ length: BATCHES }, (_, i) => i + 1);
  const good = numbers.filter((number) => number !== POISONED).map((number) => sinkMessage(batchOf(number)));
  const expected = seen(good.flatMap(rowsOf));
  const totals = { lines: BATCHES, frames: BATCHES, samples: BATCHES * 20, refused: 20 };
  for (const store of stores) {
    assert.deepEqual(seen(await store.rows()), expected);
    assert.deepEqual(await store.ledger(INSTANCE), totals);
  }
  await assertBuried();
});

async function assertBuried(): Promise<void> {
  const found = [];
  const controller = new AbortController();
  for await (const message of dead.readFrom({ subjects: [names.deadFilter], fromSeq: 1, signal: controller.signal })) {
    assert.deepEqual(Buffer.from(message.data), Buffer.from(publishable(POISONED).data));
    const [reason, detail] = [DEAD_HEADERS.reason, DEAD_HEADERS.detail].map((name) => message.header(name));
    found.push(`${reason} by ${detail.split(':')[0]}`);
    if (message.pendingMessages === 0) controller.abort();
  }
  // The poison was published twice, so each store refused it twice.
  assert.deepEqual(new Set(found), new Set(['store_refused by questdb', 'store_refused by clickhouse']));
  assert.equal(found.length, 4);
}
