import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Type } from 'typebox';
import type { ActivityRecord } from '../../schemas/activity.ts';
import type { Sport } from '../../schemas/events.ts';
import { invalidParameter } from '../problem.ts';
import { isTimeZone, momentOf, wallTimeAt } from '../progress/calendar.ts';
import { tagOf } from '../requests/etag.ts';
import type { NewWorkout, Workout, WorkoutChange } from './statements.ts';
import type { WorkoutTables } from './tables.ts';

export type WorkoutRow = Selectable<WorkoutTables['workouts']>;
export type WorkoutAnswer = Type.Static<typeof Workout>;
export type StatedFields = Type.Static<typeof NewWorkout> | Type.Static<typeof WorkoutChange>;

export const workoutTag = ({ version }: { version: number }) => tagOf('workout', version);

/** Numbers of a workout that are measured where it comes from the stream, and said where it was entered by hand. */
export const ENTERED_FIELDS = [
  'localStart',
  'timeZone',
  'durationS',
  'distanceM',
  'climbM',
  'averageHeartRateBpm',
  'energyKcal',
] as const satisfies readonly (keyof WorkoutAnswer)[];
/** Everything that can be changed, in the words of the API. */
export const CHANGEABLE = [...ENTERED_FIELDS, 'sport', 'name', 'notes', 'effort', 'visibility'] as const;

/** Where each number of a person's statement is kept. */
const COLUMNS = {
  durationS: 'moving_s',
  distanceM: 'distance_m',
  climbM: 'climb_m',
  averageHeartRateBpm: 'average_heart_rate_bpm',
  energyKcal: 'energy_kcal',
  effort: 'effort',
  visibility: 'visibility',
} as const satisfies Partial<Record<keyof StatedFields, keyof WorkoutRow>>;

/** The columns that an answer is made from: what is searched in is as long as all that a person wrote. */
export const SHOWN = [
  ...(['id', 'source', 'sport', 'measured_sport', 'started_at', 'ended_at', 'time_zone', 'moving_s'] as const),
  ...(['distance_m', 'climb_m', 'average_heart_rate_bpm', 'energy_kcal', 'name', 'notes', 'effort'] as const),
  ...(['visibility', 'version'] as const),
] as const satisfies readonly (keyof WorkoutRow)[];
export type ShownRow = Pick<WorkoutRow, (typeof SHOWN)[number]>;

export function answerOf(row: ShownRow): WorkoutAnswer {
  const { id, source, time_zone: timeZone } = row;
  const startMs = row.started_at.getTime();
  return {
    ...{ id, source, status: 'finished', sport: row.sport, measuredSport: row.measured_sport },
    ...{ start: row.started_at.toISOString(), startMs, endMs: row.ended_at.getTime() },
    ...{ localStart: timeZone === null ? null : wallTimeAt(startMs, timeZone), timeZone },
    ...{ durationS: row.moving_s, distanceM: row.distance_m, climbM: row.climb_m },
    ...{ averageHeartRateBpm: row.average_heart_rate_bpm, energyKcal: row.energy_kcal },
    ...{ name: row.name, notes: row.notes, effort: row.effort, visibility: row.visibility, version: row.version },
    activity: source === 'stream' ? `/v1/activities/${id}` : null,
  };
}

/** What still goes on, which nobody has said anything of yet. */
export function liveAnswer(activity: ActivityRecord): WorkoutAnswer {
  const numbers = measuredOf(activity);
  const row = { source: 'stream', time_zone: null } as const;
  const said = { name: '', notes: '', effort: null, visibility: 'private', version: 0 } as const;
  return { ...answerOf({ ...row, ...numbers, ...said }), status: 'live' };
}

/** What the stream says of a workout, by column. */
export function measuredOf(activity: ActivityRecord) {
  const { id, sport, startMs, endMs, revision, metrics } = activity;
  return {
    ...{ id, revision: String(revision), epoch: '0', measured_sport: sport, sport },
    ...{ started_at: new Date(startMs), ended_at: new Date(endMs) },
    moving_s: metrics?.moving_s.value ?? null,
    distance_m: metrics?.distance_m.value ?? null,
    climb_m: metrics?.elevation_gain_m.value ?? null,
    average_heart_rate_bpm: metrics?.average_heart_rate_bpm.value ?? null,
    energy_kcal: metrics?.calories.value?.kcal ?? null,
  };
}

/** The columns of a workout that is entered by hand. Throws `invalid_request`. */
export function enteredColumns(said: Type.Static<typeof NewWorkout>, nowMs: number) {
  const { sport, timeZone: time_zone } = said;
  const columns = {
    ...{ distance_m: null, climb_m: null, average_heart_rate_bpm: null, energy_kcal: null, effort: null },
    ...saidColumns(said, { name: '', notes: '' }),
    ...whenColumns(said, nowMs),
    ...{ sport, time_zone, moving_s: said.durationS },
    ...({ source: 'manual', state: 'held', measured_sport: null, stated_sport: null } as const),
    ...{ revision: 0, epoch: 0 },
  };
  return columns satisfies Omit<Insertable<WorkoutTables['workouts']>, 'account' | 'id'>;
}

/** The columns that a change sets. Throws `invalid_request`, naming each field that is none of the workout's. */
export function changedColumns(
  row: WorkoutRow,
  said: Type.Static<typeof WorkoutChange>,
  nowMs: number,
): Updateable<WorkoutTables['workouts']> {
  const before = answerOf(row);
  if (row.source === 'stream') {
    const field = ENTERED_FIELDS.find((name) => said[name] !== undefined);
    if (field !== undefined)
      throw invalidParameter(field, 'it was measured, and what was measured is not changed', 'was_measured');
    const stated_sport = said.sport === undefined ? row.stated_sport : said.sport;
    return { ...saidColumns(said, row), stated_sport, sport: stated_sport ?? row.measured_sport ?? row.sport };
  }
  if (said.sport === null)
    throw invalidParameter('sport', 'nothing measured one that could hold instead', 'nothing_measured');
  const when = {
    localStart: said.localStart ?? before.localStart!,
    timeZone: said.timeZone ?? before.timeZone!,
    durationS: said.durationS ?? before.durationS!,
  };
  // A time that the clock showed twice stays the one that it was.
  const isMoved = said.localStart !== undefined || said.timeZone !== undefined;
  return {
    ...saidColumns(said, row),
    ...(isMoved ? whenColumns(when, nowMs) : { ended_at: endOf(row.started_at, when.durationS) }),
    ...{ time_zone: when.timeZone, sport: said.sport ?? row.sport },
  };
}

function saidColumns(said: StatedFields, before: Pick<WorkoutRow, 'name' | 'notes'>) {
  const given = Object.entries(COLUMNS).flatMap(([field, column]) => {
    const value = said[field as keyof typeof COLUMNS];
    return value === undefined ? [] : [[column, value]];
  });
  // Half a character is none, and no database keeps it.
  const name = (said.name ?? before.name).toWellFormed();
  const notes = (said.notes ?? before.notes).toWellFormed();
  return { ...(Object.fromEntries(given) as Updateable<WorkoutTables['workouts']>), ...searched(name, notes) };
}

const searched = (name: string, notes: string) => ({ name, notes, search: folded(`${name}\n${notes}`) });

/** Text as it is compared: case and ways to write the same sign make no difference, in any script. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

type When = Pick<Type.Static<typeof NewWorkout>, 'localStart' | 'timeZone' | 'durationS'>;

function whenColumns({ localStart, timeZone, durationS }: When, nowMs: number) {
  if (!isTimeZone(timeZone)) throw invalidParameter('timeZone', 'it is none that is known', 'unknown_name');
  const startMs = momentOf(localStart, timeZone);
  if (startMs === null)
    throw invalidParameter('localStart', 'the clock of the time zone never shows it', 'clock_never_shows');
  if (startMs < 0) throw invalidParameter('localStart', 'it is before 1970', 'before_1970');
  if (startMs > nowMs) throw invalidParameter('localStart', 'it has not come yet', 'not_yet');
  const started_at = new Date(startMs);
  return { started_at, ended_at: endOf(started_at, durationS) };
}

function endOf(start: Date, durationS: number): Date {
  return new Date(start.getTime() + Math.round(durationS * 1_000));
}

/** What differs between two states of a workout, in the words of the API. */
export function differenceOf(before: Partial<WorkoutAnswer>, after: Partial<WorkoutAnswer>) {
  const names = CHANGEABLE.filter((name) => before[name] !== after[name]);
  const part = (of: Partial<WorkoutAnswer>) => Object.fromEntries(names.map((name) => [name, of[name] ?? null]));
  return { names, before: part(before), after: part(after) };
}

/** The sport that a person stated, where it is another than the measured one. */
export function statedSport({ source, sport, stated_sport }: WorkoutRow): Sport | null {
  return source === 'manual' ? sport : stated_sport;
}
