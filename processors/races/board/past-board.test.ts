import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { BoardRow } from '../../../schemas/board.ts';
import { GUN_MS, starterOf, tenKilometres } from '../../../schemas/ten-kilometres-for-tests.ts';
import { RaceBoard } from './board.ts';
import { passagesOf } from './passages.ts';
import { pastView } from './past-board.ts';
import { passedMs, positionAt, progressAt, runRace, type TrueRun, tell } from './run-race.arbitrary.ts';

const FOUR_HOURS_MS = 4 * 3_600_000;
/** Positions ten seconds apart do not tell where a pace changes: 9 m off, and as much where a crossing corrects it. */
const KINK_M = 20;

describe('a past moment of a board', () => {
  test('is, once everything is over, the board of now', async () => {
    await fc.assert(
      fc.asyncProperty(runRace(), fc.integer({ min: 0, max: 3_600_000 }), async ({ race, told }, afterMs) => {
        const board = new RaceBoard(race);
        for (const one of told) tell(board, one);
        const atMs = Math.max(board.dataMs, GUN_MS) + afterMs;
        assert.deepEqual(await pastOf(board, atMs), board.view(atMs));
      }),
    );
  });

  test('has everybody where they truly were, ranked by it, and their crossings of before', async () => {
    await fc.assert(
      fc.asyncProperty(
        runRace({ everyS: 10, isMeasuredOnly: true }),
        fc.integer({ min: 0, max: 5_000_000 }),
        async ({ race, runs, told }, afterMs) => {
          const board = new RaceBoard(race);
          for (const one of told) tell(board, one);
          const atMs = GUN_MS + afterMs;
          const view = await pastOf(board, atMs);
          const { all, finish } = passagesOf(race);
          const known = new Map(view.rows.map((row) => [row.bib, row]));
          for (const run of runs) {
            const row = known.get(run.starter.bib)!;
            const trueM = Math.min(finish!.positionM, positionAt(run, atMs));
            const { status, positionM, lastCrossing, statusReason } = row;
            const isFinished = passedMs(run, finish!.positionM) <= atMs;
            const isStarted = run.startMs <= atMs;
            assert.deepEqual(
              [status, statusReason, lastCrossing?.checkpoint],
              [
                isFinished ? 'finished' : isStarted ? 'running' : 'registered',
                null,
                all.findLast((passage) => passedMs(run, passage.positionM) <= atMs)?.checkpoint,
              ],
            );
            if (isStarted) assert.ok(Math.abs(positionM! - trueM) <= KINK_M, `${positionM} for ${trueM}`);
          }
          const ranked = runs
            .filter(({ startMs }) => startMs <= atMs)
            .toSorted((a, b) => known.get(a.starter.bib)!.rank! - known.get(b.starter.bib)!.rank!);
          for (const [i, run] of ranked.entries()) {
            assert.equal(known.get(run.starter.bib)!.rank, i + 1);
            if (i > 0) assert.ok(isAhead(ranked[i - 1], run, atMs, finish!.positionM));
          }
        },
      ),
    );
  });

  test('of somebody who sent late has what is known by now', async () => {
    const board = new RaceBoard(tenKilometres([starterOf('1')]));
    board.tick({ athletes: [at('1', 0, 0), at('1', 250, 1_000)] });
    assert.equal((await rowAt(board, '1', 500)).positionM, 1_000);
    board.tick({ athletes: [at('1', 750, 3_000)] });
    const { positionM, speedMps, seenMs, isSilent, lap } = await rowAt(board, '1', 500);
    assert.deepEqual(
      { positionM, speedMps, seenMs, isSilent, lap },
      { positionM: 2_000, speedMps: 4, seenMs: GUN_MS + 500_000, isSilent: false, lap: 1 },
    );
  });

  test('takes a corrected crossing from the moment that it is of', async () => {
    const board = new RaceBoard(tenKilometres([starterOf('1')]));
    board.tick({ athletes: [at('1', 0, 0), at('1', 2_000, 8_000)] });
    const half = { checkpoint: 'half', pass: 1, sigmaMs: 500, isWithdrawn: false } as const;
    board.report('1', { ...half, source: 'gps', timeMs: GUN_MS + 1_240_000, revision: 1 });
    assert.equal((await rowAt(board, '1', 1_245)).lastCrossing?.checkpoint, 'half');
    board.report('1', { ...half, source: 'manual', timeMs: GUN_MS + 1_250_000, revision: 7 });
    assert.equal((await rowAt(board, '1', 1_245)).lastCrossing, null);
    assert.deepEqual((await rowAt(board, '1', 1_251)).lastCrossing, {
      ...{ checkpoint: 'half', pass: 1, timeMs: GUN_MS + 1_250_000, status: 'provisional', revision: 8 },
    });
  });

  test('of mats alone has an even pace between them, and nothing before the first', async () => {
    const board = new RaceBoard(tenKilometres([starterOf('1')]));
    const [start, half] = passagesOf(board.race).all;
    for (const [i, { checkpoint }] of [start, half].entries()) {
      const timeMs = GUN_MS + 10_000 + i * 1_000_000;
      board.read('1', { id: checkpoint, checkpoint, source: 'mat', timeMs, sigmaMs: 50 });
    }
    const { status, positionM, speedMps } = await rowAt(board, '1', 260);
    assert.deepEqual([status, positionM], ['running', Math.round(half.positionM * 2.5) / 10]);
    assert.ok(Math.abs(speedMps! - half.positionM / 1_000) < 0.02, `${speedMps}`);
    assert.deepEqual(
      [(await rowAt(board, '1', 5)).status, (await rowAt(board, '1', 5)).positionM],
      ['registered', null],
    );
    assert.equal((await rowAt(board, '1', 1_010 + 600)).positionM, Math.round(half.positionM * 10) / 10);
  });

  test('has whoever was heard of no more in the last place that was known, until the next crossing', async () => {
    const board = new RaceBoard(tenKilometres([starterOf('1')]));
    board.tick({ athletes: [at('1', 0, 0), at('1', 300, 900)] });
    const { finish } = passagesOf(board.race);
    board.read('1', { id: 'f', checkpoint: 'finish', source: 'mat', timeMs: GUN_MS + 2_500_000, sigmaMs: 50 });
    const places: [number, number][] = [
      [150, 450],
      [299, 897],
      [301, 900],
      [2_499, 900],
      [2_500, Math.round(finish!.positionM * 10) / 10],
    ];
    for (const [afterS, positionM] of places) {
      assert.equal((await rowAt(board, '1', afterS)).positionM, positionM, `after ${afterS} s`);
    }
  });

  test('ranks nobody who is disqualified by now, and lets somebody who gave up run until then', async () => {
    const board = new RaceBoard(tenKilometres([starterOf('1'), starterOf('2')]));
    board.tick({ athletes: [at('1', 0, 0), at('2', 0, 0), at('1', 1_000, 4_000), at('2', 1_000, 3_000)] });
    board.judge('1', { verdict: 'dsq', reason: 'took a bus', revision: 1 });
    board.judge('2', { verdict: 'dnf', reason: 'handed in the bib', revision: 2 });
    const places = async (afterS: number) =>
      (await pastOf(board, GUN_MS + 1_000 * afterS)).rows.map(({ bib, rank, status }) => [bib, rank, status]);
    assert.deepEqual(await places(500), [
      ['2', 1, 'running'],
      ['1', null, 'dsq'],
    ]);
    assert.deepEqual(await places(1_000), [
      ['1', null, 'dsq'],
      ['2', null, 'dnf'],
    ]);
  });

  test('says of nobody who started late that they did not start', async () => {
    const board = new RaceBoard(tenKilometres([starterOf('1'), starterOf('2')]));
    board.tick({ athletes: [at('1', 0, 0), at('1', 2_400, 9_600)] });
    board.tick({ athletes: [at('2', 2_000, 0), at('2', 2_400, 1_600)] });
    assert.deepEqual(
      [
        (await rowAt(board, '2', 1_900)).status,
        (await rowAt(board, '2', 2_200)).positionM,
        (await rowAt(board, '2', 2_200)).rank,
      ],
      ['registered', 800, 2],
    );
  });
});

test('the board of now stays what it is while past moments are asked for', async () => {
  await fc.assert(
    fc.asyncProperty(runRace(), fc.integer({ min: 0, max: FOUR_HOURS_MS }), async ({ race, told }, afterMs) => {
      const board = new RaceBoard(race);
      for (const one of told) tell(board, one);
      const before = board.view(GUN_MS + FOUR_HOURS_MS);
      await pastOf(board, GUN_MS + afterMs);
      assert.deepEqual(board.view(GUN_MS + FOUR_HOURS_MS), before);
    }),
  );
});

/** Of a board that nothing else happens to meanwhile. */
function pastOf(board: RaceBoard, atMs: number) {
  return pastView(board, atMs, () => Promise.resolve());
}

function at(bib: string, afterS: number, positionM: number) {
  const starter = starterOf(bib);
  const run: TrueRun = { starter, startMs: GUN_MS, firstMps: 4, secondMps: 4 };
  return { ...progressAt(run, GUN_MS + afterS * 1_000), positionM };
}

async function rowAt(board: RaceBoard, bib: string, afterS: number): Promise<BoardRow> {
  return (await pastOf(board, GUN_MS + afterS * 1_000)).rows.find((row) => row.bib === bib)!;
}

/** Nearer to each other than what a place is good to, either may be first. */
function isAhead(a: TrueRun, b: TrueRun, atMs: number, finishM: number): boolean {
  const [aMs, bMs] = [passedMs(a, finishM), passedMs(b, finishM)];
  if (aMs <= atMs || bMs <= atMs) return aMs <= bMs + 1;
  return positionAt(a, atMs) >= positionAt(b, atMs) - 2 * KINK_M;
}
