import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GUN_MS, starterOf, tenKilometres } from '../../../schemas/ten-kilometres-for-tests.ts';
import { RaceBoard } from './board.ts';
import { positionAt, progressAt, runRace, type TrueRun, tell } from './run-race.arbitrary.ts';

const FOUR_HOURS_MS = 4 * 3_600_000;

test('nobody is before the leader, or before whoever is ranked ahead, whatever a board is told', () => {
  fc.assert(
    fc.property(runRace(), fc.array(fc.nat(FOUR_HOURS_MS), { minLength: 1, maxLength: 4 }), ({ race, told }, looks) => {
      for (const clock of ['gun', 'chip'] as const) {
        const board = new RaceBoard(race, { clock });
        for (const [i, one] of told.entries()) {
          tell(board, one);
          const { rows } = board.view(GUN_MS + looks[i % looks.length]);
          const gaps = rows.flatMap(({ gapLeaderMs, gapAheadMs }) => [gapLeaderMs, gapAheadMs]);
          assert.ok(
            gaps.every((gap) => gap === null || gap >= 0),
            `${gaps}`,
          );
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('gaps to a chosen athlete are below 0 only for those who are ranked ahead of them', () => {
  fc.assert(
    fc.property(runRace(), fc.nat(FOUR_HOURS_MS), fc.nat(7), ({ race, told }, afterMs, which) => {
      const board = new RaceBoard(race);
      for (const one of told) tell(board, one);
      const ranked = board.view(GUN_MS + afterMs).rows.filter(({ rank }) => rank !== null);
      const at = which % Math.max(1, ranked.length);
      const gaps = board.gapsTo(ranked[at]?.bib ?? 'nobody', GUN_MS + afterMs);
      for (const [i, { bib }] of ranked.entries()) {
        const gap = gaps?.get(bib) ?? 0;
        assert.ok(i < at ? gap <= 0 : gap >= 0, `${bib}: ${gap}`);
      }
    }),
  );
});

const runners = fc.array(
  fc.record({
    speedMps: fc.double({ min: 1, max: 7, noNaN: true }),
    /** How long before the look they were seen last. */
    unseenMs: fc.integer({ min: 0, max: 9_999 }),
  }),
  { minLength: 2, maxLength: 8 },
);

test('from the first second on, who is ahead on the road is ahead in rank, whenever each was seen last', () => {
  fc.assert(
    fc.property(runners, fc.integer({ min: 10_000, max: 90_000 }), (all, afterMs) => {
      const runs = all.map(({ speedMps }, i): TrueRun => {
        return { starter: starterOf(String(i + 1)), startMs: GUN_MS, firstMps: speedMps, secondMps: speedMps };
      });
      const board = new RaceBoard(tenKilometres(runs.map(({ starter }) => starter)));
      const nowMs = GUN_MS + afterMs;
      for (const [i, one] of runs.entries()) {
        for (const atMs of [GUN_MS, nowMs - all[i].unseenMs]) board.tick({ athletes: [progressAt(one, atMs)] });
      }
      const places = board.view(nowMs).rows.map(({ bib }) => positionAt(runs[Number(bib) - 1], nowMs));
      for (let i = 1; i < places.length; i++) assert.ok(places[i] <= places[i - 1] + 1e-6, places.join(' '));
    }),
  );
});
