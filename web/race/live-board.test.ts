import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BoardMessage, LiveBoard } from './live-board.ts';
import type { ShownRow } from './race-answers.ts';

const row = (bib: string, rank: number | null, positionM: number): ShownRow => ({
  ...{ bib, status: 'running', rank, waveRank: null, sexRank: null, categoryRank: null, clubRank: null, positionM },
  ...{ seenMs: null, speedMps: null, lap: 1, isOffCourse: false, isSilent: false, gunMs: null, chipMs: null },
  ...{
    statusReason: null,
    gapLeaderMs: null,
    gapAheadMs: null,
    predictedMs: null,
    group: null,
    lastCrossing: null,
    tooClose: null,
    who: null,
  },
});

type Field = Readonly<Record<string, { rank: number | null; positionM: number }>>;

/** One view as the server tells it: a snapshot for who asks, a delta with each new board. */
function tellerOf(view: string) {
  let number = 1;
  let field: Field = {};
  const rows = () => Object.entries(field).map(([bib, { rank, positionM }]) => row(bib, rank, positionM));
  return {
    rows,
    snapshot(): BoardMessage {
      return { type: 'snapshot', raceVersion: 1, view, number, atMs: number, dataMs: number, rows: rows() };
    },
    next(to: Field): BoardMessage {
      const before = field;
      field = to;
      number++;
      const changed = Object.entries(to).flatMap(([bib, now]): (Partial<ShownRow> & { bib: string })[] => {
        const was = before[bib];
        if (was === undefined) return [row(bib, now.rank, now.positionM)];
        const own = {
          ...(was.rank !== now.rank && { rank: now.rank }),
          ...(was.positionM !== now.positionM && { positionM: now.positionM }),
        };
        return Object.keys(own).length === 0 ? [] : [{ bib, ...own }];
      });
      const removed = Object.keys(before).filter((bib) => !(bib in to));
      return { type: 'delta', view, number, atMs: number, dataMs: number, rows: changed, removed };
    },
  };
}

const inRank = (rows: readonly ShownRow[]) =>
  [...rows].sort((a, b) => (a.rank ?? 1e9) - (b.rank ?? 1e9) || (a.bib < b.bib ? -1 : 1));

const field = fc.dictionary(
  fc.constantFrom('1', '2', '3', '4', '5'),
  fc.record({
    rank: fc.option(fc.integer({ min: 1, max: 9 }), { nil: null }),
    positionM: fc.integer({ min: 0, max: 9 }),
  }),
);

test('whatever is lost on the way, a board that asks again when told so ends as the server has it', () => {
  const steps = fc.array(fc.record({ field, isLost: fc.boolean() }), { maxLength: 30 });
  fc.assert(
    fc.property(steps, field, (steps, last) => {
      const server = tellerOf('top:50');
      const board = new LiveBoard();
      board.take(server.snapshot());
      for (const { field, isLost } of [...steps, { field: last, isLost: false }]) {
        const message = server.next(field);
        if (!isLost && !board.take(message)) board.take(server.snapshot());
      }
      assert.deepEqual(board.rows('top:50'), inRank(server.rows()));
    }),
  );
});

test('a gap is told of once, and what was known stays until the next snapshot', () => {
  const server = tellerOf('top:50');
  const board = new LiveBoard();
  board.take(server.snapshot());
  board.take(server.next({ 7: { rank: 1, positionM: 10 } }));
  server.next({ 7: { rank: 1, positionM: 20 } });
  const told = [
    board.take(server.next({ 7: { rank: 1, positionM: 30 } })),
    board.take(server.next({ 7: { rank: 1, positionM: 40 } })),
  ];
  assert.deepEqual(told, [false, true]);
  assert.deepEqual(board.rows('top:50'), [row('7', 1, 10)]);
  board.take(server.snapshot());
  assert.deepEqual([board.rows('top:50'), board.dataMs], [[row('7', 1, 40)], 5]);
});

test('a view that nobody wants is forgotten, and what still comes of it changes nothing', () => {
  const server = tellerOf('bib:7');
  const board = new LiveBoard();
  board.take(server.snapshot());
  board.keepOnly(new Set(['top:50']));
  assert.equal(board.take(server.next({ 7: { rank: 1, positionM: 10 } })), true);
  assert.equal(board.rows('bib:7'), null);
});
