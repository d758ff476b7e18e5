import type { HealthOrigin, HealthRecord, SamplesContent, ValueContent } from './health-record.ts';
import { contentUuid, healthSource } from './health-source.ts';

/** What is kept of records in the account's database: one of a push, or several of an export that follow each other. */
export interface HealthRow {
  readonly id: string;
  readonly origin: HealthOrigin;
  readonly measure: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The sum of amounts, the mean of samples. */
  readonly value: number;
}

type Valued = HealthRecord<SamplesContent | ValueContent>;

const HOUR_MS = 3_600_000;
/** Amounts are joined where one ends and the next begins; nothing is claimed in between. */
const MAX_GAP_MS = { amount: 1_000, samples: 600_000 };
/** Rows that are open at once: of each source and measure one. */
const MAX_OPEN = 500;

interface Open {
  readonly origin: HealthOrigin;
  readonly measure: string;
  readonly kind: Valued['content']['kind'];
  readonly startMs: number;
  endMs: number;
  sum: number;
  count: number;
}

/**
 * Years of records have millions of rows: those of one origin and measure that follow each other within an hour become
 * one. The same export gives the same rows, and a later one the same but for its end.
 */
export function createCoalescing(emit: (row: HealthRow) => void) {
  const open = new Map<string, Open>();

  function close(key: string, { origin, measure, kind, startMs, endMs, sum, count }: Open): void {
    open.delete(key);
    const value = kind === 'samples' ? sum / count : sum;
    emit({ id: contentUuid(key, startMs, endMs, value), origin, measure, startMs, endMs, value });
  }

  return {
    add({ origin, startMs, endMs, content }: Valued): void {
      const { kind, measure } = content;
      const value = content.kind === 'samples' ? content.values[0] : content.value;
      const key = `${healthSource(origin)} ${measure}`;
      const last = open.get(key);
      const isNext =
        last !== undefined &&
        kind !== 'level' &&
        startMs >= last.endMs &&
        startMs - last.endMs <= MAX_GAP_MS[kind] &&
        Math.floor(startMs / HOUR_MS) === Math.floor(last.startMs / HOUR_MS);
      if (isNext) {
        last.endMs = endMs;
        last.sum += value;
        last.count++;
        return;
      }
      if (last !== undefined) close(key, last);
      if (open.size >= MAX_OPEN) {
        const [oldest] = open;
        close(...oldest);
      }
      open.set(key, { origin, measure, kind, startMs, endMs, sum: value, count: 1 });
    },
    end(): void {
      for (const [key, one] of [...open]) close(key, one);
    },
  };
}
