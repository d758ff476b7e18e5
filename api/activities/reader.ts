import type { ActivityRecord } from '../../schemas/activity.ts';
import type { ActivityMetrics, MetricName } from '../../schemas/activity-metrics.ts';
import type { Sport } from '../../schemas/events.ts';

/** What a list shows of each activity, with its quality; the detail has everything. */
export const SUMMARY_METRICS = [
  'elapsed_s',
  'moving_s',
  'distance_m',
  'average_speed_mps',
  'elevation_gain_m',
  'average_heart_rate_bpm',
  'average_power_w',
  'calories',
] as const satisfies readonly MetricName[];
export type SummaryMetrics = Partial<Pick<ActivityMetrics, (typeof SUMMARY_METRICS)[number]>>;

export type ListedActivity = Omit<ActivityRecord, 'metrics' | 'origins'> & { readonly summary: SummaryMetrics };

export type StoredActivity = ActivityRecord & {
  /** Of the algorithms that computed its metrics. */
  readonly versions: Readonly<Record<string, number>>;
};

export interface ActivityKey {
  readonly startMs: number;
  readonly id: string;
}

export interface ListQuery {
  readonly athlete: string;
  readonly sport: Sport | null;
  /** Of its start, ms since the epoch: `fromMs` is included, `toMs` is not. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Only what comes after this one in the order. */
  readonly after: ActivityKey | null;
  readonly limit: number;
}

/**
 * Reads finished activities from where processors write them: of each the revision that holds, and nothing that was
 * withdrawn. The real one is ClickHouse (`clickhouse.ts`), the twin lives in memory (`memory-reader.ts`);
 * `conformance.ts` holds both to this. Every call throws StoreUnavailableError when the store gives no answer.
 */
export interface ActivityReader {
  /** The newest first, by (start, id), at most `limit`. */
  list(query: ListQuery, signal?: AbortSignal): Promise<ListedActivity[]>;
  /** Null when the athlete has no such activity. */
  read(athlete: string, id: string, signal?: AbortSignal): Promise<StoredActivity | null>;
}

/** The newest first. */
export function compareActivities(a: ActivityKey, b: ActivityKey): number {
  if (a.startMs !== b.startMs) return b.startMs - a.startMs;
  if (a.id === b.id) return 0;
  return a.id < b.id ? 1 : -1;
}

export function listed({ metrics, origins: _, ...rest }: ActivityRecord): ListedActivity {
  const summary = SUMMARY_METRICS.flatMap((name) => (metrics === null ? [] : [[name, metrics[name]]]));
  return { ...rest, summary: Object.fromEntries(summary) as SummaryMetrics };
}
