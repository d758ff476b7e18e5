import { read, send } from './account-api.ts';
import { readWorkouts, type Workout } from './workout-api.ts';

/** What the API answers about joins and splits, as far as the application reads it. */
export interface WorkoutEdit {
  readonly id: string;
  readonly kind: 'join' | 'split';
  readonly fromMs: number;
  readonly untilMs: number;
  readonly createdMs: number;
  readonly state: 'waiting' | 'done';
}

type Seen = Pick<Workout, 'id' | 'version'>;

/** Each throws ProblemError with what the API said, TypeError when it cannot be reached. */
export const readEdits = async () => (await read<{ edits: readonly WorkoutEdit[] }>('/workouts/edits')).edits;
export const joinWorkouts = (workouts: readonly Seen[], key: string) =>
  send(
    'POST',
    '/workouts/joins',
    { workouts: workouts.map(({ id, version }) => ({ id, version })) },
    {
      'idempotency-key': key,
    },
  );
export const splitWorkout = (id: string, etag: string, atMs: number) =>
  send('POST', `/workouts/${id}/splits`, { atMs }, { 'if-match': etag });
export const undoEdit = (id: string) => send('DELETE', `/workouts/edits/${id}`);

/** The recorded one that began last before it; null when there is none. */
export async function workoutBefore({ startMs }: Workout): Promise<Workout | null> {
  const query = new URLSearchParams({ until: new Date(startMs).toISOString(), source: 'stream', limit: '1' });
  return (await readWorkouts(query)).workouts[0] ?? null;
}
