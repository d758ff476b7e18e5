import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createManualClock, systemClock } from '../runtime/clock.ts';
import { closedAfterAll } from '../runtime/closings-for-tests.ts';
import { createHealth } from '../runtime/health.ts';
import type { KeyValue } from '../runtime/kv/kv.ts';
import { createMemoryKvStore } from '../runtime/kv/memory-kv.ts';
import { readLedger, writeAccepted } from '../runtime/ledger.ts';
import { createSilentLog } from '../runtime/log.ts';
import { createMemoryBusHub } from '../runtime/memory-bus.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { createMemoryObjects } from '../runtime/objects/memory-objects.ts';
import { createMemoryLogStore } from '../runtime/stream/memory-stream.ts';
import { readTurnedAway, tellTurnedAway } from '../runtime/turned-away.ts';
import { NO_SETTINGS } from '../schemas/athlete-settings.ts';
import { createNames } from '../schemas/names.ts';
import { createAccess } from './access.ts';
import { createIdentity } from './accounts/identity.ts';
import { createClickHouseActivityReader } from './activities/clickhouse.ts';
import { createApi } from './api.ts';
import { createClickHouseAthleteReader } from './athletes/clickhouse.ts';
import { testDatabase } from './database/database-for-tests.ts';
import { createClickHouseDeviceReader } from './devices/clickhouse.ts';
import { createMemoryQueue } from './jobs/memory-queue.ts';
import { createLedgerStores } from './ledger/stores.ts';
import { createMailCatcher } from './mail/caught.ts';
import { createNewsService } from './notifications/news-service.ts';
import { createPostOutside } from './outside/post-outside.ts';
import { createDeletion } from './own-data/deletion.ts';
import { createExports } from './own-data/export/exports.ts';
import { createMemoryProduct } from './product/memory-product.ts';
import { createClickHouseEvidenceReader } from './profile/suggestions/clickhouse.ts';
import { createClickHouseProgressReader } from './progress/clickhouse.ts';
import { createActLog } from './races/acts/act-log.ts';
import { createClickHouseReader } from './samples/clickhouse.ts';
import { createSampleHistory } from './samples/history.ts';
import { createQuestDbReader } from './samples/questdb.ts';
import { sampleRow } from './samples/rows.arbitrary.ts';
import { startTestClickHouse, startTestQuestDb, type TestStore } from './samples/stores-for-tests.ts';
import type { ApiServer } from './server.ts';
import { createClickHouseQueries } from './stores/clickhouse-client.ts';
import { createQuestDbClient } from './stores/questdb-client.ts';

const NOW_MS = Date.UTC(2026, 5, 8, 12);
const HOT_MS = 3_600_000;
const BORDER_MS = NOW_MS - HOT_MS;
const STEP_MS = 10_000;
/** Ten minutes at 1 Hz on either side of the border; the hot store never had the older ones. */
const ROWS = Array.from({ length: 1_200 }, (_, i) =>
  sampleRow({ tsMs: BORDER_MS - 600_000 + i * 1_000, seq: i + 1 }, { heart_rate: 100 + (i % 50), speed: i }),
);
const URL = `/v1/devices/watch-1/samples?channels=heart_rate,speed&from=${ROWS[0].tsMs}&to=${NOW_MS}`;

const shared = closedAfterAll();
let kv: KeyValue;
let api: ApiServer;
let questdb: TestStore;
let clickhouse: TestStore;
let stopQuestDb: () => Promise<void>;

before(async () => {
  questdb = await startTestQuestDb((stop) => {
    stopQuestDb = stop;
    shared.after(stop);
  });
  clickhouse = await startTestClickHouse(shared.after);
  for (let i = 0; i < ROWS.length; i += 200) {
    await clickhouse.insert(ROWS.slice(i, i + 200));
    if (i >= 600) await questdb.insert(ROWS.slice(i, i + 200));
  }
  const queries = createClickHouseQueries({ url: clickhouse.url, timeoutMs: 20_000, maxConnections: 4 });
  shared.after(() => queries.close());
  const hotClient = createQuestDbClient({ url: questdb.url, timeoutMs: 20_000 });
  const hot = createQuestDbReader(hotClient);
  const cold = createClickHouseReader({ client: queries, usesRollUps: true });
  kv = createMemoryKvStore(systemClock, { bucket: 'LEDGER', ttlMs: 0, maxBytes: 1e6, replicas: 1 }).open();
  await writeAccepted(kv, 3, { epoch: 1, seq: 9, batches: 2, frames: 4, samples: 40, nulled: 0 });
  const stores = createLedgerStores(hotClient, queries);
  const names = createNames();
  const facts = createMemoryLogStore(systemClock, {
    ...{ name: names.factsStream, subjects: [names.factsFilter], maxBytes: 0, duplicateWindowMs: 120_000 },
    ...{ metadata: {}, replicas: 1 },
  }).open();
  const identity = await createIdentity({
    ...{ database: testDatabase.kysely, clock: createManualClock(NOW_MS), log: createSilentLog(), config: kv },
    ...{ mailer: createMailCatcher({ nowMs: () => NOW_MS }), publicUrl: 'http://here.test', seal: null },
  });
  const news = createNewsService({
    ...{ ...identity, clock: createManualClock(NOW_MS), log: createSilentLog(), facts, names },
    ...{ bus: createMemoryBusHub(systemClock).open(), outside: createPostOutside({ allowLoopback: false }) },
  });
  const deletion = createDeletion({
    ...{ ...identity, clock: createManualClock(NOW_MS), log: createSilentLog() },
    ...{ wakeLetters: identity.outbox.wake, forgetGuesses: identity.attempts.clear, objects: createMemoryObjects() },
    note: async () => undefined,
    stores: { devicesOf: async () => [], mark: async () => ({}), remove: async () => ({}) },
  });
  const jobs = createMemoryQueue();
  const exporting = { ...identity, clock: createManualClock(NOW_MS), log: createSilentLog(), jobs };
  const exports = createExports({
    ...exporting,
    ...{ objects: createMemoryObjects(), wakeLetters: identity.outbox.wake },
  });
  api = await createApi({
    product: createMemoryProduct(),
    log: createSilentLog(),
    version: '0.0.0',
    health: createHealth(),
    metrics: createMetrics('api', { runtimeMetrics: false }),
    access: createAccess({
      verify: async () => ({ ok: false, reason: 'bad_token' }),
      openLoopback: true,
      cookies: identity.cookies,
    }),
    identity,
    news,
    deletion,
    exports,
    jobs,
    objects: createMemoryObjects(),
    photoObjects: createMemoryObjects(),
    importsFiles: false,
    rates: { factor: 1 },
    clock: createManualClock(NOW_MS),
    history: createSampleHistory({ hot, cold, clock: createManualClock(NOW_MS), hotMs: HOT_MS }),
    activities: createClickHouseActivityReader(queries),
    races: { get: () => null, all: () => [], version: 0, isReady: true, stop: () => undefined },
    bus: createMemoryBusHub(systemClock).open(),
    boards: {
      follow: () => () => undefined,
      read: async () => null,
      past: async () => null,
      gaps: async () => null,
      way: async () => null,
      splits: async () => null,
      reviews: async () => null,
      preview: async () => null,
      followedRaces: () => 0,
      stop: () => undefined,
    },
    ...{ config: kv, facts, names, acts: createActLog({ facts, names }) },
    evidence: createClickHouseEvidenceReader(queries),
    ownDevices: {
      sign: null,
      seen: createClickHouseDeviceReader(queries),
      deadLetterCounts: async () => ({ subjects: new Map() }),
    },
    athletes: createClickHouseAthleteReader(queries),
    progress: createClickHouseProgressReader(queries),
    readSettings: async () => NO_SETTINGS,
    page: null,
    maxWatchers: 3,
    live: { ask: async () => null, watch: async () => null, listen: () => () => undefined },
    readLedger: () => readLedger({ kv, stores }),
    readTurnedAway: () => readTurnedAway(kv),
    countDeadLetters: async () => 3,
    readOperations: () => Promise.reject(new Error('not asked here')),
  });
  shared.after(() => api.close());
});

async function get(url: string) {
  const { statusCode, payload } = await api.inject({ method: 'GET', url });
  return { status: statusCode, body: JSON.parse(payload) };
}

test('pages over both stores give every sample once, in order', async () => {
  const seen: number[] = [];
  let cursor = '';
  do {
    const { status, body } = await get(`${URL}&limit=250${cursor}`);
    assert.equal(status, 200, JSON.stringify(body));
    seen.push(...body.samples.map(({ seq }: { seq: number }) => seq));
    cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
  } while (cursor !== '');
  assert.deepEqual(
    seen,
    ROWS.map(({ seq }) => seq),
  );
});

test('buckets look the same on both sides of the border', async () => {
  const { body } = await get(`${URL}&step=${STEP_MS / 1_000}s`);
  const expected = Array.from({ length: ROWS.length / 10 }, (_, b) => {
    const heartRate = 100 + ((b * 10) % 50);
    const speed = b * 10;
    return {
      start: new Date(ROWS[0].tsMs + b * STEP_MS).toISOString(),
      startMs: ROWS[0].tsMs + b * STEP_MS,
      source: 'gps',
      samples: 10,
      channels: {
        heart_rate: { n: 10, avg: heartRate + 4.5, min: heartRate, max: heartRate + 9 },
        speed: { n: 10, avg: (speed + 4.5) / 1_000, min: speed / 1_000, max: (speed + 9) / 1_000 },
      },
    };
  });
  assert.deepEqual(body.buckets, expected);
});

test('the ledger sets what was accepted against the account of each store', async () => {
  await questdb.run(`INSERT INTO ledger VALUES (${NOW_MS}000, 'a', 3, 1, 'samples', 2, 30, 2, 5)`);
  await clickhouse.run(
    `INSERT INTO slipstream.ledger (instance, shard, batch, kind, frames, samples, refused)
     VALUES ('a', 3, 1, 'samples', 2, 30, 2), ('a', 3, 1, 'samples', 2, 30, 2), ('a', 3, 2, 'samples', 2, 10, 0)`,
  );
  // What two processes were told to be too much, one of them twice because it heard no answer.
  await tellTurnedAway(kv, 'first', { stream_full: 4, shed_live: 1 });
  for (let time = 0; time < 2; time++) await tellTurnedAway(kv, 'second', { shed_live: 5 });
  assert.deepEqual((await get('/v1/ledger')).body, {
    balanced: true,
    deadLetters: 3,
    turnedAway: { refused: 4, shed: 6, reasons: { stream_full: 4, shed_live: 6 } },
    stores: [
      { store: 'questdb', accepted: 40, written: 23, refused: 2, expired: 5, inFlight: 10, balanced: true },
      { store: 'clickhouse', accepted: 40, written: 38, refused: 2, expired: 0, inFlight: 0, balanced: true },
    ],
  });
});

test('without its hot store the API gives what is older and a problem for the rest', async () => {
  await stopQuestDb();
  const recent = await get(URL);
  assert.deepEqual([recent.status, recent.body.store], [503, 'questdb']);
  const older = await get(`/v1/devices/watch-1/samples?from=${ROWS[0].tsMs}&to=${BORDER_MS}`);
  assert.deepEqual([older.status, older.body.samples.length], [200, 600]);
});
