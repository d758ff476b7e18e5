import type { ActivityOrigins } from '../../schemas/activity-origins.ts';
import { type Channel, channelsOf } from '../../schemas/channels.ts';
import { rankOf } from '../../schemas/source-ranks.ts';
import type { SampleHistory } from '../samples/history.ts';
import type { BucketValue } from '../samples/reader.ts';

/** Sources that one device may have, so that no bucket of the range is cut off. */
const MAX_SOURCES_READ = 32;
/** Sources that the activity names come before others. */
const UNKNOWN = 1_000;

export interface StreamsQuestion {
  readonly devices: readonly string[];
  /** The order of sources, as they counted for the metrics; another source comes after them, by its usual rank. */
  readonly origins: ActivityOrigins;
  readonly channels: readonly Channel[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** One bucket of the merged samples; null where nothing measured the channel. */
export interface StreamBucket {
  readonly startMs: number;
  readonly values: readonly (BucketValue | null)[];
  /** Of each value, the place of who gave it in {@link Streams.sources}; null where there is none. */
  readonly from: readonly (number | null)[];
}

export interface Streams {
  /** `device/source`, the best ranked first. */
  readonly sources: readonly string[];
  readonly buckets: readonly StreamBucket[];
}

/**
 * The whole seconds of a bucket, so that at most `points` of them cover the range. Never a whole number of ten seconds
 * from ten on: an activity begins and ends inside a bucket, so its samples are read and not their roll-ups.
 */
export function stepFor(rangeMs: number, points: number): number {
  const seconds = Math.max(1, Math.ceil(rangeMs / 1_000 / points));
  return (seconds % 10 === 0 ? seconds + 1 : seconds) * 1_000;
}

/**
 * The samples of an activity's devices, as one athlete's: in each bucket and channel the best-ranked source that has a
 * value wins, as it does second by second for the metrics. A bucket keeps the least and the greatest value, so no
 * extreme is lost however coarse it is. Throws StoreUnavailableError.
 */
export async function readStreams(
  history: Pick<SampleHistory, 'buckets'>,
  { devices, origins, channels, fromMs, toMs, stepMs }: StreamsQuestion,
  signal?: AbortSignal,
): Promise<Streams> {
  const ranks = new Map(origins.sources.map((one, place) => [`${one.device}/${one.source}`, place]));
  const limit = (Math.ceil((toMs - fromMs) / stepMs) + 1) * MAX_SOURCES_READ;
  const ofDevices = await Promise.all(
    devices.map(async (device) => {
      const query = {
        kind: 'samples' as const,
        device,
        sources: [],
        channels,
        fromMs,
        toMs,
        stepMs,
        after: null,
        limit,
      };
      const buckets = await history.buckets(query, signal);
      return buckets.map((bucket) => {
        const name = `${device}/${bucket.source}`;
        return { ...bucket, name, rank: ranks.get(name) ?? UNKNOWN + rankOf(device, bucket.source) };
      });
    }),
  );
  const inOrder = ofDevices.flat().sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  const sources = [...new Set(inOrder.map(({ name }) => name))];
  const places = new Map(sources.map((name, place) => [name, place]));
  const merged = new Map<number, { values: (BucketValue | null)[]; from: (number | null)[] }>();
  for (const { startMs, values, name } of inOrder) {
    const bucket = merged.get(startMs) ?? { values: channels.map(() => null), from: channels.map(() => null) };
    merged.set(startMs, bucket);
    for (const [c, value] of values.entries()) {
      if (value === null || bucket.values[c] !== null) continue;
      bucket.values[c] = value;
      bucket.from[c] = places.get(name)!;
    }
  }
  const buckets = [...merged].map(([startMs, bucket]) => ({ startMs, ...bucket }));
  return { sources, buckets: buckets.sort((a, b) => a.startMs - b.startMs) };
}

export const NO_STREAMS: Streams = { sources: [], buckets: [] };

export const STREAM_CHANNELS: readonly Channel[] = channelsOf('samples');
