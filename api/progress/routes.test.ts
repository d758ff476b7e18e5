import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestApi, NOW_MS } from '../api-for-tests.ts';
import { countedActivity, countedEffort } from './counted.arbitrary.ts';
import { SHOWN_STEPS } from './reader.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const own = (block: string) => `/v1/progress/${block}`;

test('an athlete compares this week, month and year with the last, to the same point', async (t) => {
  const { counted, get } = await createTestApi(t);
  // It is noon on Monday, 8 June 2026, in UTC.
  counted.insert([
    countedActivity({ startMs: NOW_MS - HOUR_MS, distanceM: 6_000 }),
    countedActivity({ startMs: NOW_MS - 7 * DAY_MS - HOUR_MS, distanceM: 5_000, sport: 'ride' }),
    countedActivity({ startMs: NOW_MS - 7 * DAY_MS + HOUR_MS, distanceM: 9_000 }),
    countedActivity({ startMs: NOW_MS - 364 * DAY_MS - HOUR_MS, distanceM: 4_000 }),
  ]);
  const { status, body } = await get(own('comparisons'), 'watch-1');
  assert.equal(status, 200);
  const seen = body.comparisons.map(({ unit, current, last, yearAgo }: (typeof body.comparisons)[0]) => [
    unit,
    ...[current, last, yearAgo].map((span) => {
      return span && [span.name, span.toPoint.all.distanceM, span.whole.all.distanceM];
    }),
  ]);
  assert.deepEqual(seen, [
    ['week', ['2026-W24', 6_000, 6_000], ['2026-W23', 5_000, 14_000], ['2025-W24', 4_000, 4_000]],
    ['month', ['2026-06', 20_000, 20_000], ['2026-05', 0, 0], ['2025-06', 0, 4_000]],
    ['year', ['2026', 20_000, 20_000], ['2025', 0, 4_000], null],
  ]);
  assert.deepEqual(body.comparisons[0].last.toPoint.bySport, [
    { sport: 'ride', activities: 1, distanceM: 5_000, movingS: 3_600, elevationGainM: 64, trainingLoad: 50 },
  ]);
});

test('the zone is the one that is asked for, else the one that the athlete stated, else UTC', async (t) => {
  const { counted, get, setSettings } = await createTestApi(t);
  // In Auckland it is Tuesday already.
  counted.insert([countedActivity({ startMs: NOW_MS + HOUR_MS - DAY_MS })]);
  const zoneAnd = async (url: string) => {
    const { body } = await get(url, 'watch-1');
    return [body.timeZone, body.days.current.to];
  };
  assert.deepEqual(await zoneAnd(own('streaks')), ['UTC', '2026-06-07']);
  assert.deepEqual(await zoneAnd(own('streaks?timeZone=Pacific/Auckland')), ['Pacific/Auckland', '2026-06-08']);
  setSettings(async () => ({ version: 1, timeZone: 'Asia/Kathmandu' }));
  assert.deepEqual(await zoneAnd(own('streaks')), ['Asia/Kathmandu', '2026-06-07']);
});

test('a zone that is none is refused by name', async (t) => {
  const { get } = await createTestApi(t);
  const { status, body } = await get(own('weeks?timeZone=%2B01:00'), 'watch-1');
  const errors = [{ parameter: 'timeZone', message: 'it is none that is known' }];
  assert.deepEqual([status, body.type, body.errors], [422, 'urn:slipstream:problem:invalid_request', errors]);
});

test('records come with their history by the time of the effort, and what was withdrawn is in none', async (t) => {
  const { counted, get } = await createTestApi(t);
  const run = (days: number, value: number, given: object = {}) => {
    const startMs = NOW_MS - days * DAY_MS;
    return countedActivity({ startMs, efforts: [countedEffort({ startMs, value })], ...given });
  };
  const withdrawn = run(15, 1_000);
  // The one of long ago was imported last.
  counted.insert([run(10, 1_400), run(20, 1_500), withdrawn, run(5, 1_450), run(40, 1_600)]);
  counted.insert([{ ...withdrawn, status: 'withdrawn', revision: 41, efforts: [] }]);
  counted.insert([run(30, 1_300, { sport: 'other' })]);
  const { body } = await get(own('records?sport=run'), 'watch-1');
  const values = body.records.map(({ sport, kind, name, unit, isWhole, steps }: (typeof body.records)[0]) => [
    ...[sport, kind, name, unit, isWhole],
    steps.map(({ value }: { value: number }) => value),
  ]);
  assert.deepEqual(values, [['run', 'distance', '5 km', 's', true, [1_400, 1_500, 1_600]]]);
  assert.deepEqual((await get(own('records'), 'watch-1')).body.records.length, 1, 'none in what nobody named');
});

test('a record that fell often says that its history is not whole', async (t) => {
  const { counted, get } = await createTestApi(t);
  for (let i = 0; i <= SHOWN_STEPS; i++) {
    const startMs = NOW_MS - (100 - i) * DAY_MS;
    counted.insert([countedActivity({ startMs, efforts: [countedEffort({ startMs, value: 1_500 - i })] })]);
    const [{ steps, isWhole }] = (await get(own('records'), 'watch-1')).body.records;
    assert.deepEqual([steps.length, isWhole], [Math.min(i + 1, SHOWN_STEPS), i < SHOWN_STEPS]);
  }
});

test('an answer keeps its tag for a minute, until the numbers change', async (t) => {
  const { counted, ask, clock } = await createTestApi(t);
  const did = (startMs: number) => countedActivity({ startMs, efforts: [countedEffort({ startMs, value: 900 })] });
  counted.insert([did(NOW_MS - HOUR_MS)]);
  const read = async (block: string, headers: Record<string, string> = {}) => {
    const { status, body, ...answer } = await ask({ method: 'GET', url: own(block), headers }, 'watch-1');
    return { status, body, tag: String(answer.headers.etag), cache: answer.headers['cache-control'] };
  };
  const tags = new Map<string, string>();
  for (const block of ['comparisons', 'weeks', 'form', 'streaks', 'years', 'records']) {
    const { status, tag, cache } = await read(block);
    assert.deepEqual([status, cache], [200, 'private, no-cache'], block);
    await clock.advance(1_000);
    const known = await read(block, { 'if-none-match': `"other", W/${tag}` });
    assert.deepEqual([known.status, known.tag, known.body], [304, tag, ''], block);
    tags.set(block, tag);
  }
  counted.insert([did(NOW_MS - DAY_MS)]);
  for (const [block, tag] of tags) assert.notEqual((await read(block, { 'if-none-match': tag })).tag, tag, block);
});
