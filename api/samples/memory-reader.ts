import { channelsOf, type Kind } from '../../schemas/channels.ts';
import {
  type BucketQuery,
  compareBuckets,
  compareRows,
  type RowQuery,
  type SampleReader,
  type SampleRow,
  type StoreName,
  StoreUnavailableError,
} from './reader.ts';
import { resample } from './resample.ts';

/** A row as it is put in: every channel of its kind, in the order of the channel table. */
export type StoredRow = SampleRow & { readonly kind: Kind; readonly device: string };

/** The in-memory twin of a store, which can be told to be out of reach. */
export interface MemorySampleReader extends SampleReader {
  /** A row with a known key takes the place of the one before, as in the stores. */
  insert(rows: readonly StoredRow[]): void;
  setReachable(isReachable: boolean): void;
  /** Queries so far, newest last. */
  readonly asked: readonly (RowQuery | BucketQuery)[];
}

export function createMemorySampleReader(store: StoreName): MemorySampleReader {
  const stored = new Map<string, StoredRow>();
  const asked: (RowQuery | BucketQuery)[] = [];
  let isReachable = true;

  function assertReachable(signal?: AbortSignal): void {
    signal?.throwIfAborted();
    if (!isReachable) throw new StoreUnavailableError(store, 'told to be out of reach');
  }

  function matching({ kind, device, sources, channels, fromMs, toMs }: RowQuery | BucketQuery): SampleRow[] {
    const places = channels.map((channel) => channelsOf(kind).indexOf(channel));
    return [...stored.values()]
      .filter((row) => row.kind === kind && row.device === device && row.tsMs >= fromMs && row.tsMs < toMs)
      .filter((row) => sources.length === 0 || sources.includes(row.source))
      .sort(compareRows)
      .map(({ tsMs, deviceTimeMs, source, boot, seq, values }) => ({
        tsMs,
        deviceTimeMs,
        source,
        boot,
        seq,
        values: places.map((place) => values[place]),
      }));
  }

  return {
    store,
    asked,
    insert(rows) {
      for (const row of rows) {
        const expected = channelsOf(row.kind).length;
        if (row.values.length !== expected) throw new RangeError(`a row of ${row.kind} has ${expected} values`);
        stored.set(`${row.kind} ${row.device} ${row.tsMs} ${row.source} ${row.boot}`, row);
      }
    },
    setReachable(reachable) {
      isReachable = reachable;
    },
    async rows(query, signal) {
      assertReachable(signal);
      asked.push(query);
      const { after, limit } = query;
      return matching(query)
        .filter((row) => after === null || compareRows(row, after) > 0)
        .slice(0, limit);
    },
    async buckets(query, signal) {
      assertReachable(signal);
      asked.push(query);
      const { after, limit, channels, stepMs } = query;
      return resample(matching(query), channels, stepMs)
        .filter((bucket) => after === null || compareBuckets(bucket, after) > 0)
        .slice(0, limit);
    },
    async hasDevice(kind, device, signal) {
      assertReachable(signal);
      return [...stored.values()].some((row) => row.kind === kind && row.device === device);
    },
    async ping(signal) {
      assertReachable(signal);
    },
  };
}
