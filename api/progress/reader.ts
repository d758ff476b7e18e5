import type { RecordStep, Span, Sums } from '../../schemas/athlete-progress.ts';
import type { Sport } from '../../schemas/events.ts';
import type { RecordKind } from '../../schemas/record.ts';

/** Steps of one record that are told, the newest. */
export const SHOWN_STEPS = 20;
/** Steps that are read: one more tells whether there are older ones. */
export const MAX_STEPS = SHOWN_STEPS + 1;

export interface SportRow extends Sums {
  readonly sport: Sport;
}

export interface SpanRow extends SportRow {
  /** Place of the span among those that were asked for. */
  readonly span: number;
  readonly part: 'toPoint' | 'whole';
}

export interface WeekRow extends SportRow {
  /** YYYY-MM-DD. */
  readonly monday: string;
}

export interface MonthRow extends SportRow {
  /** YYYY-MM. */
  readonly month: string;
  /** Days of the month on which something began, in their order. */
  readonly days: readonly number[];
  /** Null when nothing measured it; of equal ones the earlier. */
  readonly longestDistance: MostInOne | null;
  readonly longestMoving: MostInOne | null;
}

export interface MostInOne {
  readonly activity: string;
  readonly value: number;
}

export interface DayRow {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly activities: number;
  readonly withoutLoad: number;
  /** Of those that have one; 0 without any. */
  readonly trainingLoad: number;
}

export interface StepRow extends RecordStep {
  readonly sport: Sport;
  readonly kind: RecordKind;
  readonly name: string;
}

/**
 * Sums what an athlete did, from where processors write it: of each activity the revision that holds, nothing that was
 * withdrawn, and nothing that still goes on. An activity counts where it begins. The real one is ClickHouse
 * (`clickhouse.ts`), at most one query a call; the twin lives in memory (`memory-reader.ts`); `conformance.ts` holds
 * both to this. Only what is there has a row. Every call throws StoreUnavailableError when the store gives no answer.
 */
export interface ProgressReader {
  /** Of each span and sport what began before the span's point, and before its end. In no order. */
  spans(athlete: string, spans: readonly Span[], signal?: AbortSignal): Promise<SpanRow[]>;
  /**
   * The same for who asks for weeks, months or days of that time zone as well. Those that are asked for at once rest on
   * one question, so what was written since the first of them may be missing.
   */
  spansBeside(athlete: string, spans: readonly Span[], timeZone: string, signal?: AbortSignal): Promise<SpanRow[]>;
  /** By ISO week and sport, all of them. */
  weeks(athlete: string, sport: Sport | null, timeZone: string, signal?: AbortSignal): Promise<WeekRow[]>;
  /** By month and sport, all of them. */
  months(athlete: string, timeZone: string, signal?: AbortSignal): Promise<MonthRow[]>;
  /** By day, all of them, in order. */
  days(athlete: string, timeZone: string, signal?: AbortSignal): Promise<DayRow[]>;
  /**
   * Of each record those efforts without marks that were better than all before them, by the time of the effort: at
   * most {@link MAX_STEPS}, the newest first, in the order of sport, kind and name.
   */
  steps(athlete: string, sport: Sport | null, signal?: AbortSignal): Promise<StepRow[]>;
}

type Stepped = Pick<StepRow, 'sport' | 'kind' | 'name' | 'startMs'>;

/** The order of steps. */
export function compareSteps(a: Stepped, b: Stepped): number {
  for (const part of ['sport', 'kind', 'name'] as const) {
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  }
  return b.startMs - a.startMs;
}
