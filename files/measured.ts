import { CHANNELS, RR_CHANNEL } from '../schemas/channels.ts';
import type { RecordedActivity } from './activity.ts';
import type { Series } from './series.ts';

const scales = new Map([...CHANNELS, RR_CHANNEL].map(({ name, scale }) => [name, scale]));

/** A channel's value in a row, in the channel's unit; undefined where there is none. */
export function measuredAt({ columns }: Series, channel: string, row: number): number | undefined {
  const column = columns[channel];
  return column === undefined || column.missing[row] === 1 ? undefined : column.values[row] / scales.get(channel)!;
}

/** The decimals that hold every value of a channel. */
export function decimalsOf(channel: string): number {
  return Math.round(Math.log10(scales.get(channel)!));
}

/** A measured value as text, without zeros at its end. */
export function measuredText(channel: string, value: number): string {
  const text = value.toFixed(decimalsOf(channel));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** The session of each row: the last one that has begun. */
export function* rowsBySession({ sessions, samples }: RecordedActivity): Generator<{ session: number; row: number }> {
  let session = 0;
  for (let row = 0; row < samples.timesMs.length; row++) {
    while (session + 1 < sessions.length && sessions[session + 1].startMs <= samples.timesMs[row]) session++;
    yield { session, row };
  }
}
