import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '../../runtime/clock.ts';
import { createLedgerStore, type Ledger, readLedger } from '../../runtime/ledger.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { startTestNats } from '../../runtime/nats/nats-for-tests.ts';
import { openPlatform, type Platform, platformOptions } from '../../runtime/nats/platform.ts';
import { createDurableAt } from '../../runtime/nats/stream-copies.ts';
import { createOffsets } from '../../runtime/offsets.ts';
import { readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import { keys } from '../../schemas/names.ts';
import { DISTINCT_ROWS_SQL, LEDGER_TOTALS_SQL } from '../../schemas/sql/ledger-queries.ts';
import type { Engine } from '../../stack/engine.ts';
import { freePort } from '../../stack/ports.ts';
import { startService } from '../../stack/services.ts';
import { rowKey, rowsOf, type SampleRow } from '../batch-rows.ts';
import { batchMessage, sinkMessage, type TestBatch } from '../batches-for-tests.ts';
import { createClickHouse } from '../clickhouse/clickhouse-client.ts';
import { createQuestDbClient } from '../questdb/questdb-client.ts';
import { replay } from '../rebuild/replay.ts';
import type { Sink } from '../sink.ts';
import { startTestClickHouse, startTestQuestDb } from '../stores-for-tests.ts';
import { runBackupCommand } from './backup.ts';
import { BackupError, MANIFEST_FILE, type Manifest } from './manifest.ts';
import { backupOptions } from './options.ts';

const MIB = 1024 * 1024;
const WAIT_MS = 60_000;
const SHARDS = 4;
const DEVICES = 8;
const FRAME_SAMPLES = 10;
/** Two thousand samples a second together: enough to go on all the while, and few where the machine is slow. */
const PAUSE_MS = 20;
const logger = createSilentLog();
const release = createReleaseStack({ log: logger, timeoutMs: 30_000 });
const dir = mkdtempSync(join(tmpdir(), 'slip-backup-'));

after(async () => {
  await release.release();
  rmSync(dir, { recursive: true, force: true });
});

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + WAIT_MS;
  while (!(await isTrue())) {
    assert.ok(Date.now() < untilMs, `${what}: not within ${WAIT_MS} ms`);
    await systemClock.sleep(100);
  }
}

/** Done at the end at the latest, and once. */
function once(name: string, act: () => Promise<void>): () => Promise<void> {
  let doing: Promise<void> | undefined;
  const run = () => {
    doing ??= act();
    return doing;
  };
  release.add(name, run);
  return run;
}

type Deployment = Awaited<ReturnType<typeof startEngines>>;

/** Empty engines. `flags` is what every process of ours gets to reach them. */
async function startEngines(name: string) {
  // One after the other, each on the list at once: what has started is ended whatever the next one does.
  const nats = await startTestNats({ maxFileBytes: 2 ** 34 });
  const stopNats = once(`NATS ${name}`, () => nats.stop());
  const clickhouse = await startTestClickHouse();
  const stopClickHouse = once(`ClickHouse ${name}`, () => clickhouse.stop());
  const questdb = await startTestQuestDb();
  const stopQuestDb = once(`QuestDB ${name}`, () => questdb.stop());
  const urls = { natsUrls: nats.url, questdbUrl: questdb.url, clickhouseUrl: clickhouse.url, shards: SHARDS };
  const sizes = { framesMaxBytes: 64 * MIB, deadMaxBytes: 16 * MIB };
  const flags = [
    ...[`--nats-urls=${nats.url}`, `--questdb-url=${questdb.url}`, `--clickhouse-url=${clickhouse.url}`],
    ...[`--shards=${SHARDS}`, `--frames-max-bytes=${64 * MIB}`, `--dead-max-bytes=${16 * MIB}`],
  ];
  const cold = createClickHouse(clickhouse.url);
  const hot = await createQuestDbClient(questdb.url);
  const closeClients = once(`clients ${name}`, async () => void (await Promise.all([cold.close(), hot.close()])));
  async function stop(): Promise<void> {
    await closeClients();
    await Promise.all([stopNats(), stopQuestDb(), stopClickHouse()]);
  }
  return { name, nats, questdb, clickhouse, cold, hot, urls: { ...urls, ...sizes }, flags, stop };
}

async function openPlatformOf({ flags }: Pick<Deployment, 'flags'>): Promise<Platform> {
  const argv = flags.filter((flag) => !/questdb|clickhouse/.test(flag));
  return openPlatform(readOptions(platformOptions, { argv, env: {} }), { name: 'test', logger, release });
}

/** Both sinks and the holder, with a trimmer that wants to be done with a message after two seconds. */
async function startProcessors({ name, urls }: Deployment): Promise<Engine<unknown>> {
  const port = await freePort();
  const engine = await startService({
    name: 'processors',
    dataDir: join(dir, name),
    host: '127.0.0.1',
    ports: [{ port, option: '--processors-admin-port' }],
    options: { ...urls, processorsAdminPort: port, trimMinAgeMs: 2_000 },
  });
  release.add(`the processors of ${name}`, () => engine.stop());
  return engine;
}

function command(deployment: Pick<Deployment, 'flags'>, ...words: string[]): Promise<void> {
  const argv = [...words, ...(words[0] === 'verify' ? [] : deployment.flags), '--page-rows=1000', '--no-accounts'];
  const options = readOptions(backupOptions, { argv, env: {} });
  const signal = new AbortController().signal;
  return runBackupCommand({ options, clock: systemClock, release, logger, signal, env: {}, say: () => undefined });
}

/** What a run of ingest does: an offset for the boot, then batches, each acknowledged before the next of its shard. */
function startLoad(platform: Platform, instance: string, boot: string) {
  const stop = new AbortController();
  const acked: TestBatch[] = [];
  const startMs = Date.now() - 3_600_000;
  const log = Promise.all([platform.frames(), platform.dead(), platform.offsets()]);
  let deadLetters = 0;

  async function runShard(shard: number): Promise<void> {
    const [frames, dead, kv] = await log;
    const offsets = createOffsets({ kv, clock: systemClock, ttlMs: platform.offsetsTtlMs });
    for (let batch = 1; !stop.signal.aborted; batch++) {
      const device = `watch-${shard + SHARDS * (batch % (DEVICES / SHARDS))}`;
      const { offsetMs } = await offsets.resolve(device, boot, {
        offsetMs: Number.parseInt(instance.slice(-2), 16) * 1_000,
      });
      const timesMs = Array.from({ length: FRAME_SAMPLES }, (_, i) => startMs + (batch * FRAME_SAMPLES + i) * 100);
      const columns = { heart_rate: timesMs.map((_, i) => 60 + i) };
      const frame = { device, boot, seq: batch, source: 'hr', timesMs, columns };
      const one = { frames: [frame], instance, shard, batch, offsetMs, receivedMs: Date.now() };
      const { subject, data, msgId, headers } = batchMessage(one);
      await frames.publish(subject, data, { msgId, headers });
      acked.push(one);
      if (batch % 50 === 0) {
        const id = `${instance}.${shard}.${batch}.dead`;
        await dead.publish(platform.names.dead('malformed', device), data, { msgId: id, headers: {} });
        deadLetters++;
      }
      await systemClock.sleep(PAUSE_MS);
    }
  }

  const running = Promise.all(Array.from({ length: SHARDS }, (_, shard) => runShard(shard)));
  running.catch(() => stop.abort());
  return {
    acked,
    deadLetters: () => deadLetters,
    async end() {
      stop.abort();
      await running;
    },
  };
}

const samplesOf = (batches: readonly TestBatch[]) => batches.length * FRAME_SAMPLES;
const rowsOfBatches = (batches: readonly TestBatch[]) => batches.flatMap((batch) => rowsOf(sinkMessage(batch)));
const keyed = (rows: readonly Omit<SampleRow, 'athlete'>[]) =>
  new Map(rows.map((row) => [rowKey(row), { seq: row.seq, values: row.values }]));

async function ledgerOf({ cold, hot }: Deployment, platform: Platform): Promise<Ledger> {
  const inQuestDb = createLedgerStore('questdb', async (sql) => {
    const [cells] = await hot.sql(sql);
    const names = sql === LEDGER_TOTALS_SQL.questdb ? ['samples', 'refused', 'expired'] : ['rows'];
    assert.ok(names.length > 1 || sql === DISTINCT_ROWS_SQL.questdb);
    return [Object.fromEntries(names.map((name, i) => [name, cells[i]]))];
  });
  const stores = [inQuestDb, createLedgerStore('clickhouse', (sql) => cold.select(sql))];
  return readLedger({ kv: await platform.ledger(), stores });
}

/** Every sample that was ever accepted is in both stores' accounts, and nothing more. */
async function untilBalanced(deployment: Deployment, platform: Platform): Promise<Ledger> {
  let ledger = await ledgerOf(deployment, platform);
  const isDone = () => ledger.balanced && ledger.stores.every(({ inFlight }) => inFlight === 0);
  await until(`a balanced ledger`, async () => {
    ledger = await ledgerOf(deployment, platform);
    return isDone();
  });
  return ledger;
}

test('a backup made under load brings back everything acknowledged before it, once, into empty engines', async (t) => {
  const before = await startEngines('before');
  const oldPlatform = await openPlatformOf(before);
  const oldProcessors = await startProcessors(before);
  const load = startLoad(oldPlatform, '00000000000000a1', 'aaaaaaaaaaaaaaa1');
  const frames = await oldPlatform.frames();
  await until('the trimmer has trimmed', async () => (await frames.info()).firstSeq > 100);

  // Everything up to here has to come back.
  const promised = [...load.acked];
  const promisedDead = load.deadLetters();
  const backupDir = join(dir, 'backup');
  await command(before, 'create', backupDir);
  await until('the load has gone on', async () => load.acked.length > promised.length + 100);
  await load.end();
  assert.deepEqual(
    (await frames.durables()).sort(),
    ['clickhouse', 'questdb'],
    'nothing holds the stream after the backup',
  );
  const oldOffset = await (await oldPlatform.offsets()).get(keys.offset('watch-1', 'aaaaaaaaaaaaaaa1'));
  oldProcessors.kill('SIGKILL');
  await oldPlatform.link.close();
  await before.stop();

  await command(before, 'verify', backupDir);
  const manifest = JSON.parse(readFileSync(join(backupDir, MANIFEST_FILE), 'utf8')) as Manifest;
  assert.deepEqual(
    manifest.parts.map(({ name }) => name),
    [
      ...['checkpoints', 'boardCheckpoints', 'ledger', 'ledger', 'rollup_10s', 'records', 'gear_load', 'efforts'],
      ...[
        'activities',
        'samples',
        'rr',
        'events',
        'deployment',
        'FRAMES',
        'offsets',
        'leases',
        'boardLeases',
        'boards',
      ],
      ...['stated_workouts', 'product_events', 'config', 'revocations', 'DEAD', 'FACTS'],
    ],
  );

  const now = await startEngines('now');
  await command(now, 'restore', backupDir);
  await assert.rejects(command(now, 'restore', backupDir), { name: 'BackupError', message: /NATS is not empty/ });
  const platform = await openPlatformOf(now);
  assert.deepEqual(
    (await (await platform.offsets()).get(keys.offset('watch-1', 'aaaaaaaaaaaaaaa1')))?.value,
    oldOffset?.value,
  );
  assert.ok((await (await platform.dead()).info()).messages >= promisedDead);
  const processors = await startProcessors(now);
  // Half way through the stream the ledger balances, too.
  const restoredFrames = await platform.frames();
  await until('both stores have read the stream', async () => {
    const positions = await Promise.all(
      (['questdb', 'clickhouse'] as const).map((store) =>
        restoredFrames.durablePosition(platform.names.durable(store)),
      ),
    );
    return positions.every((position) => position?.pendingMessages === 0 && position.unackedMessages === 0);
  });
  const restored = await untilBalanced(now, platform);
  const accepted = restored.stores[0].accepted;
  assert.ok(accepted >= samplesOf(promised) && accepted <= samplesOf(load.acked));

  // The same device goes on with the same boot, and gets the correction that it had.
  const more = startLoad(platform, '00000000000000a2', 'aaaaaaaaaaaaaaa1');
  await until('a new load runs', async () => more.acked.length > 400);
  await more.end();
  assert.deepEqual(new Set(more.acked.map(({ offsetMs }) => offsetMs)), new Set([0xa1 * 1_000]));
  const ledger = await untilBalanced(now, platform);
  const total = accepted + samplesOf(more.acked);
  for (const { store, accepted, written, refused, expired } of ledger.stores) {
    assert.deepEqual(
      { accepted, written, refused, expired },
      { accepted: total, written: total, refused: 0, expired: 0 },
      store,
    );
  }
  const rollUps = async () => {
    const [{ n }] = await now.cold.select('SELECT toString(sum(samples)) AS n FROM slipstream.rollup_10s FINAL');
    return Number(n);
  };
  const wanted = keyed(rowsOfBatches([...promised, ...more.acked]));
  const sent = keyed(rowsOfBatches([...load.acked, ...more.acked]));
  for (const store of [now.clickhouse, now.questdb]) {
    const rows = await store.rows();
    const found = keyed(rows);
    assert.equal(rows.length, found.size, 'one row a key');
    for (const [key, row] of wanted) assert.deepEqual(found.get(key), row, key);
    for (const [key, row] of found) assert.deepEqual(row, sent.get(key), key);
  }
  const distinct = (await now.clickhouse.rows()).length;
  await until('every row is in a roll-up', async () => (await rollUps()) === distinct);
  await processors.stop();
  t.diagnostic(`${samplesOf(promised)} samples before the backup, ${accepted} came back, ${distinct} rows at the end`);
});

test('a lost ClickHouse gets its tables from the backup, and what came since from the stream', async () => {
  const nats = await startTestNats({ maxFileBytes: 2 ** 34 });
  release.add('NATS for the tables', () => nats.stop());
  const [lost, fresh] = [await startTestClickHouse(), await startTestClickHouse()];
  for (const store of [lost, fresh]) release.add('ClickHouse for the tables', () => store.stop());
  const flags = [`--nats-urls=${nats.url}`, `--shards=${SHARDS}`, `--frames-max-bytes=${64 * MIB}`];
  const platform = await openPlatformOf({ flags });
  const load = startLoad(platform, '00000000000000a3', 'aaaaaaaaaaaaaaa3');
  await until('a load runs', async () => load.acked.length > 200);
  const frames = await platform.frames();
  const bring = (sink: Sink, fromSeq: number) =>
    replay({
      ...{ frames, names: platform.names, sink, clock: systemClock, fromSeq, onProgress: () => undefined },
      ...{ maxBatchRows: 1_000, maxBatchBytes: MIB, signal: new AbortController().signal },
    });
  const { lastSeq } = await bring(lost.sink, 1);
  await createDurableAt(platform.link, frames.name, 'clickhouse', lastSeq + 1);
  const tablesDir = join(dir, 'tables');
  await command({ flags: [...flags, `--clickhouse-url=${lost.url}`] }, 'create', tablesDir);
  await load.end();

  await command({ flags: [...flags, `--clickhouse-url=${fresh.url}`] }, 'restore-clickhouse', tablesDir);
  const restored = (await fresh.rows()).length;
  assert.equal(restored, (await lost.rows()).length);
  await bring(fresh.sink, lastSeq + 1);
  const found = keyed(await fresh.rows());
  assert.ok(found.size > restored);
  assert.deepEqual(found, keyed(rowsOfBatches(load.acked)));
  const totals = await fresh.ledger('00000000000000a3');
  assert.deepEqual([totals.lines, totals.samples], [load.acked.length, samplesOf(load.acked)]);
});

test('a backup with a changed file, an unfinished one, and a folder that is used are refused', async () => {
  // All of it is refused before a store is asked anything.
  const nats = await startTestNats({ maxFileBytes: 2 ** 34 });
  release.add('NATS for the refusals', () => nats.stop());
  const engines = { flags: [`--nats-urls=${nats.url}`, `--shards=${SHARDS}`] };
  const backupDir = join(dir, 'backup');
  await assert.rejects(command(engines, 'create', backupDir), { name: 'BackupError', message: /is not empty/ });
  const aFile = join(backupDir, MANIFEST_FILE);
  await assert.rejects(command(engines, 'create', aFile), { name: 'BackupError', message: /cannot be used.*EEXIST/ });
  const file = join(backupDir, 'buckets/offsets.jsonl');
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(1));
  const changed = { name: 'BackupError', message: 'buckets/offsets.jsonl is not what was backed up' };
  await assert.rejects(command(engines, 'verify', backupDir), changed);
  await assert.rejects(command(engines, 'restore', backupDir), changed);
  writeFileSync(file, whole);
  rmSync(join(backupDir, MANIFEST_FILE));
  await assert.rejects(command(engines, 'restore', backupDir), BackupError);
  const platform = await openPlatformOf(engines);
  const names: string[] = [];
  for await (const { config } of platform.link.jsm.streams.list()) names.push(config.name);
  assert.deepEqual(names, []);
});
