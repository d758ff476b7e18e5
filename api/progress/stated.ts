import type { Sport } from '../../schemas/events.ts';

/**
 * What a person says of a workout, as far as progress looks at it. One from the stream counts with its measured
 * numbers, by the stated sport if there is one; one entered by hand counts with the numbers here.
 */
export interface StatedWorkout {
  readonly athlete: string;
  readonly id: string;
  /** The greatest holds. */
  readonly version: number;
  readonly source: 'stream' | 'manual';
  /** Its owner removed it: it counts nowhere. */
  readonly isRemoved: boolean;
  /** Null: as measured. */
  readonly sport: Sport | null;
  readonly startMs: number;
  readonly movingS: number | null;
  readonly distanceM: number | null;
  readonly elevationGainM: number | null;
}

/** Where progress reads it. May be called again with what it was given already. */
export interface StatedWorkouts {
  /** Throws StoreUnavailableError. */
  write(workout: StatedWorkout): Promise<void>;
}
