import { createHash } from 'node:crypto';
import type { Sport } from './events.ts';

/**
 * What an athlete can hold a record in, and its unit: `distance` is the least elapsed time over a distance (s), `power`
 * the greatest mean over a duration (W), `longest` the most in one activity: distance (m), time moving (s), climb (m).
 */
export const RECORD_KINDS = ['distance', 'power', 'longest'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** Nobody said what was done, or it was on the way from one sport to the next: a car ride would be a record too. */
const SPORTS_WITHOUT_RECORDS: ReadonlySet<Sport> = new Set(['other', 'transition']);

export function hasRecords(sport: Sport): boolean {
  return !SPORTS_WITHOUT_RECORDS.has(sport);
}

/** The unit of a record's value. */
export function unitOfRecord(kind: RecordKind, name: string): 's' | 'W' | 'm' {
  if (kind === 'power') return 'W';
  return kind === 'distance' || name === 'duration' ? 's' : 'm';
}

export interface RecordKey {
  readonly athlete: string;
  readonly sport: Sport;
  readonly kind: RecordKind;
  /** Such as `5 km`, `300 s`, `climb`. */
  readonly name: string;
}

/** What a record rests on: which revision of which activity, and where in it. Times are event time. */
export interface RecordEvidence {
  readonly value: number;
  readonly activity: string;
  readonly activityRevision: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Share of its seconds that were filled in or come from poor evidence; null when that was not kept. */
  readonly interpolated: number | null;
}

/**
 * A record that was set, or one that was set before and is withdrawn because its evidence did not last. Of one record
 * the claim with the greatest (epoch, revision) holds.
 */
export interface RecordClaim extends RecordKey, RecordEvidence {
  readonly status: 'set' | 'withdrawn';
  /** Counts the claims of this record. */
  readonly revision: number;
  /** The record that fell; null when there was none, or when it had been withdrawn. */
  readonly replaces: Pick<RecordEvidence, 'value' | 'activity' | 'startMs'> | null;
}

/** Follows from what the record is in, so whoever publishes it names it the same. */
export function recordId({ athlete, sport, kind, name }: RecordKey): string {
  return createHash('sha256').update([athlete, sport, kind, name].join('\0')).digest('hex').slice(0, 16);
}

type Comparable = Pick<RecordEvidence, 'value' | 'startMs' | 'activity'>;

/** Negative when `a` is the better one. Of equal efforts the earlier stands. */
export function compareEfforts(kind: RecordKind, a: Comparable, b: Comparable): number {
  if (a.value !== b.value) return kind === 'distance' ? a.value - b.value : b.value - a.value;
  if (a.startMs !== b.startMs) return a.startMs - b.startMs;
  return a.activity === b.activity ? 0 : a.activity < b.activity ? -1 : 1;
}
