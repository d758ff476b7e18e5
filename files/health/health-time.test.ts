import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { healthTime } from './health-time.ts';

const iso = (text: string, timeZone?: string) => {
  const atMs = healthTime(text, timeZone);
  return Number.isNaN(atMs) ? null : new Date(atMs).toISOString();
};

test('dates of an export and of a program are the same moment', () => {
  assert.equal(iso('2026-11-30 10:00:00 +0300'), '2026-11-30T07:00:00.000Z');
  assert.equal(iso('2026-11-30T10:00:00.250+03:00'), '2026-11-30T07:00:00.250Z');
  assert.equal(iso('2026-11-30T07:00:00Z'), '2026-11-30T07:00:00.000Z');
  assert.equal(iso('2024-02-29 23:59:59 -0330'), '2024-03-01T03:29:59.000Z');
});

test('a date without an offset needs to know where it was: HKTimeZone', () => {
  assert.equal(iso('2026-11-30 10:00:00'), null);
  assert.equal(iso('2026-11-30 10:00:00', 'Europe/Moscow'), '2026-11-30T07:00:00.000Z');
  assert.equal(iso('2026-07-01 10:00:00', 'Europe/Vienna'), '2026-07-01T08:00:00.000Z');
  assert.equal(iso('2026-03-29 12:00:00', 'Europe/Vienna'), '2026-03-29T10:00:00.000Z', 'the day of the change');
  assert.equal(iso('2026-11-30 10:00:00', 'Mars/Olympus'), null);
  assert.equal(iso('yesterday', 'Europe/Vienna'), null);
});

test('what the clock on the wall shows comes back as the moment, but for the hour that a change repeats', () => {
  const zones = fc.constantFrom('Europe/Vienna', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC');
  const moments = fc.integer({ min: Date.UTC(2015, 0, 1) / 1_000, max: Date.UTC(2030, 0, 1) / 1_000 });
  fc.assert(
    fc.property(zones, moments, (timeZone, second) => {
      const options = { timeZone, dateStyle: 'short', timeStyle: 'medium' } as const;
      const shown = new Intl.DateTimeFormat('sv', options).format(second * 1_000);
      const found = healthTime(shown, timeZone);
      assert.equal(new Intl.DateTimeFormat('sv', options).format(found), shown);
    }),
  );
});
