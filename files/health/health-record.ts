import type { Sport } from '../../schemas/events.ts';

export const HEALTH_STORES = ['healthkit', 'health_connect'] as const;
export type HealthStore = (typeof HEALTH_STORES)[number];

/** Where a record of a health store comes from: the app that wrote it, and the device that measured. */
export interface HealthOrigin {
  readonly store: HealthStore;
  /** HealthKit's name of the source, Health Connect's package. */
  readonly app: string;
  /** '' where nobody says. */
  readonly device: string;
}

export interface RoutePoint {
  readonly timeMs: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly altitudeM?: number;
  readonly horizontalAccuracyM?: number;
  readonly speedMps?: number;
}

export interface WorkoutContent {
  readonly kind: 'workout';
  readonly sport: Sport;
  readonly pauses: readonly { readonly timeMs: number; readonly type: 'pause' | 'resume' }[];
  /** When each lap but the first begins. */
  readonly lapStartsMs: readonly number[];
  readonly route: readonly RoutePoint[];
}

export interface SamplesContent {
  readonly kind: 'samples';
  readonly measure: string;
  /** Rising. */
  readonly timesMs: readonly number[];
  /** In the measure's unit. */
  readonly values: readonly number[];
}

export interface ValueContent {
  readonly kind: 'amount' | 'level';
  readonly measure: string;
  readonly value: number;
}

export type HealthContent = WorkoutContent | SamplesContent | ValueContent;

/** One record of a health store, whichever it is, in our units. */
export interface HealthRecord<Content extends HealthContent = HealthContent> {
  /** HealthKit's UUID in small letters, Health Connect's id; made from the contents where an export has none. */
  readonly id: string;
  readonly origin: HealthOrigin;
  readonly startMs: number;
  /** Not before the start; the same for what is measured at a moment. */
  readonly endMs: number;
  readonly content: Content;
}

/** A rule that a record breaks: the path of the field in it, and the rule in words. */
export interface BrokenRule {
  readonly field: string;
  readonly rule: string;
}

/** What one record of a store is to us. Records of a type that we do not keep are told and not taken. */
export type MappedRecord =
  | { readonly outcome: 'taken'; readonly record: HealthRecord }
  | { readonly outcome: 'not_taken'; readonly type: string }
  | { readonly outcome: 'broken'; readonly rules: readonly BrokenRule[] };
