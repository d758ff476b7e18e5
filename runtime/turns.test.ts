import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from './turns.ts';

test('work is done in its order and one at a time, and one that fails holds up none', async () => {
  const turns = createTurns();
  const done: string[] = [];
  const first = Promise.withResolvers<string>();
  const all = [
    turns.run(() => first.promise.then((name) => done.push(name))),
    turns.run(async () => {
      done.push('second');
      throw new Error('it failed');
    }),
    turns.run(async () => done.push('third')),
  ];
  assert.deepEqual([turns.count, done], [3, []]);
  first.resolve('first');
  const ends = await Promise.allSettled(all);
  assert.deepEqual(
    ends.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual([turns.count, done], [0, ['first', 'second', 'third']]);
});
