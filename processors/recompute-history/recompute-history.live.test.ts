import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setAthleteSettings } from '../../runtime/athlete-settings.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { startTestNats, type TestNats } from '../../runtime/nats/nats-for-tests.ts';
import { openPlatform, type Platform } from '../../runtime/nats/platform.ts';
import { readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import type { Durable, LogMessage, MessageLog } from '../../runtime/stream/stream.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import { type Gear, NO_SETTINGS } from '../../schemas/athlete-settings.ts';
import { SPORTS } from '../../schemas/events.ts';
import type { Fact } from '../../schemas/facts.ts';
import { shardOf } from '../../schemas/identity.ts';
import { encodeLive } from '../../schemas/live-activity.ts';
import { keys } from '../../schemas/names.ts';
import { readRecordsAsk } from '../../schemas/records-ask.ts';
import { createClickHouseActivityStore } from '../activities/clickhouse-activity-store.ts';
import { METRIC_VERSIONS } from '../activities/metrics/versions.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from '../activities/options.ts';
import { findActivities } from '../activities/recompute.ts';
import { batchMessage } from '../batches-for-tests.ts';
import { type ClickHouse, createClickHouse } from '../clickhouse/clickhouse-client.ts';
import { startTestClickHouse, type TestStore } from '../stores-for-tests.ts';
import { recomputeHistoryOptions } from './options.ts';
import { runRecomputeHistory } from './run.ts';

const SHARDS = 4;
const START_MS = Date.UTC(2026, 3, 5, 8);
const HOUR_MS = 3_600_000;
const release = createReleaseStack({ log: createSilentLog() });
let nats: TestNats;
let store: TestStore;
let clickHouse: ClickHouse;
let platform: Platform;
let frames: MessageLog;
let sink: Durable;
let published = 0;

const argv = () => [
  ...[`--nats-urls=${nats.url}`, `--clickhouse-url=${store.url}`, `--shards=${SHARDS}`],
  ...[`--frames-max-bytes=${2 ** 26}`, `--facts-max-bytes=${2 ** 26}`],
];

before(async () => {
  // Each is kept as soon as it is there: when the other does not start, it is ended all the same.
  nats = await startTestNats();
  store = await startTestClickHouse();
  clickHouse = createClickHouse(store.url);
  const options = readOptions(recomputeHistoryOptions, { argv: argv(), env: {} });
  platform = await openPlatform(options, { name: 'test', logger: createSilentLog(), release });
  frames = await platform.frames();
  await store.sink.open();
  sink = await frames.openDurable(platform.names.durable('clickhouse'), {
    ...{ subjects: [platform.names.framesFilter], ackWaitMs: 10_000, maxAckPending: 100 },
  });
});

after(async () => {
  await sink?.close();
  await release.release();
  await clickHouse?.close();
  await Promise.all([nats?.stop(), store?.stop()]);
});

const NOTHING = 'no activity is of an older version: there is nothing to compute';

/** Five minutes of a run at 3 m/s, beginning at that hour: in the stream, and in the raw table. */
async function runOf(athlete: string, hour: number): Promise<void> {
  const timesMs = Array.from({ length: 300 }, (_, i) => START_MS + HOUR_MS * hour + 1_000 * i);
  const columns = { speed: timesMs.map(() => 3_000), heart_rate: timesMs.map(() => 140) };
  const seq = ++published;
  const frame = { device: `watch-${athlete}`, boot: '00000000000000a1', seq, source: 'gps', timesMs, columns };
  const { subject, data, msgId, headers } = batchMessage({ frames: [frame], batch: seq, athlete, shard: 0 });
  await frames.publish(subject, data, { msgId, headers });
  await clickHouse.insert('INSERT INTO slipstream.samples FORMAT Native', [data as Uint8Array<ArrayBuffer>]);
}

/** Acknowledges what the sink of a deployment would have written. */
async function sinkTakesAll(): Promise<void> {
  for (;;) {
    const messages = await sink.pull({ maxMessages: 100, maxBytes: 2 ** 20, maxWaitMs: 200 });
    if (messages.length === 0) return;
    for (const message of messages) message.ack();
  }
}

/** Keeps acknowledging until `work` is done, as the fence needs it. */
async function whileTheSinkRuns<T>(work: () => Promise<T>): Promise<T> {
  let isDone = false;
  const pulling = (async () => {
    while (!isDone) await sinkTakesAll();
  })();
  try {
    return await work();
  } finally {
    isDone = true;
    await pulling;
  }
}

async function readAll(log: MessageLog, filter: string): Promise<LogMessage[]> {
  const read: LogMessage[] = [];
  for await (const message of log.readFrom({ subjects: [filter], fromSeq: 1, signal: new AbortController().signal })) {
    read.push(message);
    if (message.pendingMessages === 0) break;
  }
  return read;
}

async function run(...words: string[]): Promise<string[]> {
  const said: string[] = [];
  const options = readOptions(recomputeHistoryOptions, { argv: [...argv(), ...words], env: {} });
  await using own = createReleaseStack({ log: createSilentLog() });
  await whileTheSinkRuns(() =>
    runRecomputeHistory({
      ...{ options, platform, clock: systemClock, release: own, signal: new AbortController().signal },
      progress: { update: () => undefined, stop: () => undefined },
      say: (text) => said.push(text),
    }),
  );
  return said;
}

/** The activities of the samples as an older version would have stored them: a tenth too long, a version too low. */
async function storeOlder(athlete: string): Promise<ActivityRecord[]> {
  const activities = createClickHouseActivityStore(clickHouse);
  const whole = { fromMs: 0, untilMs: Date.UTC(2100, 0, 1) };
  const rows = await activities.rows({ athlete, devices: [`watch-${athlete}`] }, whole);
  const right = findActivities(athlete, rows, NO_SETTINGS, DEFAULT_ACTIVITY_OPTIONS, 2 * published);
  const longer = right.map((record): ActivityRecord => {
    if (record.metrics === null) throw new Error('the activity has no metrics');
    const { value, quality } = record.metrics.distance_m;
    return { ...record, metrics: { ...record.metrics, distance_m: { value: 1.1 * (value ?? 0), quality } } };
  });
  await activities.write(longer, 2);
  await clickHouse.command(
    `INSERT INTO slipstream.activities SELECT * REPLACE (mapUpdate(versions, map('gps', toUInt16(0))) AS versions)
FROM slipstream.activities FINAL WHERE athlete = {athlete:String}`,
    { athlete },
  );
  return right;
}

async function held(athlete: string) {
  const rows = await clickHouse.select(
    `SELECT toString(id) AS activity, revision, epoch, status, distance_m, toJSONString(versions) AS versions_json
FROM slipstream.activities FINAL WHERE athlete = {athlete:String} ORDER BY start`,
    { athlete },
  );
  return rows.map(({ activity, revision, epoch, status, distance_m, versions_json }) => ({
    id: activity,
    revision: Number(revision),
    ...{ epoch, status, distanceM: distance_m, gps: JSON.parse(String(versions_json)).gps },
  }));
}

test('the difference is shown first, then published once: rows, facts, a revision that later data beats', async () => {
  await runOf('ann', 0);
  await runOf('ann', 2);
  await sinkTakesAll();
  const [first, second] = await storeOlder('ann');
  const distanceM = first.metrics?.distance_m.value as number;
  const before = await held('ann');
  assert.deepEqual(
    before.map(({ id, gps }) => [id, gps]),
    [
      [first.id, 0],
      [second.id, 0],
    ],
  );

  const shown = await run('--examples=1');
  const [heading, line, example] = shown[0].split('\n');
  assert.match(heading, /^metric +changed +of/);
  assert.match(line, /^distance_m +2 +2 +0 +0 +0 +9\.09 % +9\.09 %$/);
  assert.match(example, /^ {4}ann [0-9a-f]{16}: 986\.7 → 897 \(gps 0 → \d+\)$/);
  assert.deepEqual(shown.slice(1), [
    '2 activities of an older version: 2 would be computed again',
    'nothing was written: --apply publishes it',
  ]);
  assert.deepEqual(await held('ann'), before);

  const shoes: Gear = { id: 'racers', kind: 'shoes', name: 'Racers', defaultFor: [...SPORTS], from: '2026-01-01' };
  await setAthleteSettings(await platform.config(), 'ann', { gear: [shoes] });
  const applied = await run('--apply', '--athlete=ann');
  assert.equal(applied[1], '2 activities of an older version: 2 computed again');
  const asked = (await readAll(frames, platform.names.framesFilter)).at(-1)!;
  assert.deepEqual(readRecordsAsk(asked.data), { recordsOf: 'ann' });
  assert.deepEqual(await (await platform.config()).keys(keys.allRecordsDue), []);
  const fenceSeq = asked.seq - 1;
  const right = { revision: 2 * fenceSeq + 1, epoch: 0, status: 'finished', distanceM, gps: METRIC_VERSIONS.gps };
  assert.deepEqual(await held('ann'), [
    { id: first.id, ...right },
    { id: second.id, ...right },
  ]);

  const facts = await platform.facts();
  const told: Fact[] = (await readAll(facts, platform.names.factsFilter)).map(({ data }) =>
    JSON.parse(Buffer.from(data).toString('utf8')),
  );
  const loads = told.flatMap((fact) => ('load' in fact ? [fact.load] : []));
  assert.deepEqual(
    loads.map(({ gear, revision, distanceM }) => [gear, revision, distanceM]),
    [first, second].map(() => ['racers', right.revision, distanceM]),
  );
  assert.deepEqual(
    await clickHouse.select(
      `SELECT gear, count() AS activities, sum(distance_m) AS meters FROM slipstream.gear_load FINAL
WHERE athlete = 'ann' AND is_counted GROUP BY gear`,
      {},
    ),
    [{ gear: 'racers', activities: 2, meters: 2 * distanceM }],
  );
  assert.deepEqual(
    told
      .filter(({ kind }) => kind !== 'gear.load')
      .map(({ kind, entity, revision, versions }) => ({ kind, entity, revision, versions }))
      .sort((a, b) => (a.entity < b.entity ? -1 : 1)),
    [first.id, second.id]
      .sort()
      .map((entity) => ({ kind: 'workout.finished', entity, revision: right.revision, versions: METRIC_VERSIONS })),
  );

  // A run before this one was killed when it had published something of hers.
  await (await platform.config()).put(keys.recordsDue('zoe'), new Uint8Array(0));
  assert.deepEqual(await run('--apply'), [NOTHING]);
  assert.equal((await facts.info()).messages, 4);
  const asks = (await readAll(frames, platform.names.framesFilter)).flatMap(({ data }) => readRecordsAsk(data) ?? []);
  assert.deepEqual(asks, [{ recordsOf: 'ann' }, { recordsOf: 'zoe' }]);
  assert.deepEqual(await (await platform.config()).keys(keys.allRecordsDue), []);

  // A holder that publishes what it read before the fence comes too late, one that read later data does not.
  const activities = createClickHouseActivityStore(clickHouse);
  await activities.write([{ ...first, revision: 2 * published, endMs: first.endMs - 9_000 }], 7);
  await activities.write([{ ...second, revision: 2 * (fenceSeq + 3), status: 'withdrawn', metrics: null }], 7);
  assert.deepEqual(
    (await held('ann')).map(({ revision, status }) => [revision, status]),
    [
      [2 * fenceSeq + 1, 'finished'],
      [2 * fenceSeq + 6, 'withdrawn'],
    ],
  );
});

test('a span of time and what goes on are kept to', async () => {
  for (const hour of [0, 2, 4]) await runOf('bob', hour);
  await sinkTakesAll();
  const [first, second, third] = await storeOlder('bob');
  const live = { activity: { ...third, status: 'live' as const }, epoch: 4, number: 1, versions: METRIC_VERSIONS };
  const answering = platform.bus.subscribe(platform.names.liveActivities(shardOf('bob', SHARDS)), (message) =>
    message.respond(encodeLive(live)),
  );
  await platform.bus.flush();
  const from = new Date(first.endMs).toISOString();
  const said = await run('--apply', '--athlete=bob', `--from=${from}`);
  answering.stop();
  assert.equal(said[1], '2 activities of an older version: 1 computed again, 1 go on and are computed when they end');
  assert.deepEqual(
    (await held('bob')).map(({ id, gps }) => [id, gps]),
    [
      [first.id, 0],
      [second.id, METRIC_VERSIONS.gps],
      [third.id, 0],
    ],
  );
});

test('what was computed before its athlete stated something is computed again with it on request', async () => {
  await runOf('cyd', 0);
  await sinkTakesAll();
  const activities = createClickHouseActivityStore(clickHouse);
  const rows = await activities.rows({ athlete: 'cyd', devices: ['watch-cyd'] }, { fromMs: 0, untilMs: 4e12 });
  await activities.write(findActivities('cyd', rows, NO_SETTINGS, DEFAULT_ACTIVITY_OPTIONS, 2 * published), 2);
  await setAthleteSettings(await platform.config(), 'cyd', { heart: [{ from: '2000-01-01', maxHeartRateBpm: 190 }] });
  const stored = async () =>
    clickHouse.select(`SELECT settings_version, JSONExtractRaw(metrics, 'trimp_edwards', 'value') != 'null' AS has_trimp
FROM slipstream.activities FINAL WHERE athlete = 'cyd'`);
  assert.deepEqual(await run('--athlete=cyd'), [NOTHING]);
  const [differences] = await run('--athlete=cyd', '--restated');
  assert.match(differences, /^ {4}cyd [0-9a-f]{16}: .*\(settings 0 → 1\)$/m);
  assert.deepEqual((await stored()).map(Object.values), [[0, 0]]);
  await run('--athlete=cyd', '--restated', '--apply');
  assert.deepEqual((await stored()).map(Object.values), [[1, 1]]);
  assert.deepEqual(await run('--athlete=cyd', '--restated', '--apply'), [NOTHING]);
  await assert.rejects(run('--restated'), /--restated: of which --athlete\?/);
});

test('a sink that does not come so far, and a time that is none, are said and nothing is written', async () => {
  const options = readOptions(recomputeHistoryOptions, { argv: [...argv(), '--apply', '--sink-wait-ms=300'], env: {} });
  const before = await held('bob');
  const deps = {
    ...{ options, platform, clock: systemClock, release, signal: new AbortController().signal },
    progress: { update: () => undefined, stop: () => undefined },
    say: () => undefined,
  };
  await assert.rejects(
    runRecomputeHistory(deps),
    /ClickHouse has everything up to message \d+ only, and \d+ is needed/,
  );
  await assert.rejects(runRecomputeHistory({ ...deps, options: { ...options, from: 'yesterday' } }), {
    name: 'StartError',
    message: '--from: got "yesterday", expected a time such as 2026-01-31 or 2026-01-31T08:00:00Z',
  });
  assert.deepEqual(await held('bob'), before);
});
