import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { BoardView } from '../../../schemas/board.ts';
import type { AthleteProgress } from '../../../schemas/progress.ts';
import { GUN_MS, starterOf, tenKilometres } from '../../../schemas/ten-kilometres-for-tests.ts';
import { RaceBoard } from './board.ts';
import { runRace, tell } from './run-race.arbitrary.ts';

const MINUTE_MS = 60_000;
const at = (minutes: number) => GUN_MS + minutes * MINUTE_MS;

function seen(bib: string, minutes: number, positionM: number, own: Partial<AthleteProgress> = {}) {
  const place = { bib, atMs: at(minutes), positionM, sigmaM: 2, speedMps: 3, lap: 1 };
  return { athletes: [{ ...place, isOffCourse: false, crossings: [], ...own }] };
}

/** Bib 1 runs and is heard of each minute until the given one; 2 is up to the test. */
function boardOfTwo(untilMinutes: number): RaceBoard {
  const board = new RaceBoard(tenKilometres([starterOf('1'), starterOf('2')]));
  for (let minutes = 0; minutes <= untilMinutes; minutes++) board.tick(seen('1', minutes, 50 * minutes));
  return board;
}

function statusOf({ rows }: BoardView, bib: string) {
  const { status, statusReason, rank } = rows.find((row) => row.bib === bib)!;
  return { status, statusReason, rank };
}

const registered = { status: 'registered', statusReason: null, rank: null };

describe('who is not seen', () => {
  test('within half an hour of the gun did not start, and is a runner again once late data shows them', () => {
    const board = boardOfTwo(40);
    assert.deepEqual(statusOf(board.view(at(30)), '2'), registered);
    assert.deepEqual(statusOf(board.view(at(31)), '2'), { status: 'dns', statusReason: 'not_seen', rank: null });
    board.tick(seen('2', 29, 10));
    board.tick(seen('2', 32, 400));
    assert.deepEqual(statusOf(board.view(at(33)), '2'), { status: 'running', statusReason: null, rank: 2 });
  });

  test('over the start, but heard of behind it, is still expected', () => {
    const board = boardOfTwo(40);
    board.tick(seen('2', 5, -20));
    assert.deepEqual(statusOf(board.view(at(40)), '2'), registered);
  });

  test('is not judged while nothing is known of anybody', () => {
    assert.deepEqual(statusOf(boardOfTwo(20).view(at(50)), '2'), registered);
  });
});

describe('who runs and then', () => {
  test('stands for half an hour gave up, until they go on', () => {
    const board = boardOfTwo(60);
    for (let minutes = 1; minutes <= 10; minutes++) board.tick(seen('2', minutes, 200 * minutes));
    for (let minutes = 11; minutes <= 50; minutes++)
      board.tick(seen('2', minutes, 2_000 + minutes / 10, { speedMps: 0.1 }));
    assert.equal(statusOf(board.view(at(38)), '2').status, 'dnf');
    assert.deepEqual(statusOf(board.view(at(51)), '2'), { status: 'dnf', statusReason: 'stopped', rank: null });
    board.tick(seen('2', 52, 2_100));
    assert.deepEqual(statusOf(board.view(at(52)), '2'), { status: 'running', statusReason: null, rank: 2 });
  });

  test('is away from the course for half an hour gave up', () => {
    const board = boardOfTwo(60);
    for (let minutes = 1; minutes <= 10; minutes++) board.tick(seen('2', minutes, 200 * minutes));
    board.tick(seen('2', 45, 2_000, { isOffCourse: true, speedMps: 6 }));
    assert.deepEqual(statusOf(board.view(at(45)), '2'), { status: 'dnf', statusReason: 'stopped', rank: null });
  });

  test('is not heard of for an hour gave up, until a mat sees them finish', () => {
    const board = boardOfTwo(90);
    board.tick(seen('2', 10, 2_000));
    assert.equal(statusOf(board.view(at(70)), '2').status, 'running');
    assert.deepEqual(statusOf(board.view(at(71)), '2'), { status: 'dnf', statusReason: 'signal_lost', rank: null });
    const crossing = { checkpoint: 'finish', pass: 1, source: 'mat', timeMs: at(60), sigmaMs: 50 } as const;
    board.report('2', { ...crossing, revision: 1, isWithdrawn: false });
    assert.deepEqual(statusOf(board.view(at(72)), '2'), { status: 'finished', statusReason: null, rank: 1 });
  });

  test('has not finished when the race closes gave up', () => {
    const board = boardOfTwo(30);
    assert.equal(statusOf(board.view(at(241)), '1').status, 'running');
    assert.deepEqual(statusOf(board.view(at(242)), '1'), { status: 'dnf', statusReason: 'cut_off', rank: null });
    assert.deepEqual(statusOf(board.view(at(242)), '2'), { status: 'dns', statusReason: 'cut_off', rank: null });
  });

  test('is judged by a person stays judged, and no reason is stated', () => {
    const board = boardOfTwo(60);
    board.judge('2', { verdict: 'dsq', reason: 'unsporting', revision: 1 });
    assert.deepEqual(statusOf(board.view(at(60)), '2'), { status: 'dsq', statusReason: null, rank: null });
  });
});

test('a reason is stated with dnf and dns alone, never of a finisher, and those who have one have no rank', () => {
  fc.assert(
    fc.property(runRace(), fc.integer({ min: 0, max: 5 * 3_600_000 }), ({ race, told }, afterMs) => {
      const board = new RaceBoard(race);
      for (const one of told) tell(board, one);
      for (const { status, statusReason, rank, lastCrossing } of board.view(GUN_MS + afterMs).rows) {
        if (statusReason === null) continue;
        assert.ok(status === 'dnf' || status === 'dns', status);
        assert.equal(rank, null);
        assert.notEqual(lastCrossing?.checkpoint, 'finish');
      }
    }),
  );
});
