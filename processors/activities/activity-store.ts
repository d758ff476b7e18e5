import type { ActivityRecord } from '../../schemas/activity.ts';
import type { Kind } from '../../schemas/channels.ts';

/** A stored row of any kind, as the recompute reads it: values in stored units, in the order of the kind's channels. */
export interface StoredRow {
  readonly kind: Kind;
  readonly device: string;
  readonly source: string;
  readonly tsMs: number;
  readonly values: readonly (number | null)[];
}

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Where activities are kept: records with a revision, of which the greatest holds. The real one is ClickHouse
 * (`clickhouse-activity-store.ts`), its twin lives in memory (`memory-activity-store.ts`).
 *
 * Every call throws StoreUnavailableError when nothing can be said, and may be repeated.
 */
export interface ActivityStore {
  write(records: readonly ActivityRecord[], epoch: number): Promise<void>;
  /** The athlete's activities that are not withdrawn and touch the span. */
  overlapping(athlete: string, span: Span): Promise<(Span & { readonly id: string })[]>;
  /** Every device that has a row of the athlete in the span. */
  devices(athlete: string, span: Span): Promise<string[]>;
  /** Every distinct row of these devices in the span that is the athlete's, in order of time. */
  rows(of: { athlete: string; devices: readonly string[] }, span: Span): Promise<StoredRow[]>;
}
