import type { RecordedActivity } from './activity.ts';
import type { Format } from './read-activity-file.ts';
import type { Damage, RefusedFileReason } from './reasons.ts';

/** What became of a file, as the importer tells it. */
export type Verdict =
  | {
      readonly kind: 'imported';
      readonly format: Format;
      readonly source: string;
      readonly activities: readonly ImportedActivity[];
    }
  | HealthVerdict
  | { readonly kind: 'refused'; readonly reason: RefusedFileReason; readonly detail: string };

/** Of what a phone's health store gave: a whole export, or what was pushed. */
export interface HealthVerdict {
  readonly kind: 'health';
  readonly records: number;
  readonly workouts: number;
  /** Types that we do not keep → how many records. */
  readonly notTaken: Readonly<Record<string, number>>;
  readonly damage: readonly Damage[];
  /** Of all records; null without one. */
  readonly span: { readonly startMs: number; readonly endMs: number } | null;
  readonly sent: SendResult;
}

export interface ImportedActivity {
  readonly boot: string;
  readonly sports: readonly string[];
  readonly samples: number;
  readonly beats: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly damage: readonly Damage[];
  readonly ignored: RecordedActivity['ignored'];
  readonly sent: SendResult;
}

/** What became of the frames: every one was acknowledged; these were not taken as samples. */
export interface SendResult {
  readonly frames: number;
  /** Rows that were taken: samples, heart beats and events. */
  readonly rows: number;
  /** Reason → frames in the dead letters. */
  readonly dead: Readonly<Record<string, number>>;
}
