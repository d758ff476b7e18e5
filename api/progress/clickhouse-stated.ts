import type { ClickHouseQueries } from '../stores/clickhouse-client.ts';
import type { StatedWorkout, StatedWorkouts } from './stated.ts';

/** As the table of `schemas/sql/clickhouse` has it. */
export function statedRow(workout: StatedWorkout): Record<string, unknown> {
  const { athlete, id, version, source, isRemoved, sport, startMs, movingS, distanceM, elevationGainM } = workout;
  return {
    ...{ athlete, id, version, source, is_removed: isRemoved, sport: sport ?? '', start: startMs },
    ...{ moving_s: movingS, distance_m: distanceM, elevation_gain_m: elevationGainM },
  };
}

/** Writes what people say of their workouts beside the measured activities. */
export function createClickHouseStatedWorkouts({ insert }: Pick<ClickHouseQueries, 'insert'>): StatedWorkouts {
  return { write: (workout) => insert('slipstream.stated_workouts', [statedRow(workout)]) };
}
