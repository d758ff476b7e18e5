import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { decodeHealthBatch, type HealthBatch } from '../../files/health/health-batch.ts';
import { hcRecord, hkSample, hkWorkout, UUID, uuidOf } from '../../files/health/health-for-tests.ts';
import { healthSource } from '../../files/health/health-source.ts';
import { CONSENTS, signUp } from '../accounts/accounts-for-tests.ts';
import { ImporterError } from '../imports/importer.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { applyWorkoutFact } from '../workouts/project-activities.ts';
import { factOf } from '../workouts/workouts-for-tests.ts';

const [HEALTHKIT, HEALTH_CONNECT] = ['healthkit', 'health-connect'].map((store) => `/v1/me/health/${store}`);
/** When the clock of these tests begins. */
export const AFTER_MS = Date.UTC(2026, 11, 1);
const at = (time: string) => Date.parse(`2026-11-30T${time}Z`);
const WATCH = healthSource({ store: 'healthkit', app: 'Ben’s Apple Watch', device: 'Watch6,1' });
const PHONE = healthSource({ store: 'health_connect', app: 'com.example.run', device: 'Google Pixel 9' });
const SENT = { frames: 1, rows: 1, dead: {} };

async function asOwner(api: TestApi, who?: Parameters<typeof signUp>[1]) {
  const { accessToken } = await signUp(api, who);
  const { athlete } = (await api.get('/v1/account', accessToken)).body as { athlete: string };
  const push = (samples: readonly object[], deleted: readonly string[] = [], headers = {}) =>
    api.ask({ method: 'POST', url: HEALTHKIT, payload: { samples, deleted }, headers }, accessToken);
  const pushRecords = (records: readonly object[], deleted: readonly string[] = []) =>
    api.ask({ method: 'POST', url: HEALTH_CONNECT, payload: { records, deleted } }, accessToken);
  const day = async () => (await api.get('/v1/me/health/days/2026-11-30', accessToken)).body;
  const consent = async (healthData: string | null) => {
    const { headers } = await api.get('/v1/consents', accessToken);
    const payload = { healthData, productEvents: null };
    return api.ask(
      { method: 'PUT', url: '/v1/consents', payload, headers: { 'if-match': String(headers.etag) } },
      accessToken,
    );
  };
  return { accessToken, athlete, push, pushRecords, day, consent };
}

/** Takes what is given to the importer. */
function catchBatches(api: TestApi): HealthBatch[] {
  const batches: HealthBatch[] = [];
  api.setImporter(async ({ bytes }) => {
    batches.push(decodeHealthBatch(bytes));
    return { kind: 'health', records: 0, workouts: 0, notTaken: {}, damage: [], span: null, sent: SENT };
  });
  return batches;
}

const outcome = (more: object) => ({ taken: 0, changed: 0, repeated: 0, withdrawn: 0, notTaken: [], ...more });

/** What health stores promise, on any PostgreSQL. `open` gives an API over an empty database. */
export function testHealthStores(open: (t: TestContext) => Promise<TestApi>): void {
  test('what is pushed twice is kept once, and types that are not kept are told', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const samples = [
      hkSample('StepCount', 20, 'count'),
      hkSample('StepCount', 30, 'count', { uuid: uuidOf(2) }),
      { type: 'HKCategoryTypeIdentifierSleepAnalysis' },
    ];
    const notTaken = [{ type: 'HKCategoryTypeIdentifierSleepAnalysis', count: 1 }];
    const first = await ben.push(samples);
    assert.deepEqual([first.status, first.body], [200, outcome({ taken: 2, notTaken })]);
    assert.deepEqual((await ben.push(samples)).body, outcome({ repeated: 2, notTaken }));
    const key = { 'idempotency-key': 'k' };
    const third = [hkSample('StepCount', 5, 'count', { uuid: uuidOf(3) })];
    assert.deepEqual((await ben.push(third, [], key)).body, outcome({ taken: 1 }));
    assert.deepEqual((await ben.push(third, [], key)).body, outcome({ taken: 1 }), 'the kept answer');
    assert.deepEqual(api.jobs.waiting(), [], 'nothing of it goes into the stream');
    const shouted = [hkSample('StepCount', 20, 'count', { uuid: UUID.toUpperCase() })];
    assert.deepEqual((await ben.push(shouted)).body, outcome({ repeated: 1 }), 'a UUID is the same in any letters');
  });

  test('of a push with a broken sample nothing is taken, and the field and the rule are named', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const broken = hkSample('HeartRate', 72, 'bananas', { uuid: uuidOf(2) });
    const { status, body } = await ben.push([hkSample('StepCount', 20, 'count'), broken]);
    assert.deepEqual(
      [status, body.errors],
      [422, [{ parameter: 'samples/1/unit', message: 'it is one of count/min, count/s, bpm, rpm' }]],
    );
    assert.deepEqual((await ben.day()).measures, []);
  });

  test('what belongs to a workout is sent on, whichever came first; what does not stays', async (t) => {
    const api = await open(t);
    const batches = catchBatches(api);
    const ben = await asOwner(api);
    const heart = (n: number, time: string) =>
      hkSample('HeartRate', 140 + n, 'count/min', { uuid: uuidOf(n), startDate: time, endDate: time });
    const within = { startDate: '2026-11-30T07:01:00Z', endDate: '2026-11-30T07:02:00Z' };
    await ben.push([
      ...[heart(1, '2026-11-30T07:05:00Z'), heart(2, '2026-11-30T09:00:00Z')],
      ...[hkSample('DistanceWalkingRunning', 0.2, 'km', { uuid: uuidOf(3), ...within })],
      ...[hkSample('StepCount', 160, 'count', { uuid: uuidOf(4), ...within })],
    ]);
    await api.jobs.runAll();
    assert.equal(batches.length, 0, 'nothing is known of a workout');
    await ben.push([hkWorkout()]);
    await api.jobs.runAll();
    await ben.push([heart(5, '2026-11-30T07:06:00Z')]);
    await api.jobs.runAll();
    const said = batches.map(({ workouts, samples }) => [
      workouts.map(({ record, counters }) => [record.id, record.content.route.length, counters]),
      samples.map(({ content }) => [content.measure, content.timesMs, content.values]),
    ]);
    const counters = [
      { timeMs: at('07:00:00'), distanceM: 0, steps: 0 },
      { timeMs: at('07:02:00'), distanceM: 200, steps: 160 },
    ];
    assert.deepEqual(said, [
      [[[UUID, 2, counters]], [['heart_rate', [at('07:05:00')], [141]]]],
      [[], [['heart_rate', [at('07:06:00')], [145]]]],
    ]);
  });

  test('what ingest does not take now is sent later, and nothing without consent', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    api.setImporter(() => Promise.reject(new ImporterError('ingest is away')));
    await ben.push([hkWorkout()]);
    await api.jobs.runAll();
    assert.equal(api.jobs.waiting().length, 1);
    const batches = catchBatches(api);
    assert.equal((await ben.consent(null)).status, 200);
    await api.jobs.runAll();
    assert.deepEqual([batches.length, api.jobs.waiting().length], [0, 0], 'the consent was taken back');
    const refused = await ben.push([hkSample('StepCount', 1, 'count', { uuid: uuidOf(2) })]);
    assert.deepEqual([refused.status, refused.body.type], [403, 'urn:slipstream:problem:consent_needed']);
    assert.equal((await ben.consent(CONSENTS.healthData)).status, 200);
    await ben.push([hkSample('HeartRate', 60, 'count/min', { uuid: uuidOf(3) })]);
    await api.jobs.runAll();
    assert.deepEqual(
      batches.map(({ workouts, samples }) => [workouts.length, samples.length]),
      [[1, 1]],
    );
  });

  test('a day takes each moment from one source, says which, and why', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const span = (start: string, end: string) => ({ startTime: `2026-11-30T${start}Z`, endTime: `2026-11-30T${end}Z` });
    const meters = (value: number) => ({ distance: { value, unit: 'meters' } });
    await ben.pushRecords([
      hcRecord('DistanceRecord', { ...meters(1_000), ...span('07:00:00', '07:10:00') }, 'a'),
      hcRecord('DistanceRecord', { ...meters(3_000), ...span('23:30:00', '23:59:59') }, 'late'),
      hcRecord('StepsRecord', { count: 900, ...span('07:00:00', '07:10:00') }, 'b'),
      hcRecord('RestingHeartRateRecord', { time: '2026-11-30T05:00:00Z', beatsPerMinute: 50 }, 'c'),
    ]);
    const origins = { sources: [{ device: 'd-watch', source: 'gps', groups: {} }], contests: [] };
    const fact = factOf(ben.athlete, at('07:05:00'), { endMs: at('07:08:00'), origins });
    await applyWorkoutFact(api.identity.database, fact, api.clock.nowMs());
    const [workout] = await workoutsIn(api);
    const day = await ben.day();
    const distance = day.measures.find(({ measure }: { measure: string }) => measure === 'distance');
    const none = { over: [], why: 'only' };
    const taken = (start: string, end: string, amount: number | null, more: object) => {
      return { startMs: at(start), endMs: at(end), amount, source: PHONE, ...none, ...more };
    };
    assert.deepEqual(distance.spans, [
      taken('07:00:00', '07:05:00', 500, {}),
      taken('07:05:00', '07:08:00', workout.distance_m, { source: 'd-watch/gps', over: [PHONE], why: 'order' }),
      taken('07:08:00', '07:10:00', 200, {}),
      taken('23:30:00', '23:59:59', 3_000, {}),
    ]);
    assert.equal(distance.total, 3_700 + workout.distance_m!);
    assert.deepEqual(day.levels, [
      {
        ...{ measure: 'resting_heart_rate', unit: 'bpm', value: 50, atMs: at('05:00:00'), source: PHONE, ...none },
      },
    ]);
    assert.deepEqual(
      day.sources.find(({ source }: { source: string }) => source === PHONE),
      { source: PHONE, kind: 'health_connect', app: 'com.example.run', device: 'Google Pixel 9' },
    );
    assert.deepEqual([day.day, day.timeZone, day.startMs, day.endMs], ['2026-11-30', 'UTC', at('00:00:00'), AFTER_MS]);
    const eva = await asOwner(api, { email: 'eva@example.test', password: 'correct horse battery' });
    assert.deepEqual((await eva.day()).measures, [], 'nobody else sees it');
  });

  test('what is deleted in the store counts no more, and does not come back', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    catchBatches(api);
    const steps = hkSample('StepCount', 20, 'count', { uuid: uuidOf(2) });
    await ben.push([hkWorkout(), steps]);
    await api.jobs.runAll();
    const sources = [{ device: `files-${ben.athlete}`, source: WATCH, groups: {} }];
    const origins = { sources, contests: [] };
    const fact = factOf(ben.athlete, at('07:00:00'), { endMs: at('07:30:00'), origins });
    await applyWorkoutFact(api.identity.database, fact, api.clock.nowMs());
    assert.equal((await ben.day()).measures.length, 1);
    assert.deepEqual((await ben.push([], [UUID, uuidOf(2), uuidOf(9)])).body, outcome({ withdrawn: 2 }));
    assert.deepEqual((await ben.day()).measures, []);
    await api.identity.outbox.runDue();
    const states = (await workoutsIn(api)).map(({ state }) => state);
    assert.deepEqual(states, ['removed'], 'its workout left the history');
    assert.deepEqual((await ben.push([steps])).body, outcome({ repeated: 1 }));
    const never = hkSample('StepCount', 20, 'count', { uuid: uuidOf(9) });
    assert.deepEqual((await ben.push([never])).body, outcome({ repeated: 1 }), 'deleted before it came');
    assert.deepEqual((await ben.day()).measures, []);
  });

  test('a workout that a device recorded as well stays when the store deletes its record', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    catchBatches(api);
    await ben.push([hkWorkout()]);
    await api.jobs.runAll();
    const sources = [
      { device: `files-${ben.athlete}`, source: WATCH, groups: {} },
      { device: 'd-watch', source: 'gps', groups: {} },
    ];
    const origins = { sources, contests: [] };
    const fact = factOf(ben.athlete, at('07:00:00'), { endMs: at('07:30:00'), origins });
    await applyWorkoutFact(api.identity.database, fact, api.clock.nowMs());
    await ben.push([], [UUID]);
    await api.identity.outbox.runDue();
    assert.deepEqual(
      (await workoutsIn(api)).map(({ state }) => state),
      ['held'],
    );
  });

  test('Health Connect changes a record under its id, until it is sent on', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    await ben.pushRecords([hcRecord('StepsRecord', { count: 100 })]);
    assert.deepEqual((await ben.pushRecords([hcRecord('StepsRecord', { count: 120 })])).body, outcome({ changed: 1 }));
    const [{ total }] = (await ben.day()).measures;
    assert.equal(total, 120);
  });
}

function workoutsIn({ identity }: TestApi) {
  return identity.database.selectFrom('workouts').selectAll().execute();
}
