import type { Channel } from '../../schemas/channels.ts';
import type { Streams } from '../activities/streams.ts';
import type { SharedStreams } from './statements.ts';

/** Means, and last values of positions, in the units of the channels; who measured them others are not told. */
export function shownStreams({
  channels,
  buckets,
  stepMs,
}: Streams & { channels: readonly Channel[]; stepMs: number }): SharedStreams {
  const columns = channels.map(({ name, scale }, c) => [
    name,
    buckets.map(({ values }) => {
      const value = values[c];
      if (value === null) return null;
      return ('last' in value ? value.last : value.sum / value.n) / scale;
    }),
  ]);
  return { stepMs, startMs: buckets.map(({ startMs }) => startMs), channels: Object.fromEntries(columns) };
}
