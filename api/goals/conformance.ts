import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { storedActivity } from '../activities/activity.arbitrary.ts';
import { NOW_MS } from '../api-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { countedActivity } from '../progress/counted.arbitrary.ts';
import { applyWorkoutFact } from '../workouts/project-activities.ts';
import { factOf, tagged } from '../workouts/workouts-for-tests.ts';
import { WEEKLY, withGoals } from './goals-for-tests.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVA = { email: 'eva@example.test', password: 'correct horse battery' };
const REACHED = 'Goal reached (run, week 2026-W24): 12 km';

/** As processors store what a fact tells of. */
function store(api: TestApi, { activity, kind }: ReturnType<typeof factOf>, distanceM: number): void {
  const { athlete, id, revision, startMs } = activity;
  const status = kind === 'workout.withdrawn' ? 'withdrawn' : 'finished';
  api.activities.insert([{ ...storedActivity({ startMs }), athlete, id, revision, status }]);
  api.counted.insert([countedActivity({ athlete, id, revision, startMs, status, distanceM })]);
}

/** What goals promise, on any PostgreSQL. `open` gives an API over an empty database. */
export function testGoals(open: (t: TestContext) => Promise<TestApi>): void {
  test('a goal shows how far it is, how far it should be, and which periods before reached it', async (t) => {
    const api = await open(t);
    const ben = await withGoals(api);
    const goal = await ben.set();
    await ben.set({ measure: 'activities', period: 'month', sport: null, target: 3 });
    await ben.enter();
    await ben.enter({ sport: 'ride', distanceM: 30_000 });
    await ben.enter({ localStart: '2026-06-01T12:30', distanceM: 12_000 });
    await ben.settle();
    const { body } = await ben.askGoals('GET');
    const [weekly, monthly] = ['week', 'month'].map((unit) =>
      body.goals.find(({ period }: { period: string }) => period === unit),
    );
    const monday = Date.UTC(2026, 5, 8);
    const { current, past, ...rest } = weekly;
    const shown = { id: goal.id, ...WEEKLY, version: 1, createdMs: NOW_MS };
    assert.deepEqual([body.timeZone, rest, goal], ['UTC', shown, shown]);
    assert.deepEqual(current, {
      ...{ name: '2026-W24', fromMs: monday, endMs: monday + 7 * DAY_MS, value: 6_000, isReached: false },
      expected: (12_000 * (NOW_MS - monday)) / (7 * DAY_MS),
    });
    const before = { name: '2026-W23', fromMs: monday - 7 * DAY_MS, endMs: monday, value: 12_000, isReached: true };
    assert.deepEqual(past[0], before);
    const isReached = past.map((one: typeof before) => one.isReached);
    assert.deepEqual(isReached, [true, ...Array(11).fill(false)]);
    assert.deepEqual([monthly.current.name, monthly.current.value, monthly.current.isReached], ['2026-06', 3, true]);
  });

  test('periods go by the time zone of the profile', async (t) => {
    const api = await open(t);
    const ben = await withGoals(api);
    const payload = { timeZone: 'Pacific/Auckland' };
    const headers = { 'if-match': '"profile-0"' };
    await api.ask({ method: 'PUT', url: '/v1/profile', payload, headers }, ben.accessToken);
    await ben.set();
    await ben.enter({ localStart: '2026-06-07T14:30' });
    await ben.settle();
    const { body } = await ben.askGoals('GET');
    const [{ current }] = body.goals;
    // In Auckland Monday had begun for half an hour.
    assert.deepEqual([body.timeZone, current.name, current.value], ['Pacific/Auckland', '2026-W24', 6_000]);
    assert.equal(current.fromMs, Date.UTC(2026, 5, 7, 12));
  });

  test('a goal is set once under its key, and changed and dropped by its owner from the version seen', async (t) => {
    const api = await open(t);
    const [ben, eva] = [await withGoals(api), await withGoals(api, EVA)];
    const key = { 'idempotency-key': 'k' };
    const [first, again] = [await ben.askGoals('POST', '', WEEKLY, key), await ben.askGoals('POST', '', WEEKLY, key)];
    assert.deepEqual([first.status, first.headers.etag, again.body], [201, '"goal-1"', first.body]);
    const path = `/${first.body.id}`;
    const seen = { 'if-match': '"goal-1"' };
    for (const [method, payload] of [['PUT', { target: 1 }], ['DELETE']] as const) {
      assert.equal((await eva.askGoals(method, path, payload, seen)).body.type, 'urn:slipstream:problem:unknown_goal');
    }
    const changed = await ben.askGoals('PUT', path, { target: 20_000 }, seen);
    assert.deepEqual(changed.body, { ...first.body, target: 20_000, version: 2 });
    assert.equal(changed.headers.etag, '"goal-2"');
    for (const [method, payload] of [['PUT', { target: 1 }], ['DELETE']] as const) {
      const { status, body } = await ben.askGoals(method, path, payload, seen);
      assert.deepEqual([status, body.type], [412, 'urn:slipstream:problem:changed_meanwhile']);
    }
    assert.equal((await ben.askGoals('DELETE', path, undefined, { 'if-match': '"goal-2"' })).status, 204);
    assert.deepEqual((await ben.askGoals('GET')).body.goals, []);
  });

  test('what is no goal is refused by field and rule, and twenty are the most', async (t) => {
    const api = await open(t);
    const ben = await withGoals(api);
    const refused = async (more: object) => {
      const { status, body } = await ben.askGoals('POST', '', { ...WEEKLY, ...more });
      return [status, body.errors[0]];
    };
    assert.deepEqual(await refused({ measure: 'activities', target: 2.5 }), [
      ...[422, { parameter: 'target', message: 'a count of workouts is a whole number', rule: 'whole_number' }],
    ]);
    assert.deepEqual(await refused({ measure: 'movingS', target: 604_801 }), [
      ...[422, { parameter: 'target', message: 'a week has no more than 604800 s', rule: 'maximum', limit: 604_800 }],
    ]);
    assert.equal((await refused({ target: 0 }))[1].parameter, 'target');
    assert.equal((await refused({ sport: 'chess' }))[1].parameter, 'sport');
    // All at once: of those who set the last one, one waits for the other.
    const answers = await Promise.all(Array.from({ length: 22 }, () => ben.askGoals('POST', '', WEEKLY)));
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [...Array(20).fill(201), 409, 409]);
  });

  test('who reaches a goal is told once in the period, and it is taken back when it does not hold', async (t) => {
    const api = await open(t);
    const ben = await withGoals(api);
    await ben.set();
    await ben.enter();
    await ben.settle();
    assert.deepEqual(await ben.told(), [], 'halfway');
    const second = await ben.enter();
    await ben.settle();
    assert.deepEqual(await ben.told(), [[REACHED, true]]);
    await ben.enter();
    await ben.settle();
    assert.deepEqual(await ben.told(), [[REACHED, true]], 'more of it is no news');
    await api.clock.advance(60_000);
    await api.news.sending.runDue();
    const letters = () => api.mailer.caught().filter(({ text }) => text.includes(REACHED)).length;
    assert.equal(letters(), 1);
    await ben.ask('PATCH', `/${second.id}`, { distanceM: 0 }, tagged(1));
    await ben.settle();
    assert.deepEqual(await ben.told(), [[REACHED, true]], 'it is reached still');
    await ben.ask('DELETE', `/${second.id}`, undefined, tagged(2));
    const [third] = await ben.list();
    await ben.ask('DELETE', `/${third.id}`, undefined, tagged(1));
    await ben.settle();
    assert.deepEqual(await ben.told(), [[REACHED, false]]);
    await ben.enter();
    await ben.settle();
    assert.deepEqual(await ben.told(), [[REACHED, true]], 'the same one is back');
  });

  test('another target takes back nothing that was told, and tells nothing again', async (t) => {
    const api = await open(t);
    const ben = await withGoals(api);
    const { id } = await ben.set({ target: 6_000 });
    await ben.enter();
    await ben.settle();
    const told = [['Goal reached (run, week 2026-W24): 6 km', true]];
    assert.deepEqual(await ben.told(), told);
    await ben.askGoals('PUT', `/${id}`, { target: 12_000 }, { 'if-match': '"goal-1"' });
    for (let i = 0; i < 2; i++) {
      await ben.enter();
      await ben.settle();
      assert.deepEqual(await ben.told(), told);
    }
  });

  test('an activity of the stream counts once it is stored, and no more when it is withdrawn', async (t) => {
    const api = await open(t);
    const ben = await withGoals(api);
    await ben.set();
    const startMs = NOW_MS - 2 * HOUR_MS;
    const fact = factOf(ben.athlete, startMs, { revision: 2 });
    await applyWorkoutFact(api.identity.database, fact, NOW_MS);
    await api.clock.advance(5_000);
    await ben.settle();
    assert.deepEqual(await ben.told(), []);
    assert.ok(api.records.some(({ err }) => String((err as Error)?.message).includes('not stored yet')));
    store(api, fact, 12_500);
    await api.clock.advance(2_000);
    await ben.settle();
    assert.deepEqual(await ben.told(), [[REACHED, true]]);
    const withdrawn = factOf(ben.athlete, startMs, { revision: 3, isWithdrawn: true });
    await applyWorkoutFact(api.identity.database, withdrawn, NOW_MS);
    store(api, withdrawn, 0);
    await api.clock.advance(5_000);
    await ben.settle();
    assert.deepEqual(await ben.told(), [[REACHED, false]]);
  });

  test('an activity that is never stored in that revision does not keep others from being told', async (t) => {
    const api = await open(t);
    const ben = await withGoals(api);
    await ben.set();
    const lost = factOf(ben.athlete, NOW_MS - HOUR_MS, { revision: 2 });
    await applyWorkoutFact(api.identity.database, lost, NOW_MS);
    const waiting = api.database.kysely.selectFrom('outbox').select('attempts').where('kind', '=', 'goals.look');
    let tries = 0;
    for (; (await waiting.execute()).length > 0; tries++) {
      assert.ok(tries < 15, 'it is given up');
      await api.clock.advance(10 * 60_000);
      await ben.settle();
    }
    assert.equal(tries, 10);
  });

  test('a week that ended is told of when its last workout is late, but not one before the goal was set', async (t) => {
    const api = await open(t);
    const ben = await withGoals(api);
    await ben.set();
    await ben.enter({ localStart: '2026-06-01T12:30', distanceM: 20_000 });
    await ben.settle();
    assert.deepEqual(await ben.told(), [], 'nobody had meant to');
    const created_at = new Date(NOW_MS - 3 * DAY_MS);
    await api.database.kysely.updateTable('goals').set({ created_at }).execute();
    await ben.enter({ localStart: '2026-06-07T12:30', distanceM: 1_000 });
    await ben.settle();
    assert.deepEqual(await ben.told(), [['Goal reached (run, week 2026-W23): 12 km', true]]);
    const { notifications } = (await api.get('/v1/notifications', ben.accessToken)).body;
    assert.equal(notifications[0].eventMs, Date.UTC(2026, 5, 8), 'when the week ended');
  });

  test('who measured before somebody else looked measures again, so that the newer sum holds', async (t) => {
    const api = await open(t);
    const ben = await withGoals(api);
    await ben.set();
    const { id: account } = (await api.get('/v1/account', ben.accessToken)).body;
    const due = { account, athlete: ben.athlete, startMs: NOW_MS, activity: null };
    const { spans } = api.counted;
    api.counted.spans = async (...asked) => {
      const rows = await spans(...asked);
      api.counted.spans = spans;
      await ben.enter({ distanceM: 12_000 });
      await ben.settle();
      return rows;
    };
    await assert.rejects(api.reaching.look(due, 1), { name: 'LookAgainError' });
    assert.deepEqual(await ben.told(), [[REACHED, true]]);
    await api.reaching.look(due, 2);
    assert.deepEqual(await ben.told(), [[REACHED, true]]);
  });

  test('goals of all measures and periods are told in the language of their owner', async (t) => {
    const api = await open(t);
    const ben = await withGoals(api);
    await ben.set({ measure: 'movingS', period: 'month', sport: null, target: 3_600 });
    await ben.set({ measure: 'activities', period: 'year', sport: null, target: 2 });
    await ben.set({ measure: 'elevationGainM', sport: 'hike', target: 1_000 });
    await ben.enter({ sport: 'hike', climbM: 700 });
    await ben.enter({ sport: 'hike', climbM: 300 });
    await ben.settle();
    const titles = async () => (await ben.told()).map(([title]) => title).sort();
    assert.deepEqual(await titles(), [
      'Goal reached (all sports, month 2026-06): 1:00:00',
      'Goal reached (all sports, year 2026): workouts: 2',
      'Goal reached (hike, week 2026-W24): 1,000 m of climb',
    ]);
    const speak = (payload: object, version: number) => {
      const headers = { 'if-match': `"profile-${version}"` };
      return api.ask({ method: 'PUT', url: '/v1/profile', payload, headers }, ben.accessToken);
    };
    await speak({ units: 'imperial' }, 0);
    assert.equal((await titles()).at(-1), 'Goal reached (hike, week 2026-W24): 3,281 ft of climb');
    await speak({ language: 'ru' }, 1);
    assert.deepEqual(await titles(), [
      'Цель достигнута (все виды, год 2026): тренировок: 2',
      'Цель достигнута (все виды, месяц 2026-06): 1:00:00',
      'Цель достигнута (поход, неделя 2026-W24): 1\u00a0000 м набора высоты',
    ]);
  });

  test('while the sums are out of reach goals wait, and nothing is lost', async (t) => {
    const api = await open(t);
    const ben = await withGoals(api);
    await ben.set({ target: 6_000 });
    await ben.enter();
    await api.identity.outbox.runDue();
    api.counted.setReachable(false);
    await api.reaching.outbox.runDue();
    assert.deepEqual(await ben.told(), []);
    api.counted.setReachable(true);
    await api.clock.advance(2_000);
    await ben.settle();
    assert.deepEqual(await ben.told(), [['Goal reached (run, week 2026-W24): 6 km', true]]);
  });
}
