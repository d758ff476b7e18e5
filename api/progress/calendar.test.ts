import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { SpanUnit } from '../../schemas/athlete-progress.ts';
import { comparedSpans, daysAfter, daysBetween, isTimeZone, mondayOf, wallTimeAt, weekName } from './calendar.ts';

const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');

/** Each span as name, first moment, point and end. */
function spansAt(unit: SpanUnit, now: string, zone = 'UTC') {
  const { current, last, yearAgo } = comparedSpans(unit, Date.parse(now), zone);
  return [current, last, ...(yearAgo === null ? [] : [yearAgo])].map((span) => {
    return [span.name, iso(span.fromMs), iso(span.untilMs), iso(span.endMs)];
  });
}

test('ISO weeks belong to the year of their Thursday', () => {
  const days = ['2020-12-31', '2021-01-03', '2021-01-04', '2024-12-30', '2026-12-31', '2027-01-03', '2027-01-04'];
  assert.deepEqual(days.map(weekName), [
    '2020-W53',
    '2020-W53',
    '2021-W01',
    '2025-W01',
    '2026-W53',
    '2026-W53',
    '2027-W01',
  ]);
  assert.deepEqual(['2027-01-03', '2027-01-04', '2024-02-29'].map(mondayOf), [
    '2026-12-28',
    '2027-01-04',
    '2024-02-26',
  ]);
});

test('a week is compared with the same moment of the last one, and of the one 52 weeks ago', () => {
  assert.deepEqual(spansAt('week', '2026-12-30T15:20:00Z'), [
    ['2026-W53', '2026-12-28T00:00:00Z', '2026-12-30T15:20:00Z', '2027-01-04T00:00:00Z'],
    ['2026-W52', '2026-12-21T00:00:00Z', '2026-12-23T15:20:00Z', '2026-12-28T00:00:00Z'],
    ['2026-W01', '2025-12-29T00:00:00Z', '2025-12-31T15:20:00Z', '2026-01-05T00:00:00Z'],
  ]);
});

test('a month that is shorter is over where the day is not in it', () => {
  assert.deepEqual(spansAt('month', '2024-03-29T12:00:00Z').slice(1), [
    ['2024-02', '2024-02-01T00:00:00Z', '2024-02-29T12:00:00Z', '2024-03-01T00:00:00Z'],
    ['2023-03', '2023-03-01T00:00:00Z', '2023-03-29T12:00:00Z', '2023-04-01T00:00:00Z'],
  ]);
  for (const now of ['2024-03-30T00:00:00Z', '2024-03-31T23:59:00Z']) {
    assert.deepEqual(spansAt('month', now)[1][2], '2024-03-01T00:00:00Z', now);
  }
  assert.deepEqual(spansAt('month', '2024-02-29T12:00:00Z')[2], [
    ...['2023-02', '2023-02-01T00:00:00Z', '2023-03-01T00:00:00Z', '2023-03-01T00:00:00Z'],
  ]);
});

test('a year is compared by its dates, so that a leap day moves none of them', () => {
  const lastPoint = (now: string) => spansAt('year', now)[1][2];
  assert.equal(lastPoint('2024-02-29T12:00:00Z'), '2023-03-01T00:00:00Z');
  assert.equal(lastPoint('2024-03-01T12:00:00Z'), '2023-03-01T12:00:00Z');
  assert.equal(lastPoint('2025-03-01T12:00:00Z'), '2024-03-01T12:00:00Z');
  assert.deepEqual(spansAt('year', '2025-03-01T12:00:00Z')[0], [
    ...['2025', '2025-01-01T00:00:00Z', '2025-03-01T12:00:00Z', '2026-01-01T00:00:00Z'],
  ]);
});

test('weeks of a change of clocks are an hour longer or shorter, and points go by the clock', () => {
  assert.deepEqual(spansAt('week', '2026-03-31T10:00:00Z', 'Europe/Vienna').slice(0, 2), [
    ['2026-W14', '2026-03-29T22:00:00Z', '2026-03-31T10:00:00Z', '2026-04-05T22:00:00Z'],
    // Noon in winter.
    ['2026-W13', '2026-03-22T23:00:00Z', '2026-03-24T11:00:00Z', '2026-03-29T22:00:00Z'],
  ]);
  // The clock left out 02:30 a week before.
  assert.equal(spansAt('week', '2026-04-05T00:30:00Z', 'Europe/Vienna')[1][2], '2026-03-29T01:30:00Z');
});

test('a day begins later where the clocks change at midnight, and a day that was left out is none', () => {
  // In Beirut the 29th of March 2026 began at one in the morning.
  assert.equal(spansAt('month', '2026-04-29T09:00:00Z', 'Asia/Beirut')[1][2], '2026-03-29T09:00:00Z');
  assert.equal(spansAt('month', '2026-04-28T21:30:00Z', 'Asia/Beirut')[1][2], '2026-03-28T22:30:00Z');
  // Samoa went from Thursday, 29 December 2011, to Saturday.
  assert.deepEqual(spansAt('week', '2012-01-06T22:00:00Z', 'Pacific/Apia')[1], [
    ...['2011-W52', '2011-12-26T10:00:00Z', '2011-12-30T22:00:00Z', '2012-01-01T10:00:00Z'],
  ]);
  assert.equal(daysBetween('2011-12-29', '2011-12-31'), 2);
});

test('days and Mondays are counted as the calendar has them, before the epoch too', () => {
  const anyDays = fc.tuple(fc.integer({ min: -40_000, max: 40_000 }), fc.integer({ min: -40_000, max: 40_000 }));
  fc.assert(
    fc.property(anyDays, ([from, length]) => {
      const day = daysAfter('1970-01-01', from);
      assert.equal(daysBetween(day, daysAfter(day, length)), length);
      // The epoch's first Monday was its fifth day.
      assert.equal(mondayOf(day), daysAfter('1970-01-05', 7 * Math.floor((from - 4) / 7)));
    }),
  );
});

test('the clock on the wall shows what the library says, in every zone, since 1850 and until 2200', () => {
  const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC', 'europe/vienna');
  const moment = fc.integer({ min: Date.UTC(1850, 0), max: Date.UTC(2200, 0) });
  fc.assert(
    fc.property(moment, zone, (atMs, timeZone) => {
      const shown = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDateTime();
      assert.equal(wallTimeAt(atMs, timeZone), shown.toString({ smallestUnit: 'second' }));
    }),
  );
});

test('time zones are names of the IANA database', () => {
  assert.deepEqual(
    ['UTC', 'Europe/Vienna', 'America/Argentina/Buenos_Aires', '+01:00', 'Mars/Olympus', '', 'utc\0'].map(isTimeZone),
    [true, true, true, false, false, false, false],
  );
});
