import { CHANNELS, kindOf } from '../schemas/channels.ts';
import type { SensorFrame } from '../schemas/frame/encode.ts';

/** Some samples of one source in true time (ms since the epoch), before a device has put its identity and clock on. */
export interface Draft {
  readonly source: string;
  readonly timesMs: readonly number[];
  /** Stored units of the channel table, by channel name; null is a lost sample. */
  readonly columns: SensorFrame['columns'];
}

/**
 * What one device measures, in the order in which its drafts are complete. Made while it is read: a device in a dead
 * zone needs no memory for what it has yet to send.
 */
export type Activity = Iterable<Draft>;

/**
 * Cuts whole series into drafts of up to `samplesPerFrame` samples, ordered by the time of their last sample. An event
 * is told when it happens, so each is a draft of its own.
 */
export function* cutIntoDrafts(series: readonly Draft[], samplesPerFrame: number): Activity {
  const starts = series.map(() => 0);
  const sizes = series.map(({ source }) => (kindOf(source) === 'events' ? 1 : samplesPerFrame));
  const lastOf = (i: number) => Math.min(starts[i] + sizes[i], series[i].timesMs.length) - 1;
  for (;;) {
    let first = -1;
    for (let i = 0; i < series.length; i++) {
      if (starts[i] >= series[i].timesMs.length) continue;
      if (first < 0 || series[i].timesMs[lastOf(i)] < series[first].timesMs[lastOf(first)]) first = i;
    }
    if (first < 0) return;
    const end = lastOf(first) + 1;
    yield sliceOf(series[first], starts[first], end);
    starts[first] = end;
  }
}

/** A column without a single value in the slice is left out: the source did not measure it then. */
function sliceOf({ source, timesMs, columns }: Draft, start: number, end: number): Draft {
  const cut = Object.entries(columns)
    .map(([name, values]) => [name, values.slice(start, end)] as const)
    .filter(([, values]) => values.some((value) => value !== null));
  return { source, timesMs: timesMs.slice(start, end), columns: Object.fromEntries(cut) };
}

const channelByName = new Map(CHANNELS.map((channel) => [channel.name, channel]));

/** A measured value as the integer that is stored. */
export function toStored(channel: string, measured: number | undefined): number | null {
  const row = channelByName.get(channel);
  if (row === undefined) throw new RangeError(`no channel is named ${channel}`);
  return measured === undefined || !Number.isFinite(measured) ? null : Math.round(measured * row.scale);
}
