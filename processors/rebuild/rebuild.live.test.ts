import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../runtime/clock.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { startTestNats, type TestNats } from '../../runtime/nats/nats-for-tests.ts';
import { openNatsLog } from '../../runtime/nats/nats-stream.ts';
import { openPlatform } from '../../runtime/nats/platform.ts';
import { readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import type { MessageLog } from '../../runtime/stream/stream.ts';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import { createNames } from '../../schemas/names.ts';
import { rowKey, rowsOf } from '../batch-rows.ts';
import { batchMessage, sinkMessage, type TestBatch } from '../batches-for-tests.ts';
import { type ClickHouse, createClickHouse } from '../clickhouse/clickhouse-client.ts';
import { createQuestDbClient, type QuestDbClient } from '../questdb/questdb-client.ts';
import type { StoredRow } from '../sink.conformance.ts';
import { type Sink, StoreRefusedError } from '../sink.ts';
import { startTestClickHouse, startTestQuestDb, type TestStore } from '../stores-for-tests.ts';
import { type HotProgress, rebuildHotFromCold } from './hot-from-cold.ts';
import { rebuildOptions } from './options.ts';
import { rebuild } from './rebuild.ts';
import { replay } from './replay.ts';
import { rebuildRollUps } from './roll-ups-from-raw.ts';

const DAY_MS = 86_400_000;
const RETENTION_MS = 7 * DAY_MS;
const INSTANCE = '00000000000000cc';
/** Noon, so that the days of the test do not depend on when it runs. */
const noonMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;
const names = createNames();
const signal = new AbortController().signal;

let nats: TestNats;
let frames: MessageLog;
let questdb: TestStore;
let clickhouse: TestStore;
let hot: QuestDbClient;
let cold: ClickHouse;

/** Three days of six devices, one frame a message, with beats among them; and one day that the hot store dropped. */
const batches: TestBatch[] = [];
for (const ageDays of [12, 2, 1, 0]) {
  for (let n = 0; n < 60; n++) {
    const isRr = n % 10 === 9;
    const startMs = noonMs - ageDays * DAY_MS + Math.floor(n / 6) * 60_000;
    const timesMs = Array.from({ length: 30 }, (_, i) => startMs + i * 1_000 + (n % 7));
    const columns: Record<string, (number | null)[]> = isRr
      ? { rr: timesMs.map((_, i) => 8_000 + i) }
      : { heart_rate: timesMs.map((_, i) => (i % 4 === 3 ? null : 100 + i)), power: timesMs.map((_, i) => 200 + i) };
    const [device, source] = [`watch-${n % 6}`, isRr ? 'rr' : 'hr'];
    const frame: SensorFrame = { device, boot: '80000000000000ff', seq: n + 1, source, timesMs, columns };
    const batch = batches.length + 1;
    batches.push({ frames: [frame], instance: INSTANCE, shard: n % 4, batch, receivedMs: startMs + 30_000 });
  }
}
const messages = batches.map((batch, i) => sinkMessage(batch, i + 1));
const samples = messages.reduce((sum, message) => sum + message.samples, 0);

const withoutAthlete = ({ athlete: _, ...row }: StoredRow & { athlete?: string }): StoredRow => row;
const byKey = (rows: readonly StoredRow[]) =>
  rows
    .map((row) => withoutAthlete({ ...row, values: Object.fromEntries(Object.entries(row.values).sort()) }))
    .sort((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1));
const allRows = () => byKey(messages.flatMap(rowsOf));
const keptRows = () => allRows().filter(({ tsMs }) => tsMs >= Date.now() - RETENTION_MS);

before(async () => {
  // Each is kept as soon as it is there: when one does not start, the others are ended all the same.
  const starts = await Promise.allSettled([
    startTestNats().then((started) => {
      nats = started;
    }),
    startTestQuestDb().then((started) => {
      questdb = started;
    }),
    startTestClickHouse().then((started) => {
      clickhouse = started;
    }),
  ]);
  for (const start of starts) if (start.status === 'rejected') throw start.reason;
  frames = await openNatsLog(await nats.connect(), {
    name: names.framesStream,
    subjects: [names.framesFilter],
    ...{ maxBytes: 0, duplicateWindowMs: 120_000, metadata: { shards: '4' }, replicas: 1 },
  });
  for (const batch of batches) {
    const { subject, data, msgId, headers } = batchMessage(batch);
    await frames.publish(subject, data, { msgId, headers });
  }
  hot = await createQuestDbClient(questdb.url);
  cold = createClickHouse(clickhouse.url);
});

after(async () => {
  await Promise.all([hot?.close(), cold?.close()]);
  await Promise.all([nats?.stop(), questdb?.stop(), clickhouse?.stop()]);
});

const replayInto = (sink: Sink, fromSeq = 1) =>
  replay({
    ...{ frames, names, sink, clock: systemClock, fromSeq, signal },
    maxBatchRows: 500,
    maxBatchBytes: 1_000_000,
    onProgress: () => undefined,
  });

function rebuildHot(onProgress: (progress: HotProgress) => void = () => undefined, within = signal) {
  const deps = { cold, hot, clock: systemClock, hotRetentionMs: RETENTION_MS, pageRows: 700 };
  return rebuildHotFromCold({ ...deps, signal: within, onProgress });
}

test('an empty cold store is written again from the stream, from a sequence on, and twice is once', async () => {
  const { sink } = clickhouse;
  const last = { firstSeq: 101, lastSeq: batches.length, messages: batches.length - 100 };
  const someRows = messages.slice(100).reduce((sum, message) => sum + message.samples, 0);
  const whole = { expired: 0, refused: [], unreadable: [] };
  assert.deepEqual(await replayInto(sink, 101), { ...last, rows: someRows, ...whole });
  const all = { firstSeq: 1, lastSeq: batches.length, messages: batches.length };
  assert.deepEqual(await replayInto(sink), { ...all, rows: samples, ...whole });
  assert.deepEqual(byKey(await clickhouse.rows()), allRows());
  const frameCount = batches.length;
  const totals = { lines: batches.length, frames: frameCount, samples, refused: 0 };
  assert.deepEqual(await clickhouse.ledger(INSTANCE), totals);
});

test('what the store refuses is found alone, noted in its ledger and told; the rest is stored', async () => {
  const poison = new Set([7, 8, 200]);
  const written: number[] = [];
  const noted: number[] = [];
  const sink: Sink = {
    ...clickhouse.sink,
    async write(part) {
      if (part.some(({ seq }) => poison.has(seq))) throw new StoreRefusedError('poison');
      written.push(...part.map(({ seq }) => seq));
      return { rows: part.length, expired: 0 };
    },
    async writeRefused(part) {
      noted.push(...part.map(({ seq }) => seq));
    },
  };
  const { refused } = await replayInto(sink);
  assert.deepEqual([refused, noted], [[...poison], [...poison]]);
  assert.deepEqual(
    written.sort((a, b) => a - b),
    messages.map(({ seq }) => seq).filter((seq) => !poison.has(seq)),
  );
});

test('an empty hot store is written from the cold one, rows and ledger, without what it would drop', async () => {
  const told: HotProgress[] = [];
  const { rows, ledgerLines, lacking, spans } = await rebuildHot((progress) => told.push(progress));
  assert.deepEqual(lacking, []);
  assert.deepEqual({ rows, ledgerLines, spans }, { rows: keptRows().length, ledgerLines: batches.length, spans: 6 });
  assert.equal(told.at(-1)?.share, 1);
  assert.ok(told[0].what > told[4].what, 'the newest day comes first');
  assert.deepEqual(byKey(await questdb.rows()), keptRows());
  const totals = { lines: batches.length, frames: batches.length, samples, refused: 0 };
  assert.deepEqual(await questdb.ledger(INSTANCE), totals);
  const [[expired]] = await hot.sql('SELECT sum(expired) FROM ledger');
  assert.equal(expired, samples - keptRows().length);
});

test('lines of the rebuilt ledger have the names that the sink gives them, so the stream adds none', async () => {
  await replayInto(questdb.sink);
  const totals = { lines: batches.length, frames: batches.length, samples, refused: 0 };
  assert.deepEqual(await questdb.ledger(INSTANCE), totals);
  assert.deepEqual(byKey(await questdb.rows()), keptRows());
});

test('where nothing lacks nothing is written, and a day that is lost is written alone', async () => {
  const nothing = await rebuildHot();
  assert.deepEqual({ rows: nothing.rows, ledgerLines: nothing.ledgerLines }, { rows: 0, ledgerLines: 0 });
  const day = new Date(noonMs - DAY_MS).toISOString().slice(0, 10);
  await hot.sql(`ALTER TABLE samples DROP PARTITION LIST '${day}'`);
  const lost = keptRows().length - (await questdb.rows()).length;
  assert.ok(lost > 1_000);
  assert.equal((await rebuildHot()).rows, lost);
  assert.deepEqual(byKey(await questdb.rows()), keptRows());
});

test('a run that was cut short goes on where it was', async () => {
  for (const table of ['samples', 'rr']) await hot.sql(`TRUNCATE TABLE ${table}`);
  const cut = new AbortController();
  let before = 0;
  const cutAfterOne = ({ rows }: HotProgress) => {
    before = rows;
    cut.abort(new Error('cut'));
  };
  await assert.rejects(rebuildHot(cutAfterOne, cut.signal), { message: 'cut' });
  assert.ok(before > 0 && before < keptRows().length);
  assert.equal((await rebuildHot()).rows, keptRows().length - before);
  assert.deepEqual(byKey(await questdb.rows()), keptRows());
});

test('roll-ups are computed where they count other than the raw rows, and only there', async () => {
  const rollUps = async () => {
    const [row] = await cold.select(
      'SELECT toString(sum(samples)) AS samples, toString(sum(heart_rate_n)) AS beats, max(power_max) AS power, ' +
        'toString(max(version)) AS version FROM slipstream.rollup_10s FINAL',
    );
    return row;
  };
  const version = batches.length;
  const run = () =>
    rebuildRollUps({
      ...{ cold, version, signal, onProgress: () => undefined },
      span: { fromMs: 0, untilMs: Date.now() + DAY_MS },
    });
  const rows = allRows().filter(({ source }) => source === 'hr');
  const right = {
    samples: String(rows.length),
    beats: String(rows.filter(({ values }) => values.heart_rate !== undefined).length),
    power: Math.max(...rows.map(({ values }) => values.power)),
    version: String(version),
  };
  // Six devices (one of them with beats only now and then) on four days, all within one hour.
  assert.equal(await run(), 24);
  assert.deepEqual(await rollUps(), right);
  assert.equal(await run(), 0);
  await cold.command("ALTER TABLE slipstream.rollup_10s DELETE WHERE device = 'watch-3' SETTINGS mutations_sync = 1");
  assert.equal(await run(), 4);
  assert.deepEqual(await rollUps(), right);
});

test('the command says how far it is and what it has done, and names a place that is none', async () => {
  const said: string[] = [];
  async function run(...words: string[]): Promise<void> {
    const urls = [`--questdb-url=${questdb.url}`, `--clickhouse-url=${clickhouse.url}`, `--nats-urls=${nats.url}`];
    const sizes = ['--shards=4', `--frames-max-bytes=${2 ** 26}`];
    const options = readOptions(rebuildOptions, { argv: [...words, ...urls, ...sizes], env: {} });
    await using release = createReleaseStack({ log: createSilentLog() });
    const platform = () => openPlatform(options, { name: 'test', logger: createSilentLog(), release });
    const logger = createSilentLog();
    said.length = 0;
    await rebuild({ options, platform, clock: systemClock, release, logger, signal, say: (text) => said.push(text) });
  }
  await run('hot');
  assert.deepEqual(said.slice(-2), [
    'wrote 0 rows and 0 lines of the ledger',
    'every series of every day has what ClickHouse has',
  ]);
  const someRows = messages
    .slice(200)
    .reduce((sum, message) => sum + message.samples, 0)
    .toLocaleString('en-US');
  await run('replay', '--store=questdb', '--from=201');
  assert.equal(said.at(-1), `wrote ${someRows} rows of 40 messages, 0 rows are older than the store keeps`);
  await run('replay', '--store=clickhouse', `--from=${new Date(Date.now() + DAY_MS).toISOString()}`);
  assert.equal(said.at(-1), 'wrote 0 rows of 0 messages, 0 rows are older than the store keeps');
  await frames.openDurable('clickhouse', { subjects: [names.framesFilter], ackWaitMs: 1_000, maxAckPending: 10 });
  await run('roll-ups');
  assert.equal(said.at(-1), '0 hours of a series were computed again, all others count right');
  await assert.rejects(run('replay', '--from=yesterday'), {
    name: 'StartError',
    message: '--from: got "yesterday", expected a sequence or a time such as 2026-01-31T08:00:00Z',
  });
});
