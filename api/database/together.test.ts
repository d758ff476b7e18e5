import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { createManualClock } from '../../runtime/clock.ts';
import { rowOfEach, rowsOfEach, together } from './together.ts';

/** Doubles numbers, and keeps what each statement was asked. */
function doubling({ shapeOf }: { shapeOf?: (ask: number) => string } = {}) {
  const statements: (readonly number[])[] = [];
  const ask = together({
    clock: createManualClock(),
    ...(shapeOf && { shapeOf }),
    async find(asks: readonly number[]) {
      statements.push(asks);
      return asks.map((one) => one * 2);
    },
  });
  return { ask, statements };
}

test('questions of one turn are one statement, and each gets its own answer', async () => {
  const { ask, statements } = doubling();
  assert.deepEqual(await Promise.all([ask(3), ask(1), ask(3)]), [6, 2, 6]);
  assert.deepEqual(statements, [[3, 1, 3]]);
});

/** Statements that are answered when the test says so: by what was asked. */
function answeredByHand() {
  const clock = createManualClock();
  const statements: { asks: readonly string[]; answer: () => void }[] = [];
  const ask = together({
    clock,
    find(asks: readonly string[]) {
      const { promise, resolve } = Promise.withResolvers<readonly string[]>();
      statements.push({ asks, answer: () => resolve(asks) });
      return promise;
    },
  });
  return { clock, ask, statements, sent: () => statements.map(({ asks }) => asks) };
}

test('what was sent takes nobody in: who asks meanwhile goes together, once it is answered', async () => {
  const { clock, ask, statements, sent } = answeredByHand();
  for (const one of ['a', 'b', 'c']) {
    void ask(one);
    await nextTurn();
  }
  assert.deepEqual(sent(), [['a']]);
  statements[0].answer();
  await nextTurn();
  assert.deepEqual(sent(), [['a'], ['b', 'c']]);
  assert.equal(clock.pendingTimers(), 0);
});

test('a statement that is not answered holds nobody up for longer than 5 ms', async () => {
  const { clock, ask, statements, sent } = answeredByHand();
  const slow = ask('slow');
  await nextTurn();
  const answers = Promise.all([ask('c'), ask('d')]);
  await nextTurn();
  await clock.advance(4);
  assert.deepEqual(sent(), [['slow']]);
  await clock.advance(1);
  assert.deepEqual(sent(), [['slow'], ['c', 'd']]);
  statements[1].answer();
  assert.deepEqual(await answers, ['c', 'd']);
  statements[0].answer();
  assert.equal(await slow, 'slow');
});

test('questions that fill a statement wait for nothing', async () => {
  const { clock, ask, sent } = answeredByHand();
  for (const one of ['a', 'c']) {
    void ask(one);
    await nextTurn();
  }
  for (let i = 1; i < 64; i++) void ask('d');
  assert.deepEqual(sent()[1], ['c', ...Array.from({ length: 63 }, () => 'd')]);
  assert.equal(clock.pendingTimers(), 0);
});

test('only questions of one shape share a statement, and no statement has more than 64', async () => {
  const { ask, statements } = doubling({ shapeOf: (one) => (one % 2 === 0 ? 'even' : 'odd') });
  await Promise.all(Array.from({ length: 140 }, (_, i) => ask(i < 10 ? 1 : 2)));
  assert.deepEqual(
    statements.map((asks) => asks.length),
    [10, 64, 64, 2],
  );
});

test('a statement that fails, at once or later, fails for those of its turn alone', async () => {
  let fails = true;
  const ask = together({
    clock: createManualClock(),
    find(asks: readonly number[]): Promise<readonly number[]> {
      if (fails) throw new Error('away');
      return Promise.resolve(asks);
    },
  });
  const outcomes = await Promise.allSettled([ask(1), ask(2)]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  fails = false;
  assert.equal(await ask(3), 3);
});

test('whatever rows come back, in whatever order, each key gets its own', () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'));
  const rows = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), value: fc.nat() }));
  fc.assert(
    fc.property(keys, rows, (asked, found) => {
      const each = rowsOfEach(asked, found, ({ key }) => key);
      const last = rowOfEach(asked, found, ({ key }) => key);
      asked.forEach((key, i) => {
        const own = found.filter((row) => row.key === key);
        assert.deepEqual(each[i], own);
        assert.deepEqual(last[i], own.at(-1));
      });
    }),
  );
});
