import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFlowReadings } from './flow.ts';

test('without two readings there is no rate', () => {
  const flow = createFlowReadings();
  assert.deepEqual([flow.rate(), flow.recent()], [{ perS: null, overMs: 0 }, []]);
  flow.note(1_000, 50);
  flow.note(1_000, 70);
  assert.deepEqual([flow.rate(), flow.recent()], [{ perS: null, overMs: 0 }, []]);
});

test('a count that goes back says nothing of the flow', () => {
  const flow = createFlowReadings();
  flow.note(0, 50);
  flow.note(2_000, 10);
  assert.deepEqual(flow.rate(), { perS: null, overMs: 2_000 });
});

test('whatever the steps, the rate is that between the least and the greatest of the rates between readings', () => {
  const step = fc.record({ ms: fc.integer({ min: 1, max: 90_000 }), count: fc.nat(1_000_000) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const flow = createFlowReadings();
      let [atMs, count] = [0, 0];
      flow.note(atMs, count);
      for (const one of steps) {
        atMs += one.ms;
        count += one.count;
        flow.note(atMs, count);
      }
      const rates = steps.map((one) => (1_000 * one.count) / one.ms);
      const { perS, overMs } = flow.rate();
      const all = [...flow.recent().map((one) => one.perS), ...(perS === null ? [] : [perS])];
      for (const rate of all) {
        assert.ok(rate >= Math.min(...rates) * (1 - 1e-9) && rate <= Math.max(...rates) * (1 + 1e-9), `${rate}`);
      }
      assert.ok(overMs <= 60_000);
      assert.ok(flow.recent().every((one) => one.atMs >= atMs - 300_000));
    }),
  );
});
