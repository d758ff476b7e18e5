import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClickHouseAthleteReader } from '../api/athletes/clickhouse.ts';
import { heldRecords } from '../api/athletes/reader.ts';
import { createClickHouseQueries } from '../api/stores/clickhouse-client.ts';
import { createActivities } from '../processors/activities/activity-reducer.ts';
import { createClickHouseActivityStore } from '../processors/activities/clickhouse-activity-store.ts';
import { createClickHouseGearStore } from '../processors/activities/gear/clickhouse-gear-store.ts';
import { createClickHouseRecordStore } from '../processors/activities/records/clickhouse-record-store.ts';
import { logMessage } from '../processors/batches-for-tests.ts';
import { createClickHouse } from '../processors/clickhouse/clickhouse-client.ts';
import { startTestClickHouse, type TestStore } from '../processors/stores-for-tests.ts';
import { createSilentLog } from '../runtime/log.ts';
import { startTestNats, type TestNats } from '../runtime/nats/nats-for-tests.ts';
import { openPlatform, platformOptions } from '../runtime/nats/platform.ts';
import { readOptions } from '../runtime/options.ts';
import type { Reducer } from '../runtime/reducer.ts';
import { createReleaseStack } from '../runtime/release.ts';
import type { MessageLog } from '../runtime/stream/stream.ts';
import type { AthleteSettings } from '../schemas/athlete-settings.ts';
import { eventCode, sportCode } from '../schemas/events.ts';
import type { Fact } from '../schemas/facts.ts';
import type { SensorFrame } from '../schemas/frame/encode.ts';
import { BATCH_HEADERS, createNames } from '../schemas/names.ts';
import { encodeRecordsAsk } from '../schemas/records-ask.ts';

const START_MS = Date.UTC(2026, 3, 5, 8);
const HOUR_S = 3_600;
const SETTINGS: AthleteSettings = {
  version: 1,
  preferredSources: ['pod/*'],
  gear: [{ id: 'racers', kind: 'shoes', name: 'Racers', defaultFor: ['run'], from: '2026-01-01' }],
};
const names = createNames();
const release = createReleaseStack({ log: createSilentLog() });
let nats: TestNats;
let store: TestStore;
let facts: MessageLog;

before(async () => {
  // Each is kept as soon as it is there: when the other does not start, it is ended all the same.
  nats = await startTestNats();
  store = await startTestClickHouse();
  const argv = [`--nats-urls=${nats.url}`, `--frames-max-bytes=${2 ** 26}`, `--facts-max-bytes=${2 ** 26}`];
  const options = readOptions(platformOptions, { argv, env: {} });
  facts = await (await openPlatform(options, { name: 'test', logger: createSilentLog(), release })).facts();
});

after(async () => {
  await release.release();
  await Promise.all([nats?.stop(), store?.stop()]);
});

async function told(): Promise<Fact[]> {
  const found: Fact[] = [];
  if ((await facts.info()).messages === 0) return found;
  const reading = { subjects: [names.factsFilter], fromSeq: 1, signal: new AbortController().signal };
  for await (const { data, pendingMessages } of facts.readFrom(reading)) {
    found.push(JSON.parse(Buffer.from(data).toString('utf8')));
    if (pendingMessages === 0) break;
  }
  return found;
}

/** A holder of the athlete's shard; every message is in the raw tables at once. */
function createShard(reducer: Reducer, insert: (kind: string, data: Uint8Array<ArrayBuffer>) => Promise<void>) {
  let seq = 0;
  const emit = () => reducer.emit({ epoch: 1, seq, signal: new AbortController().signal });
  return {
    async send(device: string, source: string, arrivesS: number, frame: Pick<SensorFrame, 'timesMs' | 'columns'>) {
      const frames = [{ device, boot: '00000000000000a1', seq: ++seq, source, ...frame }];
      const message = {
        ...logMessage({ frames, batch: seq, athlete: 'ada' }, seq),
        timeMs: START_MS + arrivesS * 1_000,
      };
      await insert(message.header(BATCH_HEADERS.kind), message.data as Uint8Array<ArrayBuffer>);
      reducer.apply(message);
      await emit();
    },
    async tick(atS: number, data: Uint8Array = new Uint8Array(0)) {
      const header = (name: string) => (name === BATCH_HEADERS.kind ? 'tick' : '');
      const timeMs = START_MS + atS * 1_000;
      reducer.apply({ subject: names.frames(0), seq: ++seq, timeMs, data, header });
      await emit();
    },
  };
}
type Shard = ReturnType<typeof createShard>;

const event = (type: 'start' | 'stop', atS: number) => ({
  timesMs: [START_MS + atS * 1_000],
  columns: { event: [eventCode(type)], sport: [type === 'start' ? sportCode('run') : null] },
});

function seconds(fromS: number, count: number, speedMps: number, meters: number) {
  const timesMs = Array.from({ length: count }, (_, i) => START_MS + (fromS + i) * 1_000);
  const distance = timesMs.map((_, i) => Math.round(100 * (meters + speedMps * (i + 1))));
  return { timesMs, columns: { speed: timesMs.map(() => speedMps * 1_000), distance } };
}

/** Five seconds a message, each just after its last second. */
async function runFor(shard: Shard, fromS: number, lengthS: number, speedMps: number): Promise<void> {
  await shard.send('watch', 'events', fromS, event('start', fromS));
  for (let s = 0; s < lengthS; s += 5) {
    await shard.send('watch', 'gps', fromS + s + 5, seconds(fromS + s, 5, speedMps, speedMps * s));
  }
}

test('a run sets a record, late data or another recompute takes it back: facts, table and reader agree', async () => {
  const clickHouse = createClickHouse(store.url);
  const queries = createClickHouseQueries({ url: store.url, timeoutMs: 20_000, maxConnections: 2 });
  release.add('ClickHouse', () => Promise.all([clickHouse.close(), queries.close()]));
  const { reducers } = createActivities({
    ...{ facts, names },
    store: createClickHouseActivityStore(clickHouse),
    records: createClickHouseRecordStore(clickHouse),
    gear: createClickHouseGearStore(clickHouse),
    sinkPosition: async () => Number.MAX_SAFE_INTEGER,
    settings: { of: () => SETTINGS, revisionOf: () => 1 },
    onRecomputeFailed: (error) => assert.fail(String(error)),
  });
  const shard = createShard(reducers.create(0, new Map()), (kind, data) =>
    clickHouse.insert(`INSERT INTO slipstream.${kind} FORMAT Native`, [data]),
  );
  const reader = createClickHouseAthleteReader(queries);
  const held = async () =>
    heldRecords(await reader.claims('ada', 'run')).find(({ now }) => now.name === '400 m') ?? assert.fail('no record');
  const claims = async () =>
    (await told()).flatMap((fact) =>
      'record' in fact && fact.record.name === '400 m' ? [[fact.kind, Math.round(fact.record.value)]] : [],
    );

  await runFor(shard, 0, 150, 4);
  await shard.send('watch', 'events', 160, event('stop', 150));
  await shard.tick(300);
  assert.equal(Math.round((await held()).now.value), 100);
  const before = (await claims()).length;

  // 400 m are done after 80 s; the run goes on.
  await runFor(shard, HOUR_S, 95, 5);
  const finished = (await told()).filter(({ kind }) => kind === 'workout.finished').length;
  assert.equal(finished, 1, 'the second run goes on');
  assert.deepEqual((await claims()).slice(before), [['record.set', 80]]);
  const { now } = await held();
  assert.deepEqual([Math.round(now.value), Math.round(now.replaces?.value ?? 0)], [80, 100]);

  await shard.send('watch', 'events', HOUR_S + 150, event('stop', HOUR_S + 150));
  await shard.tick(HOUR_S + 400);
  // What the athlete prefers comes late and knows better: it was slower.
  await shard.send('pod', 'gps', HOUR_S + 500, seconds(HOUR_S, 150, 3, 0));
  for (let s = 600; s <= 3_000; s += 600) await shard.tick(HOUR_S + s);
  assert.deepEqual((await claims()).slice(before + 1), [
    ['record.withdrawn', 80],
    ['record.set', 100],
  ]);
  const { now: again, history } = await held();
  assert.equal(Math.round(again.value), 100);
  assert.deepEqual(
    history.slice(0, 3).map(({ status, value }) => [status, Math.round(value)]),
    [
      ['set', 100],
      ['withdrawn', 80],
      ['set', 80],
    ],
  );

  const loads = (await told()).flatMap((fact) => ('load' in fact ? [fact.load] : []));
  const newest = new Map(loads.sort((a, b) => a.revision - b.revision).map((load) => [load.activity, load.distanceM]));
  const [total, ...more] = await reader.gear('ada');
  assert.deepEqual(more, []);
  assert.deepEqual([total.gear, total.activities], ['racers', 2]);
  const sum = [...newest.values()].reduce((all: number, one) => all + (one ?? 0), 0);
  assert.ok(sum > 0 && Math.abs((total.distanceM ?? 0) - sum) < 1e-6, `${total.distanceM} of ${sum}`);

  // Somebody who computes history again does not find the first run any more, and asks for the records.
  const last = (await told()).findLast((fact) => 'record' in fact && fact.record.name === '400 m');
  const holding = last !== undefined && 'record' in last ? last.record.activity : assert.fail('no record');
  const first = (await told()).findLast((fact) => fact.kind === 'workout.finished' && fact.entity === holding);
  const record = first !== undefined && 'activity' in first ? first.activity : assert.fail('no activity');
  await createClickHouseActivityStore(clickHouse).write(
    [{ ...record, revision: record.revision + 1_000, status: 'withdrawn', metrics: null }],
    0,
  );
  await shard.tick(HOUR_S + 3_600, encodeRecordsAsk({ recordsOf: 'ada' }));
  assert.deepEqual((await claims()).slice(before + 3), [
    ['record.withdrawn', 100],
    ['record.set', 133],
  ]);
  assert.equal(Math.round((await held()).now.value), 133);
});
