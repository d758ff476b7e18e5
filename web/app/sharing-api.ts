import type { Sport } from '../../schemas/events.ts';
import { read } from './account-api.ts';

/** A workout as others see it, as far as the application reads it. */
export interface SharedWorkout {
  readonly id: string;
  readonly sport: Sport;
  readonly name: string;
  readonly isCut: boolean;
  readonly startMs: number | null;
  readonly durationS: number | null;
  readonly distanceM: number | null;
  readonly climbM: number | null;
  readonly averageHeartRateBpm: number | null;
  readonly energyKcal: number | null;
  /** Pieces of latitude and longitude, degrees; null where others see none. */
  readonly track: readonly (readonly [number, number][])[] | null;
}

export interface SharedPreview {
  readonly isShared: boolean;
  readonly hiddenBy: readonly ('workout' | 'activities')[];
  readonly workout: SharedWorkout;
}

/** Each throws ProblemError with what the API said, TypeError when it cannot be reached. */
export const readPreview = (id: string) => read<SharedPreview>(`/workouts/${id}/as-others-see`);
export const readShared = (id: string) => read<SharedWorkout>(`/shared/workouts/${id}`);
