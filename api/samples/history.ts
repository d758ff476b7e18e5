import type { Clock } from '../../runtime/clock.ts';
import type { Kind } from '../../schemas/channels.ts';
import type { BucketQuery, RowQuery, SampleBucket, SampleReader, SampleRow } from './reader.ts';

/**
 * One device's samples over all time, from two stores, without the reader noticing the border between them.
 *
 * The border is `hotMs` before now. Older rows come from the cold store, the others from the hot one, which must keep
 * its rows a little longer than `hotMs`, so that none disappears while it is being read. The two ranges do not overlap:
 * a row's key holds its event time, so each row has one side, and nothing has to be taken out twice. A bucket has one
 * side too: the border moves up to the next whole step, where the cold store is long complete.
 *
 * When a store that is needed cannot answer, the whole call throws its StoreUnavailableError: a page that is not whole
 * is never given.
 */
export interface SampleHistory {
  rows(query: RowQuery, signal?: AbortSignal): Promise<SampleRow[]>;
  buckets(query: BucketQuery, signal?: AbortSignal): Promise<SampleBucket[]>;
  /** True when either store has a row of the device. */
  hasDevice(kind: Kind, device: string, signal?: AbortSignal): Promise<boolean>;
}

export function createSampleHistory({
  hot,
  cold,
  clock,
  hotMs,
}: {
  hot: SampleReader;
  cold: SampleReader;
  clock: Clock;
  hotMs: number;
}): SampleHistory {
  async function read<Query extends RowQuery | BucketQuery, Row>(
    query: Query,
    borderMs: number,
    readFrom: (reader: SampleReader, part: Query) => Promise<Row[]>,
  ): Promise<Row[]> {
    const { fromMs, toMs, limit } = query;
    const seen = query.after === null ? fromMs : timeOf(query.after);
    if (toMs <= borderMs) return readFrom(cold, query);
    if (Math.max(fromMs, seen) >= borderMs) return readFrom(hot, { ...query, fromMs: Math.max(fromMs, borderMs) });
    const older = await readFrom(cold, { ...query, toMs: borderMs });
    if (older.length >= limit) return older;
    const recent = await readFrom(hot, { ...query, fromMs: borderMs, limit: limit - older.length });
    return [...older, ...recent];
  }

  return {
    rows: (query, signal) => read(query, clock.nowMs() - hotMs, (reader, part) => reader.rows(part, signal)),
    buckets(query, signal) {
      const borderMs = Math.ceil((clock.nowMs() - hotMs) / query.stepMs) * query.stepMs;
      return read(query, borderMs, (reader, part) => reader.buckets(part, signal));
    },
    async hasDevice(kind, device, signal) {
      const known = await Promise.all([hot, cold].map((reader) => reader.hasDevice(kind, device, signal)));
      return known.includes(true);
    },
  };
}

function timeOf(key: NonNullable<RowQuery['after'] | BucketQuery['after']>): number {
  return 'tsMs' in key ? key.tsMs : key.startMs;
}
