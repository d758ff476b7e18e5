import type { Deliver } from '../outbox/outbox.ts';
import type { StatedWorkout, StatedWorkouts } from '../progress/stated.ts';
import { statedSport, type WorkoutRow } from './answer.ts';

/** In the outbox: sums have to know what a person said of a workout. Its data are the whole of it: the last holds. */
export const COUNT_WORKOUT = 'workout.stated';

export function countedOf(athlete: string, row: WorkoutRow): StatedWorkout {
  const { id, version, source, state } = row;
  return {
    ...{ athlete, id, version, source, isRemoved: state === 'removed', sport: statedSport(row) },
    startMs: row.started_at.getTime(),
    ...{ movingS: row.moving_s, distanceM: row.distance_m, elevationGainM: row.climb_m },
  };
}

/** `onCounted` is called when sums know it. */
export function createCountWorkout(
  stated: StatedWorkouts,
  onCounted: (workout: StatedWorkout) => Promise<void>,
): Deliver {
  return async (data) => {
    await stated.write(data as StatedWorkout);
    await onCounted(data as StatedWorkout);
  };
}
