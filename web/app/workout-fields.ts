import type { Sport } from '../../schemas/events.ts';
import { readIn, textIn, UNIT_SYSTEMS, type Units } from '../units.ts';
import type { EnteredWorkout, Visibility, Workout } from './workout-api.ts';

/** A workout as the form has it: texts, in the units that somebody writes. */
export interface WorkoutFields {
  readonly units: Units;
  readonly sport: string;
  /** As an input of type datetime-local has it. */
  readonly localStart: string;
  readonly hours: string;
  readonly minutes: string;
  readonly seconds: string;
  readonly distance: string;
  readonly climb: string;
  readonly averageHeartRateBpm: string;
  readonly energyKcal: string;
  readonly name: string;
  readonly notes: string;
  readonly effort: string;
  readonly visibility: string;
}
export type FieldName = Exclude<keyof WorkoutFields, 'units'>;

const numberOf = (text: string | undefined) => (text === undefined || text.trim() === '' ? null : Number(text));
const textOf = (value: number | null) => (value === null ? '' : String(value));
/** Lengths are sent to the tenth of a metre. */
const STEP_M = 0.1;

const STEP_MS = 15 * 60_000;

/** Of a form that nobody has filled in: an hour's run that has just ended, by the browser's own clock. */
export function freshFields(nowMs: number, offMinutes: number, units: Units): WorkoutFields {
  const beganMs = Math.floor((nowMs - 3_600_000) / STEP_MS) * STEP_MS;
  return {
    ...{ units, sport: 'run', localStart: new Date(beganMs - offMinutes * 60_000).toISOString().slice(0, 16) },
    ...{ hours: '', minutes: '', seconds: '', distance: '', climb: '', averageHeartRateBpm: '', energyKcal: '' },
    ...{ name: '', notes: '', effort: '', visibility: 'private' },
  };
}

/** What is sent of it. Lengths that nobody wrote are 0, which the API refuses with words. */
export function enteredFrom(fields: WorkoutFields, timeZone: string): EnteredWorkout {
  const { long, high } = UNIT_SYSTEMS[fields.units];
  const [hours, minutes, seconds] = [fields.hours, fields.minutes, fields.seconds].map((text) => numberOf(text) ?? 0);
  return {
    ...{ sport: fields.sport as Sport, localStart: fields.localStart, timeZone },
    durationS: hours * 3_600 + minutes * 60 + seconds,
    distanceM: readIn(long, fields.distance, STEP_M),
    climbM: readIn(high, fields.climb, STEP_M),
    averageHeartRateBpm: numberOf(fields.averageHeartRateBpm),
    energyKcal: numberOf(fields.energyKcal),
    ...{ name: fields.name.trim(), notes: fields.notes.trim(), effort: numberOf(fields.effort) },
    visibility: fields.visibility as Visibility,
  };
}

export function fieldsOf(workout: Workout | EnteredWorkout, units: Units): WorkoutFields {
  const { long, high } = UNIT_SYSTEMS[units];
  const whole = Math.round(workout.durationS ?? 0);
  return {
    ...{ units, sport: workout.sport, localStart: workout.localStart ?? '' },
    hours: textOf(Math.floor(whole / 3_600)),
    minutes: textOf(Math.floor((whole % 3_600) / 60)),
    seconds: textOf(whole % 60),
    distance: textIn(long, workout.distanceM, STEP_M),
    climb: textIn(high, workout.climbM, STEP_M),
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
