import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BoardRow } from '../../../schemas/board.ts';
import type { ReviewFinding } from '../../../schemas/review.ts';
import { GUN_MS, starterOf, tenKilometres } from '../../../schemas/ten-kilometres-for-tests.ts';
import { RaceBoard } from './board.ts';

const HONEST = 30;
const bibs = Array.from({ length: HONEST }, (_, i) => String(100 + i));
const DRIVERS = ['900', '901', '902', '903'];
const NOW_MS = GUN_MS + 2_400_000;

/** Everybody every ten seconds: honest ones at a pace of their own, drivers at ten metres a second for a while. */
function boardOf(all: readonly string[]): RaceBoard {
  const board = new RaceBoard(tenKilometres(all.map((bib) => starterOf(bib))));
  for (const bib of all) {
    const speedMps = DRIVERS.includes(bib) ? 3 : 2.6 + Number(bib.slice(1)) / 25;
    for (let s = 10; s <= 2_400; s += 10) {
      const drivenM = DRIVERS.includes(bib) ? 7 * Math.max(0, Math.min(180, s - 600)) : 0;
      const positionM = Math.min(9_990, speedMps * s + 30 * Math.sin(s / 70 + Number(bib)) + drivenM);
      const atMs = GUN_MS + 1_000 * s;
      board.tick({
        athletes: [{ bib, atMs, positionM, speedMps, sigmaM: 2, isOffCourse: false, lap: 1, crossings: [] }],
      });
    }
  }
  return board;
}

const finding = (bib: string, own: Partial<ReviewFinding> = {}): ReviewFinding => ({
  ...{ id: `speed.${bib}`, revision: 1, kind: 'impossible_speed', severity: 'high', bibs: [bib], about: '' },
  ...{ foundMs: NOW_MS, isWithdrawn: false, numbers: {} },
  from: { atMs: GUN_MS + 600_000, positionM: 1_800 },
  until: { atMs: GUN_MS + 780_000, positionM: 3_600 },
  ...own,
});
const suspect = (board: RaceBoard, own: Partial<ReviewFinding> = {}) => {
  for (const bib of DRIVERS) board.athlete(bib)!.findings.set(`speed.${bib}`, finding(bib, own));
};
const predictions = (board: RaceBoard) => {
  const { rows } = board.view(NOW_MS);
  return Object.fromEntries(
    rows.filter(({ bib }) => bibs.includes(bib)).map(({ bib, predictedMs }: BoardRow) => [bib, predictedMs]),
  );
};

test('finishes are foreseen as if whoever is suspected were not there', () => {
  const suspected = boardOf([...bibs, ...DRIVERS]);
  suspect(suspected);
  const without = predictions(boardOf(bibs));
  assert.ok(Object.values(without).every((predicted) => predicted !== null));
  assert.deepEqual(predictions(suspected), without);
  assert.notDeepEqual(predictions(boardOf([...bibs, ...DRIVERS])), without);
});

test('whose finding is withdrawn or dismissed counts again, and two who travel together always do', () => {
  const all = predictions(boardOf([...bibs, ...DRIVERS]));
  const withdrawn = boardOf([...bibs, ...DRIVERS]);
  suspect(withdrawn, { isWithdrawn: true });
  assert.deepEqual(predictions(withdrawn), all);
  const together = boardOf([...bibs, ...DRIVERS]);
  suspect(together, { kind: 'devices_together' });
  assert.deepEqual(predictions(together), all);
  const dismissed = boardOf([...bibs, ...DRIVERS]);
  suspect(dismissed);
  const decided = { decision: 'dismissed', revision: 1, by: 'ann', saidMs: NOW_MS, why: 'a bridge' } as const;
  for (const bib of DRIVERS) dismissed.athlete(bib)!.decisions.set(`speed.${bib}`, decided);
  assert.deepEqual(predictions(dismissed), all);
});
