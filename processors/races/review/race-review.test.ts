import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProgressMotion } from '../../../schemas/progress.ts';
import type { ReviewDecision } from '../../../schemas/review.ts';
import { GUN_MS, starterOf, tenKilometres } from '../../../schemas/ten-kilometres-for-tests.ts';
import { RaceBoard } from '../board/board.ts';
import { decodeBoardPart, encodeBoardPart, memoryOf, recall } from '../board/memory.ts';
import { MAX_FINDINGS } from './race-review.ts';

const SPAN_S = 10;
type Moved = Partial<ProgressMotion> & { readonly alongMps?: number; readonly groundMps?: number };

/** An athlete who runs due east on the course at 4 m/s, span by span, but for what is said otherwise. */
function createWalk(board: RaceBoard, bib: string) {
  let [untilMs, positionM, travelledM, northM] = [GUN_MS, 0, 0, 0];
  return {
    go(spans: number, { alongMps = 4, groundMps = alongMps, ...own }: Moved = {}) {
      for (let n = 0; n < spans; n++) {
        untilMs += 1_000 * SPAN_S;
        positionM += alongMps * SPAN_S;
        travelledM += groundMps * SPAN_S;
        northM = own.northM ?? 0;
        const motion: ProgressMotion = {
          ...{ untilMs, eastM: positionM, northM, positionM, isOffCourse: false, travelledM, unseenMs: 0 },
          ...{ heartRate: null, cadence: null, ...own },
        };
        const place = { bib, atMs: untilMs, positionM, sigmaM: 2, speedMps: alongMps, lap: 1, crossings: [] };
        board.tick({ athletes: [{ ...place, isOffCourse: motion.isOffCourse, motions: [motion] }] });
      }
      return this;
    },
  };
}

const boardOf = (...bibs: string[]) => new RaceBoard(tenKilometres(bibs.map((bib) => starterOf(bib))));
const kinds = (board: RaceBoard) =>
  board.findings().map(({ id, severity, revision, isWithdrawn }) => ({ id, severity, revision, isWithdrawn }));
const body = { heartRate: 165, cadence: 85 };

describe('the review', () => {
  test('finds nothing in a race that is run from start to finish', () => {
    const board = boardOf('1');
    createWalk(board, '1').go(260, body);
    assert.deepEqual(board.findings(), []);
  });

  test('finds what nobody runs, with where, when and by how much', () => {
    const board = boardOf('1');
    createWalk(board, '1').go(60).go(12, { alongMps: 11 }).go(10);
    const [finding] = board.findings().filter(({ kind }) => kind === 'impossible_speed');
    const { numbers, revision, foundMs, ...rest } = finding;
    assert.deepEqual(rest, {
      ...{ id: 'impossible_speed.1', kind: 'impossible_speed', severity: 'high', bibs: ['1'], about: '' },
      ...{ isWithdrawn: false, decision: null },
      from: { atMs: GUN_MS + 600_000, positionM: 2_400 },
      until: { atMs: GUN_MS + 720_000, positionM: 3_720 },
    });
    assert.ok(revision > 1 && foundMs < GUN_MS + 720_000);
    assert.ok(numbers.tookMs === 120_000 && numbers.recordMs > 150_000 && numbers.flatM < 1_320);
  });

  test('finds what was gained without being run, and takes it back when positions fall back', () => {
    const board = boardOf('1');
    const walk = createWalk(board, '1').go(60).go(1, { alongMps: 60, groundMps: 4 }).go(3);
    assert.deepEqual(kinds(board), [{ id: 'cut_course.1', severity: 'high', revision: 1, isWithdrawn: false }]);
    const [{ from, until, numbers }] = board.findings();
    assert.deepEqual(
      [from.positionM, until.positionM, numbers],
      [2_400, 3_000, { alongM: 600, wayM: 40, skippedM: 558 }],
    );
    walk.go(1, { alongMps: -56, groundMps: 4 });
    assert.deepEqual(kinds(board), [{ id: 'cut_course.1', severity: 'high', revision: 2, isWithdrawn: true }]);
  });

  test('knows that nobody saw where they were while no position came', () => {
    const board = boardOf('1');
    createWalk(board, '1').go(60).go(1, { alongMps: 30, groundMps: 4, unseenMs: 90_000 }).go(10, { unseenMs: 90_000 });
    assert.deepEqual(board.findings(), []);
  });

  test('misses a checkpoint of whoever was seen elsewhere, until a mat says that they were there', () => {
    const board = boardOf('1');
    createWalk(board, '1')
      .go(120)
      .go(3, { alongMps: 0, groundMps: 4, isOffCourse: true, northM: 200 })
      .go(1, { alongMps: 60, groundMps: 4 })
      .go(20);
    const missing = () => kinds(board).filter(({ id }) => id.startsWith('missing'));
    assert.deepEqual(missing(), [
      { id: 'missing_checkpoint.1.half.1', severity: 'high', revision: 1, isWithdrawn: false },
    ]);
    const read = { id: 'r', checkpoint: 'half', source: 'mat', timeMs: GUN_MS + 1_235_000, sigmaMs: 50 } as const;
    board.read('1', read);
    assert.deepEqual(
      kinds(board).filter(({ isWithdrawn }) => !isWithdrawn),
      [],
    );
    assert.deepEqual(
      missing().map(({ revision, isWithdrawn }) => [revision, isWithdrawn]),
      [[2, true]],
    );
  });

  test('finds who moves on while their steps have ended', () => {
    const board = boardOf('1');
    createWalk(board, '1').go(60, body).go(12, { alongMps: 5, heartRate: 130, cadence: 0 }).go(10, body);
    const [{ id, severity, numbers }] = board.findings();
    assert.deepEqual([id, severity, numbers.spansWithoutSteps], ['vehicle.1', 'high', 12]);
  });

  test('finds two devices that differ by noise alone, and not two that go their ways', () => {
    const board = boardOf('1', '2', '3');
    const walks = ['1', '2', '3'].map((bib) => createWalk(board, bib));
    for (let span = 0; span < 120; span++) {
      const noise = (n: number) => ({ northM: Math.sin(span * (7 + n) + n) });
      walks[0].go(1, noise(1));
      walks[1].go(1, noise(2));
      walks[2].go(1, { ...noise(3), alongMps: 4 + 0.4 * Math.sin(span / 15) });
    }
    assert.deepEqual(
      board.findings().map(({ kind, bibs }) => [kind, bibs]),
      [['devices_together', ['1', '2']]],
    );
  });
});

describe('the queue', () => {
  const cut = (walk: ReturnType<typeof createWalk>) => walk.go(60).go(1, { alongMps: 60, groundMps: 4 });
  const keepOf = (board: RaceBoard, bib: string) =>
    encodeBoardPart({ race: 'ten', athletes: [memoryOf(board.athlete(bib)!)], waiting: [] });
  const dismissed: ReviewDecision = {
    ...{ decision: 'dismissed', revision: 1, by: 'ann', saidMs: GUN_MS + 700_000, why: 'a bridge was closed' },
  };

  test('shows what a person decided until it is taken back, behind what still waits', () => {
    const board = boardOf('1', '2');
    for (const bib of ['1', '2']) cut(createWalk(board, bib)).go(3);
    const queue = () => board.findings().map(({ id, decision }) => [id, decision]);
    assert.equal(board.decide('cut_course.1', dismissed), true);
    assert.deepEqual(queue(), [
      ['cut_course.2', null],
      ['cut_course.1', dismissed],
    ]);
    board.decide('cut_course.1', null);
    assert.deepEqual(queue(), [
      ['cut_course.1', null],
      ['cut_course.2', null],
    ]);
    assert.equal(board.decide('cut_course.9', dismissed), false);
  });

  test('puts a finding back among those that wait when its evidence changes after the decision', () => {
    const board = boardOf('1', '2');
    const walk = cut(createWalk(board, '1')).go(3);
    cut(createWalk(board, '2')).go(3);
    board.decide('cut_course.1', dismissed);
    walk.go(1, { alongMps: 80, groundMps: 4 }).go(3);
    const [{ id, revision, decision }] = board.findings();
    assert.deepEqual([id, decision], ['cut_course.1', dismissed]);
    assert.ok(revision > dismissed.revision);
  });

  test('is kept with what was decided', () => {
    const board = boardOf('1');
    cut(createWalk(board, '1')).go(3);
    board.decide('cut_course.1', dismissed);
    const successor = boardOf('1');
    for (const memory of decodeBoardPart(keepOf(board, '1')).athletes) recall(successor, memory);
    assert.deepEqual(
      successor.findings().map(({ id, decision }) => [id, decision]),
      [['cut_course.1', dismissed]],
    );
  });

  test('is kept with the athletes, and goes on where its holder ended', () => {
    const board = boardOf('1');
    cut(createWalk(board, '1')).go(20);
    const successor = boardOf('1');
    for (const memory of decodeBoardPart(keepOf(board, '1')).athletes) recall(successor, memory);
    assert.deepEqual(successor.findings(), board.findings());
    for (const one of [board, successor])
      one.report('1', {
        checkpoint: 'half',
        pass: 1,
        source: 'mat',
        timeMs: GUN_MS + 605_000,
        sigmaMs: 50,
        revision: 1,
        isWithdrawn: false,
      });
    assert.deepEqual(successor.findings(), board.findings());
  });

  test('tells whom to keep', () => {
    const board = boardOf('1', '2');
    createWalk(board, '1').go(2);
    assert.deepEqual(board.review.takeChanged(), ['1']);
    assert.deepEqual(board.review.takeChanged(), []);
  });

  test('has an end, and counts what it left out', () => {
    const bibs = Array.from({ length: MAX_FINDINGS + 5 }, (_, n) => String(n));
    const board = boardOf(...bibs);
    for (const bib of bibs) createWalk(board, bib).go(1).go(1, { alongMps: 60, groundMps: 4 });
    assert.equal(board.findings().length, MAX_FINDINGS);
    assert.ok(board.review.leftOut >= 5);
  });
});
