import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ProgressMotion } from '../../../schemas/progress.ts';
import { GUN_MS, starterOf, tenKilometres } from '../../../schemas/ten-kilometres-for-tests.ts';
import { wayOfAthlete } from './athlete-way.ts';
import { RaceBoard } from './board.ts';
import { HEART_PLACES, HeartLine } from './heart-line.ts';
import { decodeBoardPart, encodeBoardPart, memoryOf, recall } from './memory.ts';

const open = starterOf('1', { showsHeartRate: true });
const closed = starterOf('2');

function run(board: RaceBoard, { fromS = 0, untilS = 600, heartRate = 150 as number | null } = {}): void {
  for (let s = fromS; s <= untilS; s += 10) {
    const untilMs = GUN_MS + 1_000 * s;
    const positionM = 4 * s;
    const motion: ProgressMotion = {
      ...{ untilMs, eastM: positionM, northM: 0, positionM, isOffCourse: false, travelledM: positionM },
      ...{ unseenMs: 0, heartRate, cadence: null },
    };
    const place = { atMs: untilMs, positionM, sigmaM: 2, speedMps: 4, isOffCourse: false, lap: 1, crossings: [] };
    board.tick({ athletes: ['1', '2'].map((bib) => ({ ...place, bib, motions: [motion] })) });
  }
}

const heartOf = (board: RaceBoard, bib: string) => wayOfAthlete(board, bib)!.heart;

describe('the heart rate along the course', () => {
  test('is told of whoever lets everybody see it, with when they were there, and of nobody else', () => {
    const board = new RaceBoard(tenKilometres([open, closed]));
    run(board);
    const heart = heartOf(board, '1')!;
    assert.equal(heart.length, 24, 'of ten kilometres a value each hundred metres');
    for (const [i, [positionM, timeMs, heartRate]] of heart.entries()) {
      assert.equal(heartRate, 150);
      assert.ok(Math.abs(positionM - (100 * i + 50)) < 1);
      assert.ok(Math.abs(timeMs - GUN_MS - (1_000 * positionM) / 4) < 50);
    }
    assert.equal(heartOf(board, '2'), null);
    assert.equal(memoryOf(board.athlete('2')!).heart, null, 'what is not shown is not kept');
  });

  test('is forgotten at once by whoever shows it no more, and begins with whoever starts to', () => {
    const board = new RaceBoard(tenKilometres([open, closed]));
    run(board);
    const starters = [starterOf('1'), starterOf('2', { showsHeartRate: true })];
    board.change(tenKilometres(starters, { version: 2 }));
    assert.deepEqual([heartOf(board, '1'), heartOf(board, '2')], [null, []]);
    board.change(tenKilometres([open, closed], { version: 3 }));
    assert.deepEqual(heartOf(board, '1'), []);
  });

  test('outlives the holder of the board', () => {
    const board = new RaceBoard(tenKilometres([open, closed]));
    run(board, { untilS: 300 });
    const part = { race: 'ten', athletes: [memoryOf(board.athlete('1')!)], waiting: [] };
    const successor = new RaceBoard(tenKilometres([open, closed]));
    recall(successor, decodeBoardPart(encodeBoardPart(part)).athletes[0]);
    for (const one of [board, successor]) run(one, { fromS: 310, heartRate: 160 });
    assert.deepEqual(heartOf(successor, '1'), heartOf(board, '1'));
    const withdrawn = new RaceBoard(tenKilometres([starterOf('1'), closed], { version: 2 }));
    recall(withdrawn, decodeBoardPart(encodeBoardPart(part)).athletes[0]);
    assert.equal(heartOf(withdrawn, '1'), null);
  });

  test('has the first value of each part of the way, whatever comes after and wherever the finish moves', () => {
    const spans = fc.array(
      fc.record({
        positionM: fc.double({ min: -100, max: 12_000, noNaN: true }),
        heartRate: fc.option(fc.double({ min: 20, max: 250, noNaN: true })),
      }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(spans, fc.integer({ min: 1, max: 50_000 }), (all, finishM) => {
        const line = new HeartLine(10_000);
        for (const span of all) line.note(span);
        const told = line.all();
        const first = new Map<number, number>();
        for (const { positionM, heartRate } of all) {
          const place = Math.floor((positionM / 10_000) * HEART_PLACES);
          if (heartRate === null || place < 0 || place >= HEART_PLACES || first.has(place)) continue;
          first.set(place, Math.round(heartRate));
        }
        const wanted = [...first].sort(([a], [b]) => a - b).map(([place, beats]) => [place * 100 + 50, beats]);
        assert.deepEqual(told, wanted);
        const moved = line.until(finishM).all();
        assert.ok(moved.length <= told.length && moved.every(([positionM]) => positionM < finishM));
      }),
    );
  });
});
