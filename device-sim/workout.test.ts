import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelsOf, kindOf } from '../schemas/channels.ts';
import { SPORTS, type Sport } from './athlete.ts';
import { createRandom } from './random.ts';
import { createWorkout } from './workout.ts';

function measure(sport: Sport, seed: string, samplesPerFrame = 10) {
  const values: Record<string, { timeMs: number; value: number }[]> = {};
  const lastMs: Record<string, number> = {};
  const plan = { sport, startMs: 1e12, durationMs: 3_600_000, samplesPerFrame };
  for (const { source, timesMs, columns } of createWorkout(createRandom(seed, 'workout'), plan)) {
    for (const timeMs of timesMs) {
      assert.ok(timeMs > (lastMs[source] ?? 0), 'the times of a source increase');
      lastMs[source] = timeMs;
    }
    for (const [name, list] of Object.entries(columns)) {
      const { min, max } = channelsOf(kindOf(source)).find((channel) => channel.name === name)!;
      assert.equal(list.length, timesMs.length);
      list.forEach((value, i) => {
        if (value === null) return;
        assert.ok(Number.isInteger(value) && value >= min && value <= max, `${name} ${value}`);
        values[name] ??= [];
        values[name].push({ timeMs: timesMs[i], value });
      });
    }
  }
  return values;
}

const mean = (list: readonly { value: number }[]) => list.reduce((sum, { value }) => sum + value, 0) / list.length;

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [a, b].map((list) => list.reduce((sum, x) => sum + x, 0) / list.length);
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, _, i) => sum + (x[i] - mx) * (y[i] - my), 0);
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}

for (const sport of SPORTS) {
  for (const seed of ['a', 'b', 'c']) {
    test(`a ${sport} (seed ${seed}) is plausible: every value in its limits, and the channels belong together`, () => {
      const values = measure(sport, seed);
      const distances = values.distance.map(({ value }) => value);
      assert.ok(distances.every((value, i) => i === 0 || value >= distances[i - 1]));
      const travelledM = distances[distances.length - 1] / 100;
      assert.ok(Math.abs(travelledM - (mean(values.speed) / 1000) * 3_600) < 0.02 * travelledM, 'distance sums speed');
      const beatsPerMinute = 60_000 / (mean(values.rr) / 10);
      assert.ok(Math.abs(beatsPerMinute - mean(values.heart_rate)) < 3, 'beats agree with heart rate');
      const { battery } = values;
      assert.ok(battery[battery.length - 1].value < battery[0].value, 'the battery falls');
    });
  }

  test(`in a ${sport} heart rate follows power with a lag`, () => {
    const values = measure(sport, 'lag');
    const power = new Map(values.power.map(({ timeMs, value }) => [timeMs, value]));
    const at = (lagMs: number) => {
      const pairs = values.heart_rate.filter(({ timeMs }) => power.has(timeMs - lagMs));
      return correlation(
        pairs.map(({ value }) => value),
        pairs.map(({ timeMs }) => power.get(timeMs - lagMs)!),
      );
    };
    assert.ok(at(25_000) > 0.6, `${at(25_000)}`);
    assert.ok(at(25_000) > at(0));
  });
}
