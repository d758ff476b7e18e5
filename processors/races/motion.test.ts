import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Motion, type Passed } from './motion.ts';

/** Due north at 3 m/s from 0 on, one fix a second. */
function fixAt(second: number, own: Partial<Passed> = {}): Passed {
  return { atMs: 1_000 * second, eastM: 0, northM: 3 * second, positionM: 3 * second, isOffCourse: false, ...own };
}

function told(fixes: readonly Passed[]) {
  const motion = new Motion();
  for (const fix of fixes) motion.pass(fix);
  return motion.told;
}

const seconds = (from: number, until: number) => Array.from({ length: until - from }, (_, i) => from + i);

describe('how an athlete moves', () => {
  test('is told for each span of ten seconds that is over', () => {
    assert.equal(told(seconds(0, 10).map((second) => fixAt(second))), null);
    assert.deepEqual(told(seconds(0, 31).map((second) => fixAt(second))), {
      ...{ untilMs: 30_000, eastM: 0, northM: 75, positionM: 87, isOffCourse: false },
      // The first span has no way before it, so its middle is not corrected yet.
      ...{ travelledM: 61.5, unseenMs: 0, heartRate: null, cadence: null },
    });
  });

  test('is not moved by a receiver that jumps for some seconds', () => {
    const jumping = seconds(0, 31).map((second) => fixAt(second, second % 10 < 3 ? { eastM: 140 } : {}));
    assert.ok(told(jumping)!.travelledM < 63);
  });

  test('sums up for how long nothing was seen', () => {
    const { unseenMs, travelledM } = told([...seconds(0, 10), ...seconds(50, 61)].map((second) => fixAt(second)))!;
    assert.deepEqual([unseenMs, Math.round(travelledM)], [40_000, 150]);
  });

  test('says what the body said last half a minute, in whatever order and however often it came', () => {
    const beats = fc.array(fc.record({ second: fc.nat(59), bpm: fc.integer({ min: 60, max: 190 }) }), { minLength: 1 });
    fc.assert(
      fc.property(beats, ({ length, ...all }) => {
        const list = Array.from({ length }, (_, i) => all[i]);
        const unique = [...new Map(list.map((beat) => [beat.second, beat])).values()];
        const answer = (some: readonly { second: number; bpm: number }[]) => {
          const motion = new Motion();
          for (const { second, bpm } of some) motion.feel(1_000 * second, bpm, null);
          for (const second of seconds(0, 61)) motion.pass(fixAt(second));
          return motion.told?.heartRate;
        };
        const once = answer(unique);
        assert.equal(answer([...unique].reverse()), once);
        assert.equal(answer([...unique, ...unique]), once);
        const bpm = unique.filter(({ second }) => second >= 30).map((beat) => beat.bpm);
        if (bpm.length === 0) assert.equal(once, null);
        else assert.ok(once! >= Math.min(...bpm) && once! <= Math.max(...bpm));
      }),
    );
  });

  test('goes on from what was kept as if nothing had happened', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120 }), (keptAfter) => {
        const fixes = seconds(0, 120).map((second) => fixAt(second, { eastM: (second * 37) % 11 }));
        let motion = new Motion();
        for (const [n, fix] of fixes.entries()) {
          if (n === keptAfter) {
            const successor = new Motion();
            successor.recall(JSON.parse(JSON.stringify(motion.memory())));
            motion = successor;
          }
          motion.pass(fix);
        }
        assert.deepEqual(motion.told, told(fixes));
      }),
    );
  });
});
