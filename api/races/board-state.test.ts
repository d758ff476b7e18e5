import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { BoardMessage } from '../../schemas/board-message.ts';
import { BoardState, inOrder } from './board-state.ts';
import { rowOf } from './races-for-tests.ts';

const message = (number: number, own: Partial<BoardMessage> = {}): BoardMessage => ({
  ...{ race: 'ten', raceVersion: 1, epoch: 1, number, atMs: number, dataMs: null, full: false, part: 0, parts: 1 },
  ...{ rows: [], removed: [], groups: [], certainty: null },
  ...own,
});
const ranks = (state: BoardState) => inOrder(state.board?.rows.values() ?? []).map(({ bib, rank }) => [bib, rank]);

describe('a board that is told in messages', () => {
  test('begins with everything, then takes what changed', () => {
    const state = new BoardState();
    assert.equal(state.take(message(4)), false);
    assert.equal(
      state.take(message(5, { full: true, rows: [rowOf('1', { rank: 1 }), rowOf('2', { rank: 2 })] })),
      true,
    );
    const rows = [rowOf('1', { rank: 2 }), rowOf('2', { rank: 1 }), rowOf('3')];
    assert.equal(state.take(message(6, { rows })), true);
    assert.equal(state.take(message(7, { removed: ['1'] })), true);
    assert.deepEqual(ranks(state), [
      ['2', 1],
      ['3', null],
    ]);
  });

  test('stays as it was from a gap on, until everything came again', () => {
    const state = new BoardState();
    state.take(message(1, { full: true, rows: [rowOf('1', { rank: 1 })] }));
    assert.equal(state.take(message(3, { rows: [rowOf('1', { rank: 9 })] })), false);
    assert.equal(state.isWhole, false);
    assert.equal(state.take(message(4, { rows: [rowOf('1', { rank: 8 })] })), false);
    assert.deepEqual(ranks(state), [['1', 1]]);
    assert.equal(state.take(message(5, { full: true, rows: [rowOf('1', { rank: 7 })] })), true);
    assert.deepEqual([ranks(state), state.isWhole], [[['1', 7]], true]);
  });

  test('drops what a stopped process says, and begins anew with a new one', () => {
    const state = new BoardState();
    state.take(message(9, { epoch: 2, full: true, rows: [rowOf('1', { rank: 1 })] }));
    assert.equal(state.take(message(10, { epoch: 1, full: true, rows: [] })), false);
    assert.equal(state.take(message(10, { epoch: 2 })), true);
    assert.equal(state.take(message(2, { epoch: 3, rows: [] })), false);
    assert.equal(state.take(message(3, { epoch: 3, full: true, rows: [] })), true);
    assert.deepEqual(ranks(state), []);
  });

  test('is seen whole or not at all, whatever gets lost on the way', () => {
    const parts = fc.array(fc.record({ full: fc.boolean(), parts: fc.integer({ min: 1, max: 3 }) }), { maxLength: 12 });
    fc.assert(
      fc.property(parts, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (views, isLost) => {
        const state = new BoardState();
        let number = 0;
        for (const [version, { full, parts: count }] of views.entries()) {
          for (let part = 0; part < count; part++) {
            const one = message(++number, {
              full,
              part,
              parts: count,
              rows: [rowOf(`${part}`, { rank: version + 1 })],
            });
            if (!isLost[number % 40]) state.take(one);
          }
          if (state.board === null || state.board.number !== number) continue;
          // The last message came and was shown: then every row of this view is of it.
          for (let part = 0; part < count; part++) assert.equal(state.board.rows.get(`${part}`)?.rank, version + 1);
        }
      }),
    );
  });
});
