import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { createAsking } from './asking.ts';

function setUp(answerMs: number, restTimes = 0) {
  const clock = createManualClock();
  let asked = 0;
  const ask = async () => {
    await clock.sleep(answerMs);
    return ++asked;
  };
  const own = { name: 'x', clock, log: createSilentLog(), everyMs: 1_000, patienceMs: 1_500 };
  const look = createAsking({ ...own, ask, restTimes });
  /** The answer to whoever wants to know now. */
  async function lookFor(ms: number) {
    const said = look();
    await clock.advance(ms);
    return said;
  }
  return { clock, look, lookFor, count: () => asked };
}

test('who wants to know at the same time, or soon after, is told one answer', async () => {
  const { clock, look, lookFor, count } = setUp(100);
  const both = Promise.all([look(), look()]);
  await clock.advance(100);
  const known = { state: 'known', value: 1, tookMs: 100, atMs: 100 };
  assert.deepEqual(await both, [known, known]);
  assert.deepEqual(await lookFor(1_000), known);
  assert.equal(count(), 1);
  assert.deepEqual(await lookFor(100), { ...known, value: 2, atMs: 1_200 });
});

test('a dear question rests for as many times as it took', async () => {
  const { clock, lookFor, count } = setUp(500, 9);
  await lookFor(500);
  await clock.advance(4_499);
  await lookFor(0);
  assert.equal(count(), 1);
  await clock.advance(1);
  await lookFor(500);
  assert.equal(count(), 2);
});

test('an answer later than one waits for is told to the next', async () => {
  const { clock, lookFor } = setUp(2_000);
  assert.deepEqual(await lookFor(1_500), { state: 'silent' });
  assert.deepEqual(await lookFor(0), { state: 'silent' });
  await clock.advance(500);
  assert.deepEqual(await lookFor(0), { state: 'known', value: 1, tookMs: 2_000, atMs: 2_000 });
});
