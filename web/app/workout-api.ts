import type { Sport } from '../../schemas/events.ts';
import { read, send } from './account-api.ts';

/** What is known of a workout, whether it was measured or entered; a number that is not known is null. */
interface KnownWorkout {
  readonly sport: Sport;
  readonly distanceM: number | null;
  readonly climbM: number | null;
  readonly averageHeartRateBpm: number | null;
  readonly energyKcal: number | null;
  readonly name: string;
  readonly notes: string;
  readonly effort: number | null;
  readonly visibility: Visibility;
}

/** What the API answers about workouts, as far as the application reads it. */
export interface Workout extends KnownWorkout {
  readonly id: string;
  readonly source: 'stream' | 'manual';
  readonly status: 'live' | 'finished';
  readonly measuredSport: Sport | null;
  readonly startMs: number;
  readonly endMs: number;
  /** Grows with every change. */
  readonly version: number;
  /** `2026-06-08T18:30:00` by the clock of `timeZone`; null where none is known. */
  readonly localStart: string | null;
  readonly timeZone: string | null;
  readonly durationS: number | null;
  readonly activity: string | null;
}

export const VISIBILITIES = ['private', 'followers', 'everybody'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** What somebody enters. */
export interface EnteredWorkout extends KnownWorkout {
  readonly localStart: string;
  readonly timeZone: string;
  readonly durationS: number;
}

export interface WorkoutPage {
  readonly workouts: readonly Workout[];
  readonly isLiveKnown: boolean;
  readonly next: string | null;
}

export interface WorkoutTotals {
  readonly workouts: number;
  readonly durationS: number;
  readonly distanceM: number;
  readonly climbM: number;
}

export interface WorkoutHistoryChange {
  readonly atMs: number;
  readonly actor: string;
  readonly act: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** A workout, and the version that a change of it names. */
export interface TaggedWorkout {
  readonly workout: Workout;
  readonly etag: string;
}

/** Each throws ProblemError with what the API said, TypeError when it cannot be reached. */
export const readWorkouts = (query: URLSearchParams) => read<WorkoutPage>(`/workouts?${query}`);
export const readTotals = (query: URLSearchParams) => read<WorkoutTotals>(`/workouts/totals?${query}`);
export const readChanges = (id: string) =>
  read<{ changes: readonly WorkoutHistoryChange[] }>(`/workouts/${id}/changes?limit=20`);

const tagged = async (answer: Response): Promise<TaggedWorkout> => {
  return { workout: (await answer.json()) as Workout, etag: answer.headers.get('etag') ?? '' };
};

export const readWorkout = async (id: string) => tagged(await send('GET', `/workouts/${id}`));
/** Under the same key once, however often it is sent. */
export const enterWorkout = async (entered: EnteredWorkout, key: string) =>
  tagged(await send('POST', '/workouts', entered, { 'idempotency-key': key }));
export const changeWorkout = async (id: string, etag: string, said: Partial<EnteredWorkout>) =>
  tagged(await send('PATCH', `/workouts/${id}`, said, { 'if-match': etag }));
export const removeWorkout = (id: string, etag: string) =>
  send('DELETE', `/workouts/${id}`, undefined, { 'if-match': etag });
