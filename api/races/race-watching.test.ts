import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../../runtime/clock.ts';
import type { BoardRow } from '../../schemas/board.ts';
import { tenKilometres } from '../../schemas/ten-kilometres-for-tests.ts';
import type { Board } from './board-state.ts';
import { createRaceWatching, type OneWatch, type RaceView, type ViewChange } from './race-watching.ts';
import { boardOfTwo, rowOf } from './races-for-tests.ts';

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
  const spend = () => {
    spentMs += takesMs;
  };
  const tell = (changes: readonly ViewChange[]) => {
    spend();
    for (const { message } of changes)
      told.push((JSON.parse(Buffer.from(message).toString()) as { atMs: number }).atMs);
  };
  const { stop } = watching.watch('ten', ['top:10'], { tell, tellWhole: () => watching.snapshot('ten', 'top:10') });
  const tellBoard = (atMs: number, rows: readonly BoardRow[] = []) =>
    show?.({ ...boardOfTwo, atMs, epoch: 1, number: atMs, rows: new Map(rows.map((row) => [row.bib, row])) });
  return {
    ...{ clock, watching, told, stop, spend, tellBoard },
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

/** Somebody whose views are numbered as a client checks them: whole ones at any time, changes without a gap. */
function createNumberedWatcher(watching: ReturnType<typeof createRaceWatching>, spend: () => void) {
  const numbers = new Map<RaceView, number>();
  const gaps: string[] = [];
  let watch: OneWatch | null = null;
  let views: readonly RaceView[] = [];
  const numberOf = (message: Uint8Array) => (JSON.parse(Buffer.from(message).toString()) as { number: number }).number;
  function takeWhole(some: readonly RaceView[]): void {
    for (const view of some) {
      const message = watching.snapshot('ten', view);
      if (message !== null) numbers.set(view, numberOf(message));
    }
  }
  function see(next: readonly RaceView[]): void {
    const before = watch;
    const fresh = next.filter((view) => !views.includes(view));
    views = next;
    watch = watching.watch('ten', next, {
      tell(changes) {
        spend();
        for (const { view, message } of changes) {
          if (views.includes(view) && numberOf(message) !== numbers.get(view)! + 1) gaps.push(view);
          numbers.set(view, numberOf(message));
        }
      },
      tellWhole: () => takeWhole(views),
    });
    before?.stop();
    takeWhole(fresh);
  }
  return {
    gaps,
    see,
    /** Everything anew, as after something was left out. */
    takeAnew() {
      watch?.flush();
      takeWhole(views);
    },
    newest: (view: RaceView) => numbers.get(view),
  };
}

test('whoever comes, looks elsewhere or catches up while lists are on their way misses no number', async () => {
  const choice = fc.subarray<RaceView>(['top:10', 'bib:1', 'bib:2'], { minLength: 1 });
  const step = fc.oneof(
    fc.record({ type: fc.constant('board' as const), metres: fc.nat(50) }),
    fc.record({ type: fc.constant('see' as const), who: fc.nat(5), views: choice }),
    fc.record({ type: fc.constant('anew' as const), who: fc.nat(5) }),
    fc.record({ type: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 300 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 30 }), async (steps, takesMs) => {
      const { clock, watching, spend, tellBoard } = setUp(takesMs);
      const watchers = Array.from({ length: 6 }, () => createNumberedWatcher(watching, spend));
      for (const one of watchers) one.see(['top:10', 'bib:1']);
      const reached = { '1': 0, '2': 0 };
      let boards = 0;
      function board(metres: number): void {
        reached['1'] += metres;
        reached['2'] += metres + 20;
        tellBoard(
          ++boards,
          Object.entries(reached).map(([bib, positionM]) => rowOf(bib, { positionM })),
        );
      }
      board(1);
      for (const one of steps) {
        if (one.type === 'board') board(one.metres);
        else if (one.type === 'pass') await clock.advance(one.ms);
        else if (one.type === 'see') watchers[one.who].see(one.views);
        else watchers[one.who].takeAnew();
      }
      board(10);
      await clock.advance(10_000);
      for (const one of watchers) one.see(['top:10', 'bib:1', 'bib:2']);
      for (const { gaps } of watchers) assert.deepEqual(gaps, []);
      for (const view of ['top:10', 'bib:1', 'bib:2'] as const) {
        assert.deepEqual(new Set(watchers.map(({ newest }) => newest(view))).size, 1, view);
      }
    }),
    { numRuns: 100 },
  );
});
