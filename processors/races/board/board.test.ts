import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { BoardRow, BoardView } from '../../../schemas/board.ts';
import { readBoardMessage } from '../../../schemas/board-message.ts';
import { GUN_MS, starterOf, tenKilometres } from '../../../schemas/ten-kilometres-for-tests.ts';
import { BoardPublisher } from '../board-publisher.ts';
import { RaceBoard } from './board.ts';
import { naiveStandings } from './naive-board.ts';
import { passagesOf } from './passages.ts';
import { passedMs, positionAt, progressAt, runRace, type TrueRun, tell, woven } from './run-race.arbitrary.ts';

/** Nobody gives up by themselves. */
const PATIENT = {
  startWithinMs: Number.POSITIVE_INFINITY,
  stoppedAfterMs: Number.POSITIVE_INFINITY,
  lostAfterMs: Number.POSITIVE_INFINITY,
};
const FOUR_HOURS_MS = 4 * 3_600_000;

/** What is foreseen follows the field as it was up to ten seconds before, when the athlete was heard of last. */
function unforeseen(view: BoardView): BoardView {
  return { ...view, rows: view.rows.map((row) => ({ ...row, predictedMs: null })) };
}

describe('whatever a board is told,', () => {
  test('the ranks of every group are 1, 2, 3 …, each once', () => {
    fc.assert(
      fc.property(runRace(), fc.integer({ min: 0, max: FOUR_HOURS_MS }), ({ race, told }, afterMs) => {
        const board = new RaceBoard(race);
        for (const one of told) tell(board, one);
        const { rows } = board.view(GUN_MS + afterMs);
        const starters = new Map(race.starters.map((starter) => [starter.bib, starter]));
        assert.deepEqual(rows.map(({ bib }) => bib).toSorted(), [...starters.keys()].toSorted());
        const groups: [string, (row: BoardRow) => number | null, (row: BoardRow) => string][] = [
          ['all', ({ rank }) => rank, () => ''],
          ['wave', ({ waveRank }) => waveRank, ({ bib }) => starters.get(bib)!.wave],
          ['sex', ({ sexRank }) => sexRank, ({ bib }) => starters.get(bib)!.sex],
          ['category', ({ categoryRank }) => categoryRank, ({ bib }) => starters.get(bib)!.category],
          ['club', ({ clubRank }) => clubRank, ({ bib }) => starters.get(bib)!.club],
        ];
        for (const [name, rankOf, keyOf] of groups) {
          for (const [key, members] of Map.groupBy(rows, keyOf)) {
            const ranks = members.map(rankOf).filter((rank) => rank !== null);
            assert.deepEqual(
              ranks,
              Array.from(ranks, (_, i) => i + 1),
              `${name} ${key}`,
            );
          }
        }
      }),
    );
  });

  test('in whatever order and however often, the board is the same in the end', () => {
    fc.assert(
      fc.property(runRace(), fc.array(fc.nat(1_000), { minLength: 1, maxLength: 50 }), ({ race, told }, order) => {
        const inTurn = new RaceBoard(race);
        for (const one of told) tell(inTurn, one);
        const mixed = new RaceBoard(race);
        for (const one of woven(told, order)) tell(mixed, one);
        assert.deepEqual(mixed.view(GUN_MS + FOUR_HOURS_MS), inTurn.view(GUN_MS + FOUR_HOURS_MS));
      }),
    );
  });

  test('a view does not depend on the views before it, and gives the same row again while it says the same', () => {
    const looks = fc.array(fc.integer({ min: 0, max: FOUR_HOURS_MS }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(runRace(), looks, ({ race, told }, afterMs) => {
        const watched = new RaceBoard(race);
        for (const [i, one] of told.entries()) {
          tell(watched, one);
          const nowMs = GUN_MS + afterMs[i % afterMs.length];
          const seldom = new RaceBoard(race);
          for (const before of told.slice(0, i + 1)) tell(seldom, before);
          const view = watched.view(nowMs);
          assert.deepEqual(unforeseen(view), unforeseen(seldom.view(nowMs)));
          const again = watched.view(nowMs);
          assert.ok(again.rows.every((row, n) => row === view.rows[n]));
        }
      }),
      { numRuns: 15 },
    );
  });

  test('a view in steps, told of more meanwhile, has each rank once, and leads to the same as one at a time', () => {
    const pace = fc.array(fc.nat(6), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(runRace(), pace, fc.integer({ min: 0, max: FOUR_HOURS_MS }), ({ race, told }, steps, afterMs) => {
        const nowMs = GUN_MS + afterMs;
        const board = new RaceBoard(race);
        const publisher = new BoardPublisher(1);
        const heard = new Map<string, BoardRow>();
        const hear = (messages: readonly Uint8Array[]) => {
          for (const { rows } of messages.map((bytes) => readBoardMessage(bytes)!))
            for (const row of rows) heard.set(row.bib, row);
        };
        const waiting = [...told];
        let round = 0;
        function assertEachRankOnce(): void {
          const ranks = Array.from(heard.values(), ({ rank: own }) => own)
            .filter((own) => own !== null)
            .sort((a, b) => a - b);
          assert.deepEqual(
            ranks,
            ranks.map((_, i) => i + 1),
          );
        }
        function rank(): BoardView {
          for (const ranking = board.viewInSteps(nowMs, 1); ; ) {
            const { done, value } = ranking.next();
            if (done) {
              hear(publisher.messages(value!));
              return value!;
            }
            publisher.prepare(value);
            for (const one of waiting.splice(0, steps[round++ % steps.length])) tell(board, one);
            hear(publisher.moved(board.moved(nowMs, publisher.shown)));
            assertEachRankOnce();
          }
        }
        do {
          rank();
          assertEachRankOnce();
          hear(publisher.moved(board.moved(nowMs, publisher.shown)));
          // Nothing may be told while steps are zeros only.
          for (const one of waiting.splice(0, 1)) tell(board, one);
        } while (waiting.length > 0);
        const view = rank();
        const atOnce = new RaceBoard(race);
        for (const one of told) tell(atOnce, one);
        assert.deepEqual(unforeseen(view), unforeseen(atOnce.view(nowMs)));
        assert.deepEqual(
          view.rows.map(({ bib }) => heard.get(bib)),
          view.rows,
        );
      }),
    );
  });

  test('its order is that of a naive computation', () => {
    fc.assert(
      fc.property(runRace(), fc.integer({ min: 0, max: FOUR_HOURS_MS }), ({ race, told }, afterMs) => {
        const board = new RaceBoard(race, PATIENT);
        for (const one of told) tell(board, one);
        const ranked = board.view(GUN_MS + afterMs).rows.filter(({ rank }) => rank !== null);
        const naive = new Map(naiveStandings(race, told, GUN_MS + afterMs).map((one) => [one.bib, one]));
        assert.deepEqual(ranked.map(({ bib }) => bib).toSorted(), [...naive.keys()].toSorted());
        for (let i = 1; i < ranked.length; i++) {
          const [a, b] = [naive.get(ranked[i - 1].bib)!, naive.get(ranked[i].bib)!];
          // A trail keeps marks, not positions: between them runners may be some seconds off. Finish times are exact.
          const slackMs = a.isFinished && b.isFinished ? 0 : 10_000;
          assert.ok(a.keys[0] <= b.keys[0] + slackMs, `${a.bib} ${a.keys} before ${b.bib} ${b.keys}`);
        }
      }),
    );
  });
});

describe('with positions and times that are true,', () => {
  const everySecond = runRace({ everyS: 1, isMeasuredOnly: true });

  /** Tells what is known at a moment: positions of every second, crossings two seconds after they happened. */
  function boardAt(race: Parameters<typeof tenKilometres>[1], runs: readonly TrueRun[], nowMs: number) {
    const full = tenKilometres(
      runs.map(({ starter }) => starter),
      race,
    );
    const board = new RaceBoard(full);
    for (const run of runs) {
      for (let atMs = run.startMs - 5_000; atMs <= nowMs; atMs += 1_000)
        board.tick({ athletes: [progressAt(run, atMs)] });
      for (const { checkpoint, pass, positionM } of passagesOf(full).all) {
        const timeMs = passedMs(run, positionM);
        if (timeMs + 2_000 > nowMs) continue;
        const report = {
          checkpoint,
          pass,
          timeMs,
          sigmaMs: 50,
          source: 'mat',
          revision: 1,
          isWithdrawn: false,
        } as const;
        board.report(run.starter.bib, report);
      }
    }
    return board;
  }

  test('whoever is ahead on the road is ahead in rank, until the end', () => {
    fc.assert(
      fc.property(everySecond, fc.integer({ min: 200_000, max: 3_000_000 }), ({ runs }, afterMs) => {
        const nowMs = GUN_MS + afterMs;
        const { rows } = boardAt({}, runs, nowMs).view(nowMs);
        const truth = runs
          .filter((run) => positionAt(run, nowMs) > 0)
          // Positions of one athlete are a second apart: two who are nearer in time may change places within it.
          .map((run) => ({ run, finishMs: passedMs(run, 10_000), atM: positionAt(run, nowMs) }));
        for (const one of truth) {
          for (const other of truth) {
            const [a, b] = [one, other].map(({ run }) => rows.find(({ bib }) => bib === run.starter.bib)!);
            const aheadM = Math.min(10_000, one.atM) - Math.min(10_000, other.atM);
            if (aheadM > 10) assert.ok(a.rank! < b.rank!, `${a.bib} is ${aheadM} m ahead of ${b.bib}`);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test('gaps to the leader do not jump when the leader finishes', () => {
    fc.assert(
      fc.property(everySecond, ({ runs }) => {
        const finishes = runs.map((run) => passedMs(run, 10_000));
        const firstMs = Math.min(...finishes);
        const leader = runs[finishes.indexOf(firstMs)].starter.bib;
        const views = [-1_500, 500, 2_500, 4_500].map((afterMs) => {
          const nowMs = firstMs + afterMs;
          return boardAt({}, runs, nowMs).view(nowMs).rows;
        });
        for (const { starter } of runs) {
          // Someone else may lead until the last moment; then the gap is to another athlete.
          if (views.some(([first]) => first.bib !== leader)) return;
          const gaps = views.map((rows) => rows.find(({ bib }) => bib === starter.bib)!.gapLeaderMs!);
          for (let i = 1; i < gaps.length; i++) {
            // In two seconds a gap grows by what two speeds differ, and by the corner that a trail cuts off.
            assert.ok(Math.abs(gaps[i] - gaps[i - 1]) < 3_000, `${starter.bib}: ${gaps.join(', ')}`);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test('the gap to any athlete is the time that they were at the same place before', () => {
    fc.assert(
      fc.property(everySecond, fc.integer({ min: 200_000, max: 3_000_000 }), ({ runs }, afterMs) => {
        const nowMs = GUN_MS + afterMs;
        const board = boardAt({}, runs, nowMs);
        const [chosen] = runs;
        const gaps = board.gapsTo(chosen.starter.bib, nowMs) ?? new Map<string, number | null>();
        for (const run of runs) {
          const gap = gaps.get(run.starter.bib);
          if (gap === undefined || gap === null) continue;
          const placeM = Math.min(positionAt(run, nowMs), positionAt(chosen, nowMs), 10_000);
          const trueMs = passedMs(run, placeM) - passedMs(chosen, placeM);
          assert.ok(Math.abs(gap - trueMs) < 5_000, `${run.starter.bib}: ${gap} for ${trueMs} at ${placeM} m`);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('a board', () => {
  const two = () => new RaceBoard(tenKilometres([starterOf('1'), starterOf('2')]));
  const at = (bib: string, atMs: number, positionM: number) => ({
    athletes: [{ bib, atMs, positionM, sigmaM: 2, speedMps: 4, isOffCourse: false, lap: 1, crossings: [] }],
  });
  const crossing = (checkpoint: string, afterS: number, own = {}) =>
    ({
      checkpoint,
      pass: 1,
      source: 'mat',
      timeMs: GUN_MS + 1_000 * afterS,
      sigmaMs: 50,
      revision: 1,
      isWithdrawn: false,
      ...own,
    }) as const;

  test('shows everybody as registered before anything was seen', () => {
    const { rows, ...rest } = two().view(GUN_MS);
    assert.deepEqual(rest, { race: 'ten', raceVersion: 1, atMs: GUN_MS, dataMs: null, groups: [], certainty: null });
    assert.deepEqual(rows[0], {
      ...{ bib: '1', status: 'registered', rank: null, waveRank: null, sexRank: null, categoryRank: null },
      ...{
        statusReason: null,
        clubRank: null,
        positionM: null,
        seenMs: null,
        speedMps: null,
        lap: null,
        isOffCourse: false,
      },
      ...{ isSilent: false, gunMs: null, chipMs: null, gapLeaderMs: null, gapAheadMs: null, predictedMs: null },
      ...{ group: null, lastCrossing: null, tooClose: null },
    });
  });

  test('shows a runner with every number', () => {
    const board = two();
    for (const [bib, delayS] of [
      ['1', 0],
      ['2', 2],
    ] as const) {
      board.report(bib, crossing('start', 10 + delayS));
      for (let s = 10; s <= 1_010; s += 10) board.tick(at(bib, GUN_MS + 1_000 * (s + delayS), 4 * (s - 10)));
    }
    const { rows, groups } = board.view(GUN_MS + 1_013_000);
    assert.deepEqual(rows[1], {
      ...{
        bib: '2',
        status: 'running',
        statusReason: null,
        rank: 2,
        waveRank: 2,
        sexRank: 2,
        categoryRank: 2,
        clubRank: null,
      },
      ...{ positionM: 4_000, seenMs: GUN_MS + 1_012_000, speedMps: 4, lap: 1, isOffCourse: false, isSilent: false },
      ...{ gunMs: 1_012_000, chipMs: 1_000_000, gapLeaderMs: 2_000, gapAheadMs: 2_000, group: 1 },
      predictedMs: rows[1].predictedMs,
      tooClose: null,
      lastCrossing: { checkpoint: 'start', pass: 1, timeMs: GUN_MS + 12_000, status: 'provisional', revision: 1 },
    });
    const { p10, p50, p90 } = rows[1].predictedMs!;
    assert.ok(p10 < p50 && p50 < p90 && p50 > 2_512_000 && p50 < 2_700_000, JSON.stringify(rows[1].predictedMs));
    assert.deepEqual(groups, [{ group: 1, size: 2, bib: '1', positionM: 4_012, gapMs: null }]);
  });

  test('counts a withdrawn crossing no more, and a corrected one as corrected', () => {
    const board = two();
    board.report('1', crossing('finish', 2_400));
    board.report('1', crossing('finish', 2_390, { revision: 2 }));
    assert.equal(board.view(GUN_MS + 3_000_000).rows[0].gunMs, 2_390_000);
    board.report('1', crossing('finish', 2_390, { revision: 3, isWithdrawn: true }));
    assert.equal(board.view(GUN_MS + 1_700_000).rows[0].status, 'registered');
  });

  test('takes a disqualified athlete out of the ranks, and back in', () => {
    const board = two();
    board.report('1', crossing('finish', 2_400));
    board.report('2', crossing('finish', 2_500));
    const standing = () => board.view(GUN_MS + 3_000_000).rows.map(({ bib, status, rank }) => [bib, status, rank]);
    board.judge('1', { verdict: 'dsq', reason: 'cut the course', revision: 1 });
    assert.deepEqual(standing(), [
      ['2', 'finished', 1],
      ['1', 'dsq', null],
    ]);
    board.judge('1', { verdict: 'none', reason: 'the marshal was wrong', revision: 2 });
    assert.deepEqual(standing(), [
      ['1', 'finished', 1],
      ['2', 'finished', 2],
    ]);
  });

  test('says that a runner is silent, and does not let them keep the lead of then', () => {
    const board = two();
    board.tick(at('1', GUN_MS, 0));
    board.tick(at('1', GUN_MS + 600_000, 3_000));
    board.tick(at('2', GUN_MS, 0));
    board.tick(at('2', GUN_MS + 600_000, 2_000));
    board.report('2', crossing('finish', 3_000));
    const [first, second] = board.view(GUN_MS + 3_100_000).rows;
    assert.deepEqual([first.bib, first.status], ['2', 'finished']);
    assert.deepEqual([second.bib, second.status, second.isSilent], ['1', 'running', true]);
  });

  test('moves the gun when the organiser does', () => {
    const board = two();
    board.report('1', crossing('finish', 2_400));
    const race = board.race;
    const waves = race.waves.map((wave) => ({ ...wave, gunTimeMs: wave.gunTimeMs + 60_000 }));
    board.change({ ...race, version: 2, waves });
    assert.equal(board.view(GUN_MS + 3_000_000).rows[0].gunMs, 2_340_000);
  });

  test('keeps trails when the course gets longer', () => {
    const board = two();
    board.tick(at('1', GUN_MS, 0));
    board.tick(at('1', GUN_MS + 1_000_000, 4_000));
    board.tick(at('2', GUN_MS, 0));
    board.tick(at('2', GUN_MS + 1_000_000, 2_000));
    const { race } = board;
    const checkpoints = race.checkpoints.map((one) => (one.isFinish ? { ...one, positionM: [9_000] } : one));
    board.change({ ...race, version: 2, checkpoints });
    assert.equal(board.view(GUN_MS + 1_000_000).rows[1].gapLeaderMs, 500_000);
  });
});
