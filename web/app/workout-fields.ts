import type { Sport } from '../../schemas/events.ts';
import type { EnteredWorkout, Visibility, Workout } from './workout-api.ts';

/** A workout as the form has it: texts, in the units that people write. */
export interface WorkoutFields {
  readonly sport: string;
  /** As an input of type datetime-local has it. */
  readonly localStart: string;
  readonly hours: string;
  readonly minutes: string;
  readonly seconds: string;
  readonly distanceKm: string;
  readonly climbM: string;
  readonly averageHeartRateBpm: string;
  readonly energyKcal: string;
  readonly name: string;
  readonly notes: string;
  readonly effort: string;
  readonly visibility: string;
}
export type FieldName = keyof WorkoutFields;

const numberOf = (text: string | undefined) => (text === undefined || text.trim() === '' ? null : Number(text));
const textOf = (value: number | null) => (value === null ? '' : String(value));
/** Of metres that came from kilometres, without the noise of the multiplication. */
const metresOf = (km: number | null) => (km === null ? null : Math.round(km * 1_000 * 10) / 10);

const STEP_MS = 15 * 60_000;

/** Of a form that nobody has filled in: an hour's run that has just ended, by the browser's own clock. */
export function freshFields(nowMs: number, offMinutes: number): WorkoutFields {
  const beganMs = Math.floor((nowMs - 3_600_000) / STEP_MS) * STEP_MS;
  return {
    ...{ sport: 'run', localStart: new Date(beganMs - offMinutes * 60_000).toISOString().slice(0, 16) },
    ...{ hours: '', minutes: '', seconds: '', distanceKm: '', climbM: '', averageHeartRateBpm: '', energyKcal: '' },
    ...{ name: '', notes: '', effort: '', visibility: 'private' },
  };
}

/** What is sent of it. Lengths that nobody wrote are 0, which the API refuses with words. */
export function enteredFrom(fields: WorkoutFields, timeZone: string): EnteredWorkout {
  const [hours, minutes, seconds] = [fields.hours, fields.minutes, fields.seconds].map((text) => numberOf(text) ?? 0);
  return {
    ...{ sport: fields.sport as Sport, localStart: fields.localStart, timeZone },
    durationS: hours * 3_600 + minutes * 60 + seconds,
    distanceM: metresOf(numberOf(fields.distanceKm)),
    climbM: numberOf(fields.climbM),
    averageHeartRateBpm: numberOf(fields.averageHeartRateBpm),
    energyKcal: numberOf(fields.energyKcal),
    ...{ name: fields.name.trim(), notes: fields.notes.trim(), effort: numberOf(fields.effort) },
    visibility: fields.visibility as Visibility,
  };
}

export function fieldsOf(workout: Workout | EnteredWorkout): WorkoutFields {
  const whole = Math.round(workout.durationS ?? 0);
  return {
    ...{ sport: workout.sport, localStart: workout.localStart ?? '' },
    hours: textOf(Math.floor(whole / 3_600)),
    minutes: textOf(Math.floor((whole % 3_600) / 60)),
    seconds: textOf(whole % 60),
    distanceKm: textOf(workout.distanceM === null ? null : Math.round(workout.distanceM * 10) / 10_000),
    climbM: textOf(workout.climbM),
    averageHeartRateBpm: textOf(workout.averageHeartRateBpm),
    energyKcal: textOf(workout.energyKcal),
    ...{ name: workout.name, notes: workout.notes, effort: textOf(workout.effort), visibility: workout.visibility },
  };
}

/** What of a workout from the stream a person may say; its numbers were measured. */
export function saidFrom(
  fields: WorkoutFields,
  { measuredSport }: Workout,
): Omit<Partial<EnteredWorkout>, 'sport'> & {
  sport: Sport | null;
} {
  const { name, notes, effort, visibility } = enteredFrom(fields, '');
  // The measured one is not stated, so that a better measurement still counts.
  const sport = fields.sport === measuredSport ? null : (fields.sport as Sport);
  return { sport, name, notes, effort, visibility };
}

/** Where the API says that something is wrong, by the field that it is about. */
export const FIELD_OF_PARAMETER: Readonly<Record<string, FieldName>> = {
  durationS: 'minutes',
  distanceM: 'distanceKm',
};
