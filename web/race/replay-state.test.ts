import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextMoment, SPEEDS, STEP_MS, spanOf, withinRace } from './replay-state.ts';

const GUN_MS = Date.UTC(2026, 8, 6, 9);

test('a replay begins with the gun, goes on by its speed and ends with the newest data', () => {
  const span = spanOf(GUN_MS - 1_000, GUN_MS + 62_000)!;
  assert.deepEqual(span, { gunMs: GUN_MS - 1_000, fromMs: GUN_MS, untilMs: GUN_MS + 60_000 });
  assert.equal(withinRace(GUN_MS - 1, span), GUN_MS);
  assert.equal(withinRace(GUN_MS + 9_999, span), GUN_MS + 5_000);
  assert.equal(nextMoment(GUN_MS, span, 30), GUN_MS + 30_000);
  assert.equal(nextMoment(GUN_MS + 30_000, span, 60), GUN_MS + 60_000);
  assert.equal(nextMoment(GUN_MS + 60_000, span, 30), null);
  assert.equal(spanOf(GUN_MS, GUN_MS + 4_999), null);
});

test('from any moment and with any speed it comes to its end, by moments that the server tells apart', () => {
  const spans = fc.record({
    gunMs: fc.integer({ min: 0, max: 10_000_000 }),
    goneMs: fc.integer({ min: 2 * STEP_MS, max: 4_000_000 }),
    atMs: fc.integer({ min: -1_000_000, max: 20_000_000 }),
    times: fc.constantFrom(...SPEEDS),
  });
  fc.assert(
    fc.property(spans, ({ gunMs, goneMs, atMs, times }) => {
      const span = spanOf(gunMs, gunMs + goneMs)!;
      let last = withinRace(atMs, span);
      for (let next: number | null = last, turn = 0; next !== null; next = nextMoment(next, span, times), turn++) {
        assert.ok(next >= span.fromMs && next <= span.untilMs && next % STEP_MS === 0);
        assert.ok(turn <= 1 + goneMs / (times * 1_000));
        last = next;
      }
      assert.equal(last, span.untilMs);
    }),
  );
});
