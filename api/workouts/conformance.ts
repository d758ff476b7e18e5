import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { PASSWORD } from '../accounts/accounts-for-tests.ts';
import { NOW_MS } from '../api-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import type { WorkoutAnswer } from './answer.ts';
import { applyWorkoutFact } from './project-activities.ts';
import { asOwner, factOf, MORNING, tagged } from './workouts-for-tests.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const idsOf = (workouts: readonly WorkoutAnswer[]) => workouts.map(({ id }) => id);

/** What workouts promise, on any PostgreSQL. `open` gives an API over an empty database. */
export function testWorkouts(open: (t: TestContext) => Promise<TestApi>): void {
  test('what is entered by hand is in history, totals and progress, and is read with its version', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const said = { name: 'Früh 🏃 صباح', notes: 'נעים\nwarm', effort: 7, climbM: null, averageHeartRateBpm: 141.5 };
    const { status, headers, body } = await ben.ask('POST', '', { ...MORNING, ...said });
    assert.deepEqual([status, headers.location, headers.etag], [201, `/v1/workouts/${body.id}`, '"workout-1"']);
    const { id, ...rest } = body;
    assert.match(id, /^[0-9a-f]{16}$/);
    const startMs = Date.UTC(2026, 5, 8, 10, 30);
    assert.deepEqual(rest, {
      ...{ source: 'manual', status: 'finished', sport: 'run', measuredSport: null },
      ...{ start: '2026-06-08T10:30:00.000Z', startMs, endMs: startMs + 1_800_000 },
      ...{ localStart: '2026-06-08T12:30:00', timeZone: 'Europe/Vienna', durationS: 1_800, distanceM: 6_000 },
      ...{ climbM: null, averageHeartRateBpm: 141.5, energyKcal: null, name: said.name, notes: said.notes },
      ...{ effort: 7, visibility: 'private', version: 1, activity: null },
    });
    assert.deepEqual(await ben.list(), [body]);
    const totals = { workouts: 1, durationS: 1_800, distanceM: 6_000, climbM: 0 };
    assert.deepEqual((await ben.ask('GET', '/totals')).body, totals);
    const { status: known } = await ben.ask('GET', `/${id}`, undefined, { 'if-none-match': '"workout-1"' });
    assert.equal(known, 304);
    await api.identity.outbox.runDue();
    const { years } = (await api.get('/v1/progress/years', ben.accessToken)).body;
    assert.deepEqual([years[0].all.activities, years[0].all.distanceM], [1, 6_000]);
  });

  test('a change names the version that it was made from, is written down, and of two at once one wins', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const { id, ...entered } = await ben.enter({ name: 'Morning' });
    const change = (said: object, version: number) => ben.ask('PATCH', `/${id}`, said, tagged(version));
    const { body: same } = await change({ name: 'Morning', distanceM: 6_000 }, 1);
    assert.deepEqual(same, { id, ...entered }, 'nothing differs: no new version');
    const answers = await Promise.all([change({ distanceM: 7_000 }, 1), change({ distanceM: 8_000 }, 1)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
    const won = answers.find(({ status }) => status === 200)!;
    assert.equal(won.headers.etag, '"workout-2"');
    await api.clock.advance(60_000);
    const { body } = await change({ name: 'Evening', timeZone: 'Asia/Tokyo', sport: 'ride' }, 2);
    assert.deepEqual(
      [body.name, body.sport, body.localStart, body.startMs, body.distanceM],
      ['Evening', 'ride', '2026-06-08T12:30:00', Date.UTC(2026, 5, 8, 3, 30), won.body.distanceM],
    );
  });

  test('every change is told with who, when, before and after, page by page', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const { id } = await ben.enter();
    const enteredMs = api.clock.nowMs();
    await api.clock.advance(60_000);
    await ben.ask('PATCH', `/${id}`, { name: 'Evening', effort: 3 }, tagged(1));
    const first = (await ben.ask('GET', `/${id}/changes?limit=1`)).body;
    const changed = { atMs: enteredMs + 60_000, actor: 'owner', act: 'changed' };
    assert.deepEqual(first.changes, [
      { ...changed, before: { name: '', effort: null }, after: { name: 'Evening', effort: 3 } },
    ]);
    const second = (await ben.ask('GET', `/${id}/changes?limit=1&cursor=${first.next}`)).body;
    assert.deepEqual([second.changes[0].act, second.changes[0].atMs, second.next], ['entered', enteredMs, null]);
    assert.equal(second.changes[0].after.distanceM, 6_000);
  });

  test('what cannot be right is refused with its field and its rule, and nothing of it stays', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    for (const [field, more] of [
      ['localStart', { localStart: '2026-02-29T10:00' }],
      ['localStart', { localStart: '2026-03-29T02:30' }],
      ['localStart', { localStart: '2026-06-09T10:00' }],
      ['localStart', { localStart: '1970-01-01T00:30' }],
      ['localStart', { localStart: 'yesterday' }],
      ['timeZone', { timeZone: 'Vienna' }],
      ['durationS', { durationS: 0 }],
      ['durationS', { durationS: '1800' }],
      ['distanceM', { distanceM: -1 }],
      ['effort', { effort: 11 }],
      ['effort', { effort: 2.5 }],
      ['visibility', { visibility: 'friends of friends' }],
      ['name', { name: 'a\u0000b' }],
      ['name', { name: '🏃'.repeat(121) }],
      ['colour', { colour: 'red' }],
    ] as const) {
      const { status, body } = await ben.ask('POST', '', { ...MORNING, ...more });
      assert.deepEqual([status, body.errors?.[0].parameter], [422, field], JSON.stringify(more));
    }
    assert.deepEqual((await ben.ask('POST', '', { ...MORNING, distanceM: 2_000_001 })).body.errors, [
      { parameter: 'distanceM', message: 'must be <= 2000000', rule: 'maximum', limit: 2_000_000 },
    ]);
    assert.deepEqual(await ben.list(), []);
    const leapDay = await ben.enter({ localStart: '2024-02-29T23:59:59', name: '🏃'.repeat(120) });
    assert.equal(leapDay.startMs, Date.UTC(2024, 1, 29, 22, 59, 59));
    const twice = await ben.enter({ localStart: '2025-10-26T02:30' });
    assert.equal(twice.startMs, Date.UTC(2025, 9, 26, 0, 30), 'the first of the two');
    const halfSign = await ben.enter({ name: 'a\ud800b' });
    assert.equal(halfSign.name, 'a\ufffdb');
  });

  test('a repeat under the same key enters nothing twice', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const key = { 'idempotency-key': 'one' };
    const answers = await Promise.all(Array.from({ length: 4 }, () => ben.ask('POST', '', MORNING, key)));
    assert.equal(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size, 1);
    assert.equal((await ben.list()).length, 1);
    const other = await ben.ask('POST', '', { ...MORNING, distanceM: 1 }, key);
    assert.deepEqual([other.status, other.body.type], [422, 'urn:slipstream:problem:key_reused']);
  });

  test('the history is filtered, searched and summed alike, and paged without gap or repeat', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    for (let day = 1; day <= 7; day++) {
      const sport = day % 2 === 0 ? 'ride' : 'run';
      await ben.enter({
        localStart: `2026-05-0${day}T10:00`,
        sport,
        name: `Straße ${day}`,
        notes: day === 3 ? 'ДОЖДЬ' : '',
      });
    }
    await applyWorkoutFact(api.identity.database, factOf(ben.athlete, Date.UTC(2026, 4, 4, 8)), NOW_MS);
    const all = await ben.list('?limit=200');
    assert.equal(all.length, 8);
    assert.deepEqual(
      all.map(({ startMs }) => startMs),
      all.map(({ startMs }) => startMs).sort((a, b) => b - a),
    );
    const paged: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const { body } = await ben.ask('GET', `?limit=3${next === '' ? '' : `&cursor=${next}`}`);
      paged.push(...idsOf(body.workouts));
      next = body.next;
    }
    assert.deepEqual(paged, idsOf(all));
    const filters: [string, (one: WorkoutAnswer) => boolean][] = [
      ['sport=ride', ({ sport }) => sport === 'ride'],
      ['source=manual', ({ source }) => source === 'manual'],
      [
        'from=2026-05-03T08:00:00Z&until=2026-05-05T08:00:00Z',
        ({ startMs }) => startMs >= Date.UTC(2026, 4, 3, 8) && startMs < Date.UTC(2026, 4, 5, 8),
      ],
      [`text=${encodeURIComponent('дождь')}`, ({ notes }) => notes !== ''],
      [`text=${encodeURIComponent('STRAßE 2')}`, ({ name }) => name === 'Straße 2'],
      ['text=%25', () => false],
    ];
    for (const [query, isIn] of filters) {
      const wanted = all.filter(isIn);
      assert.deepEqual(idsOf(await ben.list(`?${query}`)), idsOf(wanted), query);
      const sum = (of: (one: WorkoutAnswer) => number | null) => wanted.reduce((all, one) => all + (of(one) ?? 0), 0);
      const totals = (await ben.ask('GET', `/totals?${query}`)).body;
      assert.deepEqual([totals.workouts, totals.distanceM], [wanted.length, sum(({ distanceM }) => distanceM)], query);
    }
    const { status, body } = await ben.ask('GET', '?from=2026-05-03T08:00:00Z&until=2026-05-03T08:00:00Z');
    assert.deepEqual([status, body.errors[0].parameter], [422, 'from']);
  });

  test('nobody sees, changes or removes the workouts of somebody else', async (t) => {
    const api = await open(t);
    const [ben, eva] = [await asOwner(api), await asOwner(api, { email: 'eva@example.test', password: PASSWORD })];
    const { id } = await ben.enter();
    await applyWorkoutFact(api.identity.database, factOf(ben.athlete, NOW_MS - DAY_MS), NOW_MS);
    assert.deepEqual(await eva.list(), []);
    const answers = [
      await eva.ask('GET', `/${id}`),
      await eva.ask('GET', `/${id}/changes`),
      await eva.ask('PATCH', `/${id}`, { name: 'Mine' }, tagged(1)),
      await eva.ask('DELETE', `/${id}`, undefined, tagged(1)),
    ];
    for (const { status, body } of answers) {
      assert.deepEqual([status, body.type], [404, 'urn:slipstream:problem:unknown_workout']);
    }
    assert.equal((await ben.list()).length, 2);
  });

  test('an activity appears once, with the numbers of its last revision, in whatever order facts come', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const startMs = NOW_MS - DAY_MS;
    const revisions = [1, 2, 3, 3].map((revision, i) =>
      factOf(ben.athlete, startMs, { revision, epoch: i, endMs: startMs + (revision * 10 + i) * 60_000 }),
    );
    const facts = [...revisions, factOf(ben.athlete, startMs, { revision: 2, isWithdrawn: true, epoch: 0 })];
    const property = fc.asyncProperty(fc.array(fc.constantFrom(...facts), { maxLength: 8 }), async (some) => {
      for (const fact of [...some, ...facts, ...some]) await applyWorkoutFact(api.identity.database, fact, NOW_MS);
      const [one, ...more] = await ben.list();
      assert.deepEqual([one.source, one.endMs, more], ['stream', startMs + 33 * 60_000, []]);
      await api.identity.database.deleteFrom('workouts').execute();
    });
    await fc.assert(property, { numRuns: 15 });
    await applyWorkoutFact(api.identity.database, factOf('somebody-without-an-account', startMs), NOW_MS);
    assert.deepEqual(await ben.list(), []);
  });

  test('a workout is another one for who has read it only when its numbers are, whoever tells it again', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const startMs = NOW_MS - DAY_MS;
    const tell = (revision: number, epoch: number, endMs = NOW_MS) =>
      applyWorkoutFact(api.identity.database, factOf(ben.athlete, startMs, { revision, epoch, endMs }), NOW_MS);
    assert.equal(await tell(1, 1), true);
    const before = await ben.list();
    // After a restore, by who takes the shard over: the same revision, or one that was found again.
    assert.equal(await tell(1, 3), true);
    assert.equal(await tell(3, 3), true);
    assert.deepEqual(await ben.list(), before);
    // What one of before still says no longer counts.
    assert.equal(await tell(3, 2, NOW_MS - HOUR_MS), false);
    assert.deepEqual(await ben.list(), before);
    assert.equal(await tell(4, 3, NOW_MS - HOUR_MS), true);
    assert.deepEqual(await ben.list(), [{ ...before[0], endMs: NOW_MS - HOUR_MS, version: 2 }]);
  });

  test('what is said of an activity stands beside its numbers, which later revisions alone change', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const startMs = NOW_MS - DAY_MS;
    const tell = (more: Parameters<typeof factOf>[2]) =>
      applyWorkoutFact(api.identity.database, factOf(ben.athlete, startMs, more), NOW_MS);
    await tell({ revision: 1, sport: 'run' });
    const [before] = await ben.list();
    assert.equal(before.activity, `/v1/activities/${before.id}`);
    for (const field of ['distanceM', 'durationS', 'climbM', 'averageHeartRateBpm', 'energyKcal'] as const) {
      const { status, body } = await ben.ask('PATCH', `/${before.id}`, { [field]: 100 }, tagged(1));
      assert.deepEqual([status, body.errors?.[0].parameter], [422, field]);
    }
    const said = { name: 'Lake', notes: 'wet', effort: 8, visibility: 'followers', sport: 'trail_run' };
    const { body: changed } = await ben.ask('PATCH', `/${before.id}`, said, tagged(1));
    assert.deepEqual(changed, { ...before, ...said, version: 2 });
    await tell({ revision: 2, sport: 'ride', endMs: startMs + HOUR_MS });
    const { body: later } = await ben.ask('GET', `/${before.id}`);
    assert.deepEqual(later, { ...changed, measuredSport: 'ride', endMs: startMs + HOUR_MS, version: 3 });
    const { body: takenBack } = await ben.ask('PATCH', `/${before.id}`, { sport: null }, tagged(3));
    assert.equal(takenBack.sport, 'ride');
  });

  test('what was said of an activity that late data replaced goes to the one in its place', async (t) => {
    for (const isFinishedFirst of [true, false]) {
      const api = await open(t);
      const ben = await asOwner(api);
      const [oldMs, newMs] = [NOW_MS - DAY_MS, NOW_MS - DAY_MS - HOUR_MS];
      const tell = (...facts: ReturnType<typeof factOf>[]) =>
        facts.reduce<Promise<unknown>>(
          (before, fact) => before.then(() => applyWorkoutFact(api.identity.database, fact, NOW_MS)),
          Promise.resolve(),
        );
      const until = oldMs + HOUR_MS;
      await tell(factOf(ben.athlete, oldMs, { revision: 1, endMs: until }));
      const [{ id }] = await ben.list();
      await ben.ask('PATCH', `/${id}`, { name: 'Lake', sport: 'hike' }, tagged(1));
      const facts = [
        factOf(ben.athlete, newMs, { revision: 2, endMs: until, sport: 'run' }),
        factOf(ben.athlete, oldMs, { revision: 2, endMs: until, isWithdrawn: true }),
      ];
      await tell(...(isFinishedFirst ? facts : facts.reverse()));
      const [one, ...others] = await ben.list();
      assert.deepEqual(
        [one.startMs, one.name, one.sport, one.measuredSport, others],
        [newMs, 'Lake', 'hike', 'run', []],
      );
      const { changes } = (await ben.ask('GET', `/${one.id}/changes`)).body;
      assert.deepEqual(
        changes.map(({ act, actor }: { act: string; actor: string }) => [act, actor]),
        [
          ['moved', 'stream'],
          ['changed', 'owner'],
        ],
      );
    }
  });

  test('what was removed is gone from history, totals and progress, and no late revision brings it back', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const startMs = NOW_MS - DAY_MS;
    const { id: byHand } = await ben.enter();
    await applyWorkoutFact(api.identity.database, factOf(ben.athlete, startMs, { revision: 1 }), NOW_MS);
    const [, { id: measured }] = await ben.list();
    for (const id of [byHand, measured]) {
      const { status } = await ben.ask('DELETE', `/${id}`, undefined, tagged(1));
      assert.equal(status, 204);
      assert.equal((await ben.ask('GET', `/${id}`)).status, 404);
    }
    await applyWorkoutFact(api.identity.database, factOf(ben.athlete, startMs, { revision: 9 }), NOW_MS);
    assert.deepEqual(await ben.list(), []);
    assert.equal((await ben.ask('GET', '/totals')).body.workouts, 0);
    await api.identity.outbox.runDue();
    assert.deepEqual((await api.get('/v1/progress/years', ben.accessToken)).body.years, []);
  });

  test('a workout that goes on comes first, on the first page alone, and is no version to change', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const { id: byHand } = await ben.enter();
    const { activity } = factOf(ben.athlete, NOW_MS - HOUR_MS, { status: 'live', sport: 'run' });
    const holder = api.hold(ben.athlete, () => ({ activity }));
    const { body } = await ben.ask('GET', '?limit=1');
    assert.deepEqual(
      body.workouts.map(({ id, status, version }: WorkoutAnswer) => [id, status, version]),
      [
        [activity.id, 'live', 0],
        [byHand, 'finished', 1],
      ],
    );
    assert.deepEqual(idsOf(await ben.list('?sport=ride')), []);
    assert.deepEqual(idsOf(await ben.list('?source=manual')), [byHand]);
    assert.equal((await ben.ask('GET', `/${activity.id}`)).body.status, 'live');
    assert.equal((await ben.ask('PATCH', `/${activity.id}`, { name: 'Now' }, tagged(0))).status, 404);
    holder.stop();
    const { body: alone } = await ben.ask('GET');
    assert.deepEqual([idsOf(alone.workouts), alone.isLiveKnown], [[byHand], false]);
  });
}
