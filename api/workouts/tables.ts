import type { ColumnType, Generated } from 'kysely';
import type { Sport } from '../../schemas/events.ts';

export const SOURCES = ['stream', 'manual'] as const;
export type WorkoutSource = (typeof SOURCES)[number];

export const VISIBILITIES = ['private', 'followers', 'everybody'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** As migration 002 makes them. */
export interface WorkoutTables {
  workouts: {
    account: string;
    id: string;
    source: WorkoutSource;
    state: 'held' | 'withdrawn' | 'removed';
    /** Read as text: it may be greater than a number holds. */
    revision: ColumnType<string, number, number>;
    epoch: ColumnType<string, number, number>;
    measured_sport: Sport | null;
    stated_sport: Sport | null;
    /** The stated one, else the measured one. */
    sport: Sport;
    started_at: Date;
    ended_at: Date;
    time_zone: string | null;
    moving_s: number | null;
    distance_m: number | null;
    climb_m: number | null;
    average_heart_rate_bpm: number | null;
    energy_kcal: number | null;
    name: Generated<string>;
    notes: Generated<string>;
    search: Generated<string>;
    effort: number | null;
    visibility: Generated<Visibility>;
    version: Generated<number>;
    /** What it is made of: `file:…` of files, `device/source` of devices; migration 008. */
    sources: Generated<string[]>;
    /** How many it has; migration 019. */
    photos: Generated<number>;
  };
  workout_changes: {
    number: Generated<string>;
    account: string;
    workout: string;
    at: Date;
    actor: string;
    act: ChangeAct;
    before: ColumnType<Record<string, unknown>, string>;
    after: ColumnType<Record<string, unknown>, string>;
  };
}

/**
 * `moved`: what was stated of a workout that the stream took back went to the one in its place. `joined`, `split`: its
 * owner had it made one with others, or two; `restored` took that back.
 */
export const CHANGE_ACTS = ['entered', 'changed', 'moved', 'joined', 'split', 'restored'] as const;
export type ChangeAct = (typeof CHANGE_ACTS)[number];
