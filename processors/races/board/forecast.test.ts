import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CourseEffort } from './course-effort.ts';
import { Forecast, type Paced } from './forecast.ts';

const FINISH_M = 10_000;
const HEAD_M = 100;
const flat: CourseEffort = { at: (positionM) => HEAD_M + positionM, totalM: HEAD_M + FINISH_M };

/** Runs at `mps`, from half of the way on slower by a share of it. */
function runner(mps: number, slower: number, reachedM = FINISH_M): Paced {
  const half = FINISH_M / 2;
  return {
    reachedM,
    elapsedAt: (m) => {
      if (m > reachedM) return Number.NaN;
      return (1_000 * (Math.min(m, half) + (1 + slower) * Math.max(0, m - half))) / mps;
    },
  };
}

const predict = (field: readonly Paced[], one: Paced, effort = flat) =>
  new Forecast([...field, one], effort, FINISH_M).predict(one, one.elapsedAt(one.reachedM));
const many = (count: number, of: (n: number) => Paced) => Array.from({ length: count }, (_, n) => of(n));

test('before anybody is ahead, finishes are foreseen by what is assumed', () => {
  const { p10, p50, p90 } = predict([], runner(4, 0, 5_000))!;
  assert.ok(p10 < 2_500_000 && p90 > 2_500_000 && p50 > 2_500_000 && p50 < 2_600_000, `${p10} ${p50} ${p90}`);
});

test('who comes behind a field that lost a tenth is foreseen to lose a tenth', () => {
  const { p10, p50, p90 } = predict(
    many(60, (n) => runner(4 + n / 60, 0.1)),
    runner(3, 0, 5_000),
  )!;
  const trueMs = runner(3, 0.1).elapsedAt(FINISH_M);
  assert.ok(Math.abs(p50 - trueMs) < 0.01 * trueMs, `${p50}, not ${trueMs}`);
  assert.ok(p90 - p10 < 0.05 * trueMs, 'all of them lost as much');
});

test('a field that has differed more gives wider intervals', () => {
  const widthOf = (most: number) => {
    const { p10, p90 } = predict(
      many(60, (n) => runner(4 + n / 60, (most * ((7 * n) % 60)) / 60)),
      runner(3, 0, 5_000),
    )!;
    return p90 - p10;
  };
  assert.ok(widthOf(0.3) > 2 * widthOf(0.05));
});

test('a few who walk home or are driven change little', () => {
  const honest = many(60, (n) => runner(4 + n / 60, 0.05));
  const others = [runner(4, 1), runner(4, 2), runner(4, -0.6)];
  const [without, having] = [
    predict(honest, runner(3, 0, 5_000))!,
    predict([...honest, ...others], runner(3, 0, 5_000))!,
  ];
  for (const name of ['p10', 'p50', 'p90'] as const) {
    assert.ok(Math.abs(having[name] - without[name]) < 0.02 * without.p50, name);
  }
});

test('a climb that the field minds less than its cost says is foreseen as it minds it', () => {
  const cost = 1.4;
  const climb = (m: number) => Math.max(0, m - 6_000);
  const hilly: CourseEffort = { at: (m) => HEAD_M + m + (cost - 1) * climb(m), totalM: 0 };
  const climbing = (mps: number, reachedM: number): Paced => ({
    reachedM,
    elapsedAt: (m) => (m > reachedM ? Number.NaN : (1_000 * (m + 0.2 * climb(m))) / mps),
  });
  const field = many(40, (n) => climbing(4 + n / 40, 8_000));
  const { p50 } = predict(field, climbing(3, 5_000), hilly)!;
  const trueMs = climbing(3, FINISH_M).elapsedAt(FINISH_M);
  assert.ok(Math.abs(p50 - trueMs) < 0.03 * trueMs, `${p50}, not ${trueMs}`);
});

test('whoever runs how, an interval is in its order and never in the past', () => {
  const field = fc.array(
    fc.record({
      mps: fc.double({ min: 1, max: 6, noNaN: true }),
      slower: fc.double({ min: -0.3, max: 2, noNaN: true }),
      reachedM: fc.integer({ min: 0, max: FINISH_M }),
    }),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(field, (all) => {
      const runners = all.map(({ mps, slower, reachedM }) => runner(mps, slower, reachedM));
      const forecast = new Forecast(runners, flat, FINISH_M);
      for (const one of runners) {
        const elapsedMs = one.elapsedAt(one.reachedM);
        const predicted = forecast.predict(one, elapsedMs);
        if (predicted === null) {
          assert.ok(one.reachedM < 0.05 * FINISH_M);
          continue;
        }
        const { p10, p50, p90 } = predicted;
        assert.ok(Math.floor(elapsedMs) <= p10 && p10 <= p50 && p50 <= p90, `${p10} ${p50} ${p90}`);
      }
    }),
  );
});
