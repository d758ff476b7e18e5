import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock, systemClock } from './clock.ts';

test('a manual clock runs timers in order of their time, then of their setting', async () => {
  const clock = createManualClock(1_000);
  const seen: string[] = [];
  clock.setTimer(() => seen.push(`late at ${clock.nowMs()}`), 20);
  clock.setTimer(() => seen.push(`first at ${clock.nowMs()}`), 10);
  clock.setTimer(() => seen.push(`second at ${clock.nowMs()}`), 10);
  clock.setTimer(() => seen.push('never'), 10).cancel();
  await clock.advance(30);
  assert.deepEqual(seen, ['first at 1010', 'second at 1010', 'late at 1020']);
  assert.equal(clock.nowMs(), 1_030);
  assert.equal(clock.pendingTimers(), 0);
});

test('wall time is whole milliseconds, as that of the machine is', async () => {
  const clock = createManualClock(1_000);
  await clock.advance(0.7);
  assert.deepEqual([clock.nowMs(), clock.monotonicMs()], [1_000, 0.7]);
  await clock.advance(0.7);
  assert.equal(clock.nowMs(), 1_001);
});

test('what a timer starts is finished before the next timer fires', async () => {
  const clock = createManualClock();
  const seen: string[] = [];
  clock.setTimer(async () => {
    for (let i = 0; i < 5; i++) await Promise.resolve();
    seen.push('work of the first');
  }, 1);
  clock.setTimer(() => seen.push('second'), 1);
  await clock.advance(1);
  assert.deepEqual(seen, ['work of the first', 'second']);
});

test('a repeating timer fires once a period until it is cancelled', async () => {
  const clock = createManualClock();
  let count = 0;
  const timer = clock.setRepeating(() => {
    if (++count === 3) timer.cancel();
  }, 10);
  await clock.advance(100);
  assert.equal(count, 3);
});

test('a step of the wall leaves the timers and the monotonic time alone', async () => {
  const clock = createManualClock(5_000);
  let fired = false;
  clock.setTimer(() => {
    fired = true;
  }, 10);
  clock.stepWall(-4_000);
  await clock.advance(9);
  assert.deepEqual([clock.nowMs(), clock.monotonicMs(), fired], [1_009, 9, false]);
  await clock.advance(1);
  assert.equal(fired, true);
});

test('a sleep ends early with the reason of its signal', async () => {
  for (const clock of [createManualClock(), systemClock]) {
    const controller = new AbortController();
    const sleeping = clock.sleep(1_000_000, controller.signal);
    controller.abort(new Error('asked to stop'));
    await assert.rejects(sleeping, /asked to stop/);
    await assert.rejects(clock.sleep(1, controller.signal), /asked to stop/);
  }
});

test('the system clock moves by itself', async () => {
  const before = systemClock.monotonicMs();
  await systemClock.sleep(2);
  await new Promise<void>((resolve) => {
    const timer = systemClock.setRepeating(() => {
      timer.cancel();
      resolve();
    }, 1);
  });
  await new Promise<void>((resolve) => systemClock.setTimer(resolve, 1));
  assert.ok(systemClock.monotonicMs() > before);
  assert.ok(systemClock.nowMs() > 1_600_000_000_000);
});
