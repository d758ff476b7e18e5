import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gear } from '../../../schemas/athlete-settings.ts';
import { loadsOf } from './gear-load.ts';
import { activityWith, measured, START_MS } from './gear-world.ts';

const shoes: Gear = { id: 'racers', kind: 'shoes', name: 'Racers', defaultFor: ['run'], from: '2026-01-01' };
const bike: Gear = { id: 'roadster', kind: 'bike', name: 'Roadster', defaultFor: ['ride'], from: '2026-01-01' };

test('a run counts on the shoes: way, time, climb, steps, the wet, the temperature, and what is marked', () => {
  const record = activityWith({
    distance_m: measured(10_400, { marks: ['gps_poor'] }),
    moving_s: measured(3_500),
    elevation_gain_m: measured(120),
    steps: measured(9_800),
    cadence_rpm: measured({ mean: 70, min: 0, max: 95 }),
    wet: measured(true),
    air_temperature_c: measured({ mean: 4.5, min: 3, max: 6 }),
  });
  assert.deepEqual(loadsOf(record, [shoes], []), [
    {
      ...{ athlete: 'ann', gear: 'racers', kind: 'shoes', activity: record.id, revision: 40, isCounted: true },
      ...{ sport: 'run', startMs: START_MS, endMs: START_MS + 3_600_000 },
      ...{ distanceM: 10_400, movingS: 3_500, elevationGainM: 120, impacts: 9_800, wetS: 3_500 },
      airTemperatureC: { mean: 4.5, min: 3, max: 6 },
      marked: ['distanceM'],
    },
  ]);
});

test('what was not measured is null; without a step counter a stride is two impacts, on a bike none', () => {
  const [run] = loadsOf(activityWith({ cadence_rpm: measured({ mean: 85, min: 0, max: 95 }) }), [shoes], []);
  assert.deepEqual(
    [run.distanceM, run.movingS, run.elevationGainM, run.impacts, run.wetS, run.airTemperatureC],
    [null, 3_600, null, 10_200, null, null],
  );
  const [ride] = loadsOf(
    activityWith({ cadence_rpm: measured({ mean: 85, min: 0, max: 95 }), wet: measured(false) }, { sport: 'ride' }),
    [bike],
    [],
  );
  assert.deepEqual([ride.impacts, ride.wetS], [null, 0]);
  assert.equal(loadsOf(activityWith({}), [shoes], [])[0].impacts, null);
});

test('what was taken for another piece, or for an activity that was withdrawn, is taken back', () => {
  const record = activityWith({ distance_m: measured(10_000) });
  const before = [
    { athlete: 'ann', gear: 'old-ones', kind: 'shoes' as const, activity: record.id },
    { athlete: 'ann', gear: 'old-ones', kind: 'shoes' as const, activity: '0123456789abcdef' },
    { athlete: 'ann', gear: 'racers', kind: 'shoes' as const, activity: record.id },
  ];
  const told = (loads: ReturnType<typeof loadsOf>) => loads.map((one) => [one.gear, one.isCounted, one.distanceM]);
  assert.deepEqual(told(loadsOf(record, [shoes], before)), [
    ['racers', true, 10_000],
    ['old-ones', false, null],
  ]);
  const withdrawn = { ...record, status: 'withdrawn' as const, metrics: null };
  assert.deepEqual(told(loadsOf(withdrawn, [shoes], before)), [
    ['old-ones', false, null],
    ['racers', false, null],
  ]);
});
