import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { tenKilometres } from '../../schemas/ten-kilometres-for-tests.ts';
import type { Board } from './board-state.ts';
import { createRaceWatching, type ViewChange } from './race-watching.ts';
import { boardOfTwo } from './races-for-tests.ts';

const race = tenKilometres([]);

/** Somebody watches, and it takes `takesMs` to tell all of them. */
function setUp(takesMs: number) {
  const manual = createManualClock();
  let spentMs = 0;
  const clock = { ...manual, monotonicMs: () => manual.monotonicMs() + spentMs };
  let show: ((board: Board) => void) | null = null;
  const watching = createRaceWatching({
    races: { get: () => race },
    boards: {
      follow(_race, tell) {
        show = tell;
        return () => {
          show = null;
        };
      },
    },
    clock,
  });
  const told: number[] = [];
  const tell = (changes: readonly ViewChange[]) => {
    spentMs += takesMs;
    for (const { message } of changes)
      told.push((JSON.parse(Buffer.from(message).toString()) as { atMs: number }).atMs);
  };
  const stop = watching.watch('ten', ['top:10'], { tell, tellWhole: () => watching.snapshot('ten', 'top:10') });
  const tellBoard = (atMs: number) => show?.({ ...boardOfTwo, atMs, epoch: 1, number: atMs, rows: new Map() });
  return {
    ...{ clock, told, stop, tellBoard },
    /** Everybody has the first board, and the next one may be told. */
    async begin() {
      tellBoard(1);
      await clock.advance(100);
    },
  };
}

test('a board is told at once, and after one that took long to tell the newest waits seven times as long', async () => {
  const { clock, told, tellBoard, begin } = setUp(20);
  await begin();
  for (const atMs of [2, 3, 4]) tellBoard(atMs);
  assert.deepEqual(told, [2]);
  await clock.advance(139);
  assert.deepEqual(told, [2]);
  await clock.advance(1);
  assert.deepEqual(told, [2, 4]);
  await clock.advance(1_000);
  tellBoard(5);
  assert.deepEqual(told, [2, 4, 5]);
});

test('lists are told a little more than twice a second while that leaves any room, then less often', async () => {
  for (const [takesMs, waitsMs] of [
    [300, 150],
    [800, 200],
    [2_000, 500],
  ]) {
    const { clock, told, tellBoard, begin } = setUp(takesMs);
    await begin();
    for (const atMs of [2, 3]) tellBoard(atMs);
    await clock.advance(waitsMs - 1);
    assert.deepEqual(told, [2], `${takesMs} ms`);
    await clock.advance(1);
    assert.deepEqual(told, [2, 3], `${takesMs} ms`);
  }
});

test('whoever has left is told nothing that waited', async () => {
  const { clock, told, stop, tellBoard, begin } = setUp(40);
  await begin();
  for (const atMs of [2, 3]) tellBoard(atMs);
  stop();
  await clock.advance(1_000);
  assert.deepEqual(told, [2]);
  assert.equal(clock.pendingTimers(), 0);
});
