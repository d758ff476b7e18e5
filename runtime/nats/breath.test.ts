import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBreath } from './breath.ts';

function work(untilMs: number): void {
  while (performance.now() < untilMs);
}

test('who reads message after message lets timers have their turn, and so do all who read together', async () => {
  const breathe = createBreath(1);
  let isFired = false;
  const timer = setTimeout(() => {
    isFired = true;
  }, 1);
  // Bounded, and far more than it takes.
  async function read(): Promise<number> {
    for (let messages = 1; messages <= 100_000; messages++) {
      work(performance.now() + 0.1);
      await breathe();
      if (isFired) return messages;
    }
    return Number.POSITIVE_INFINITY;
  }
  const counts = await Promise.all([read(), read(), read()]);
  clearTimeout(timer);
  assert.ok(counts.every(Number.isFinite), `${counts}`);
});

test('nobody waits before the while is over', () => {
  assert.equal(createBreath(60_000)(), null);
});
