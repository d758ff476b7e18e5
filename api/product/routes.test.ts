import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createTestApi } from '../api-for-tests.ts';
import { DAY_MS, type PersonGiven, personOf, WEEK_MS } from './event.arbitrary.ts';

/** Monday of the tests' now. */
const THIS_WEEK_MS = Date.UTC(2026, 5, 8);
const weeksAgo = (weeks: number, days = 0) => THIS_WEEK_MS - weeks * WEEK_MS + days * DAY_MS;

/** An API, and so many people of each kind. */
async function withPeople(t: TestContext, given: readonly [number, PersonGiven][]) {
  const api = await createTestApi(t);
  for (const [count, person] of given) {
    for (let i = 0; i < count; i++) for (const event of personOf(person)) await api.product.write(event);
  }
  const read = async (block: string) => {
    const { status, body } = await api.get(`/v1/product/${block}`, 'operator');
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  return { api, read };
}

const regular = { signedMs: weeksAgo(10), logged: [weeksAgo(1), weeksAgo(2), weeksAgo(4)] };

test('the funnel says who came how far, and how many log regularly now with the interval', async (t) => {
  const { read } = await withPeople(t, [
    [10, { signedMs: weeksAgo(0), isVerified: false }],
    [6, { signedMs: weeksAgo(6) }],
    [6, { signedMs: weeksAgo(20), logged: [weeksAgo(19)] }],
    [8, regular],
  ]);
  const { regularNow, ...funnel } = await read('funnel');
  assert.deepEqual(funnel, {
    fromDay: '2025-06-09',
    steps: [
      { step: 'signedUp', people: 30 },
      { step: 'verified', people: 20 },
      { step: 'firstWorkout', people: 14 },
      { step: 'regular', people: 8 },
    ],
    minGroup: 5,
  });
  const { low95, high95, ...now } = regularNow;
  assert.deepEqual(now, { fromDay: '2026-05-11', untilDay: '2026-06-08', of: 20, people: 8, share: 0.4 });
  assert.deepEqual(
    [low95, high95].map((one: number) => one.toFixed(4)),
    ['0.2188', '0.6134'],
  );
});

test('numbers of a few people are left out everywhere', async (t) => {
  const { read } = await withPeople(t, [
    [4, regular],
    [2, { signedMs: weeksAgo(3), logged: [weeksAgo(3)] }],
  ]);
  const { steps, regularNow } = await read('funnel');
  assert.deepEqual(
    steps.map(({ people }: { people: number | null }) => people),
    [6, 6, 6, null],
  );
  const unknown = { of: null, people: null, share: null, low95: null, high95: null };
  assert.deepEqual(regularNow, { fromDay: '2026-05-11', untilDay: '2026-06-08', ...unknown });
  const { cohorts } = await read('retention?cohorts=4');
  assert.deepEqual(cohorts, [
    { monday: '2026-05-18', people: null, weeks: [null, null, null] },
    { monday: '2026-05-25', people: 0, weeks: [0, 0] },
    { monday: '2026-06-01', people: 0, weeks: [0] },
    { monday: '2026-06-08', people: 0, weeks: [] },
  ]);
  const { days } = await read('active-days?days=1');
  assert.deepEqual(days, [{ day: '2026-06-07', daily: 0, weekly: null, monthly: 6, stickiness: 0 }]);
});

test('retention follows a week’s people through whole weeks, by workouts or by being here', async (t) => {
  const { read } = await withPeople(t, [
    [6, { signedMs: weeksAgo(2), logged: [weeksAgo(2), weeksAgo(1)], here: [weeksAgo(0)] }],
    [6, { signedMs: weeksAgo(2, 6), logged: [weeksAgo(2, 6)], here: [weeksAgo(1)] }],
  ]);
  const rows = (weeks: (number | null)[]) => [
    { monday: '2026-05-25', people: 12, weeks },
    { monday: '2026-06-01', people: 0, weeks: [0] },
    { monday: '2026-06-08', people: 0, weeks: [] },
  ];
  assert.deepEqual(await read('retention?cohorts=3'), { of: 'logging', cohorts: rows([12, 6]), minGroup: 5 });
  const active = { of: 'active', cohorts: rows([12, 12]), minGroup: 5 };
  assert.deepEqual(await read('retention?cohorts=3&of=active'), active);
});

test('days up to yesterday have who was here, and how many of a month’s people are there in a day', async (t) => {
  const { read } = await withPeople(t, [
    [5, { signedMs: weeksAgo(5), here: [THIS_WEEK_MS - DAY_MS] }],
    [5, { signedMs: weeksAgo(5), here: [THIS_WEEK_MS - 3 * DAY_MS], logged: [THIS_WEEK_MS] }],
    [10, { signedMs: weeksAgo(5), here: [THIS_WEEK_MS - 20 * DAY_MS] }],
  ]);
  const { days, minGroup } = await read('active-days?days=3');
  assert.equal(minGroup, 5);
  assert.deepEqual(days, [
    { day: '2026-06-05', daily: 5, weekly: 5, monthly: 15, stickiness: 1 / 3 },
    { day: '2026-06-06', daily: 0, weekly: 5, monthly: 15, stickiness: 0 },
    { day: '2026-06-07', daily: 5, weekly: 10, monthly: 20, stickiness: 0.25 },
  ]);
});

test('each answer is bounded', async (t) => {
  const { api } = await withPeople(t, []);
  for (const url of ['retention?cohorts=27', 'active-days?days=93', 'active-days?days=0', 'retention?of=health']) {
    assert.equal((await api.get(`/v1/product/${url}`, 'operator')).status, 422, url);
  }
});
