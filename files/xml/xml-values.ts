import { CHANNELS, type Channel, channelIndex } from '../../schemas/channels.ts';
import type { SeriesBuilder } from '../series.ts';

const DECIMAL = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$/;

/** NaN for anything that is no number, such as an empty element. */
export function decimalOf(text: string | undefined): number {
  return text !== undefined && DECIMAL.test(text) ? Number(text) : Number.NaN;
}

const TIME = /^\s*(\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?)\s*([Zz]|[+-]\d{2}:?\d{2})?\s*$/;

/** ms since the epoch of an xsd:dateTime, or NaN. One without a zone is in UTC, as GPX and TCX want it. */
export function timeOf(text: string | undefined): number {
  const match = text === undefined ? null : TIME.exec(text);
  if (match === null) return Number.NaN;
  const [, time, zone = 'Z'] = match;
  const colon = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  return Date.parse(time.replace(/[t ]/, 'T').replace(',', '.') + colon.toUpperCase());
}

/** A measured value by the name of its channel, in the channel's unit. */
export function setMeasured(series: SeriesBuilder, channel: string, measured: number): void {
  const index = channelIndex(channel);
  series.set(index, measured * (CHANNELS[index] as Channel).scale);
}
