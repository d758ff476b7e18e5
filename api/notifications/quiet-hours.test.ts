import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quietUntilMs } from './quiet-hours.ts';

const ms = (text: string) => Date.parse(text);
const iso = (atMs: number | null) => (atMs === null ? null : new Date(atMs).toISOString());
const BERLIN = 'Europe/Berlin';

test('quiet hours hold over midnight, by the clock of the zone', () => {
  const night = { from: '22:00', to: '07:00', timeZone: BERLIN };
  assert.equal(quietUntilMs(night, ms('2026-06-08T19:59:59Z')), null);
  assert.equal(iso(quietUntilMs(night, ms('2026-06-08T20:00:00Z'))), '2026-06-09T05:00:00.000Z');
  assert.equal(iso(quietUntilMs(night, ms('2026-06-09T04:59:59Z'))), '2026-06-09T05:00:00.000Z');
  assert.equal(quietUntilMs(night, ms('2026-06-09T05:00:00Z')), null);
});

test('a night in which the clock is put back is an hour longer', () => {
  const night = { from: '22:00', to: '07:00', timeZone: BERLIN };
  assert.equal(iso(quietUntilMs(night, ms('2026-10-24T20:00:00Z'))), '2026-10-25T06:00:00.000Z');
  // Half past two comes twice: they end the first time and do not begin again.
  const early = { from: '22:00', to: '02:30', timeZone: BERLIN };
  assert.equal(iso(quietUntilMs(early, ms('2026-10-25T00:29:00Z'))), '2026-10-25T00:30:00.000Z');
  assert.equal(quietUntilMs(early, ms('2026-10-25T01:10:00Z')), null);
});

test('a time that the clock leaves out is an hour later', () => {
  const early = { from: '22:00', to: '02:30', timeZone: BERLIN };
  assert.equal(iso(quietUntilMs(early, ms('2026-03-28T23:00:00Z'))), '2026-03-29T01:30:00.000Z');
});

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));

test('they always end within two days, and are over when they end', () => {
  const zones = [BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kathmandu', 'UTC'];
  const moment = fc.integer({ min: ms('2000-01-01T00:00:00Z'), max: ms('2040-01-01T00:00:00Z') });
  fc.assert(
    fc.property(time, time, fc.constantFrom(...zones), moment, (from, to, timeZone, nowMs) => {
      fc.pre(from !== to);
      const untilMs = quietUntilMs({ from, to, timeZone }, nowMs);
      if (untilMs === null) return;
      assert.ok(untilMs > nowMs && untilMs - nowMs <= 48 * 3_600_000);
      // The next ones may begin at this very moment, where a change of the clock has moved both.
      const next = quietUntilMs({ from, to, timeZone }, untilMs);
      assert.ok(next === null || next > untilMs);
    }),
  );
});
