import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLoopTurn } from './loop-turn.ts';

const LONGEST_MS = 100;

test('work that never waits lets timers and sockets in when its turn was long, and not before', async () => {
  let nowMs = 0;
  const turn = createLoopTurn({ monotonicMs: () => nowMs }, LONGEST_MS);
  const done: (number | 'others')[] = [];
  const others = () => {
    done.push('others');
    if (done.length < 12) setImmediate(others);
  };
  setImmediate(others);
  for (let piece = 1; piece <= 8; piece++) {
    await turn.over();
    done.push(piece);
    nowMs += 40;
  }
  assert.deepEqual(done, [1, 2, 3, 'others', 4, 5, 6, 7, 'others', 8]);
});

test('all who work in a turn wait for the same next one', async () => {
  let nowMs = 0;
  const turn = createLoopTurn({ monotonicMs: () => nowMs }, LONGEST_MS);
  assert.equal(turn.over(), null);
  nowMs = LONGEST_MS;
  const next = turn.over();
  assert.notEqual(next, null);
  assert.equal(turn.over(), next);
  await next;
  assert.equal(turn.over(), null);
});
