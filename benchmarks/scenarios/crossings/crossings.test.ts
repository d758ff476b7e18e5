import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COURSE_SHAPES } from '../../../device-sim/race/race-courses.ts';
import { coverage, errorQuantileMs, gradeRaceDay, type NoiseName } from './race-day.ts';

const RUNNERS = 12;
const SEED = 'crossings of the unit tests';

const raceDays = (noise: NoiseName) => COURSE_SHAPES.map((shape) => gradeRaceDay(SEED, shape, noise, RUNNERS));

describe('against the truth of the simulator, on courses of every shape:', () => {
  for (const noise of ['white', 'no speed'] as const) {
    test(`crossing times are right to a third of a second with ${noise} noise, none missed and none invented`, () => {
      const days = raceDays(noise);
      const crossings = days.flatMap((day) => day.crossings);
      assert.deepEqual(
        days.map(({ missed, invented }) => ({ missed, invented })),
        days.map(() => ({ missed: 0, invented: 0 })),
      );
      assert.equal(crossings.length, COURSE_SHAPES.length * RUNNERS * 5);
      assert.ok(errorQuantileMs(crossings, 0.5) <= 300, `median ${errorQuantileMs(crossings, 0.5)} ms`);
      assert.ok(errorQuantileMs(crossings, 0.95) <= 1_000, `p95 ${errorQuantileMs(crossings, 0.95)} ms`);
    });
  }

  for (const noise of ['canyon', 'zones', 'slow', 'proud'] as const) {
    test(`stated intervals hold the truth with errors that last (${noise}), and nothing is missed or invented`, () => {
      const days = raceDays(noise);
      for (const { missed, invented } of days) assert.deepEqual({ missed, invented }, { missed: 0, invented: 0 });
      // The benchmark holds it to 85–95 % on thousands; 240 crossings of 48 runners scatter by several per cent.
      const held = coverage(days.flatMap((day) => day.crossings));
      assert.ok(held >= 0.8 && held <= 0.98, `${(100 * held).toFixed(1)} %`);
    });
  }

  for (const noise of ['jumps', 'stops'] as const) {
    test(`with ${noise} nothing is invented, and nothing missed that was seen`, () => {
      const days = raceDays(noise);
      for (const { missed, invented } of days) assert.deepEqual({ missed, invented }, { missed: 0, invented: 0 });
      assert.ok(
        errorQuantileMs(
          days.flatMap((day) => day.crossings),
          0.95,
        ) <= 1_000,
      );
    });
  }
});
