import { channelIndex } from '../../schemas/channels.ts';
import { RefusedFileError } from '../reasons.ts';
import { MAX_SAMPLES, type SeriesBuilder } from '../series.ts';
import { type FitField, type FitMessage, fieldNumber, fitNumber, widthOf } from './fit-messages.ts';
import { fitSecondsOf } from './fit-records.ts';

const FIELD = { fraction: 0, time256: 1, rates: 6, ticks: 9, ticks12: 10 } as const;
const HEART_RATE = channelIndex('heart_rate');
/** The strap's clock: 1/1024 s, in 32 bits, of which the short form keeps the last 12 (FIT profile, message 132). */
const TICKS_PER_S = 1024;
const TICKS = 2 ** 32;
const SHORT_TICKS = 1 << 12;
/** A rate holds until the next one, for up to 5 s: the SDK repeats it every quarter of a second. */
const CARRY_S = 0.25;
const MAX_CARRIED = 20;

/**
 * Heart rates that a strap kept while its watch could not hear it, as under water, and handed over afterwards (FIT
 * message 132, `hr`). They are merged as Garmin's SDK does (`mergeHeartRates`): a first message ties the strap's clock
 * to the time of day, the others count on from it, in 12 bits each; a record takes the mean of the rates since the
 * record before it. Unlike there, a message that cannot be placed is left out and not the end of everything, a rate of
 * 0, which a strap without contact says, is none, and the last record that there are rates for has them too.
 */
export function createStrapReader(onIgnored: () => void) {
  /** Seconds of FIT, and beats per minute. */
  const rates: { timeS: number; bpm: number }[] = [];
  let anchor: { timeS: number; ticks: number } | null = null;
  let lastTicks = 0;

  function keep(timeS: number, bpm: number): void {
    if (rates.length >= MAX_SAMPLES) throw new RefusedFileError('too_many_samples', `more than ${MAX_SAMPLES}`);
    rates.push({ timeS, bpm });
  }

  function take(message: FitMessage): void {
    const own = (number: number) =>
      message.definition.fields.find((field) => field.number === number && field.developer < 0);
    const bpm = valuesOf(message, own(FIELD.rates));
    const ticks = ticksOf(message, own(FIELD.ticks), own(FIELD.ticks12));
    if (!Number.isNaN(message.timeS)) {
      anchor = ticks.length === 1 ? { timeS: message.timeS + fractionOf(message), ticks: ticks[0] } : null;
    }
    if (anchor === null || ticks.length === 0 || ticks.length !== bpm.length) return onIgnored();
    for (const [i, at] of ticks.entries()) {
      const sinceAnchor = (at - anchor.ticks + TICKS) % TICKS;
      if (!(bpm[i] > 0) || sinceAnchor >= TICKS / 2) continue;
      carryTo(anchor.timeS + sinceAnchor / TICKS_PER_S, bpm[i]);
    }
  }

  /** Every time of the message in ticks of 32 bits; the short ones follow on the last time that was read. */
  function ticksOf(message: FitMessage, long: FitField | undefined, short: FitField | undefined): number[] {
    const ticks = valuesOf(message, long).filter((at) => !Number.isNaN(at));
    lastTicks = ticks.at(-1) ?? lastTicks;
    for (const twelve of short === undefined ? [] : twelveBits(message, short)) {
      lastTicks = (lastTicks + ((twelve - lastTicks) & (SHORT_TICKS - 1))) % TICKS;
      ticks.push(lastTicks);
    }
    return ticks;
  }

  function carryTo(timeS: number, bpm: number): void {
    const before = rates.at(-1);
    if (before !== undefined) {
      for (let step = 1; step <= MAX_CARRIED && before.timeS + step * CARRY_S < timeS; step++) {
        keep(before.timeS + step * CARRY_S, before.bpm);
      }
    }
    keep(timeS, bpm);
  }

  return {
    take,
    /** Gives every record of `series` its mean, in place of what the watch may have heard. */
    mergeInto(series: SeriesBuilder): void {
      if (rates.length === 0) return;
      series.overlay(HEART_RATE, meansOf(rates.sort((a, b) => a.timeS - b.timeS)));
    },
  };
}

/** Asked in order of time: the mean of the rates after the time asked before, up to this one; NaN without any. */
function meansOf(rates: readonly { timeS: number; bpm: number }[]): (timeMs: number) => number {
  let next = 0;
  let fromS = Number.NaN;
  let mean = Number.NaN;
  return (timeMs) => {
    const untilS = fitSecondsOf(timeMs);
    if (untilS === fromS) return mean;
    if (Number.isNaN(fromS)) fromS = untilS - 1;
    let sum = 0;
    let count = 0;
    for (; next < rates.length && rates[next].timeS <= untilS; next++) {
      if (rates[next].timeS <= fromS) continue;
      sum += rates[next].bpm;
      count++;
    }
    fromS = untilS;
    mean = count === 0 ? Number.NaN : sum / count;
    return mean;
  };
}

function fractionOf(message: FitMessage): number {
  const [fraction, time256] = [fitNumber(message, FIELD.fraction) / 32_768, fitNumber(message, FIELD.time256) / 256];
  return Number.isNaN(fraction) ? (Number.isNaN(time256) ? 0 : time256) : fraction;
}

function valuesOf(message: FitMessage, field: FitField | undefined): number[] {
  if (field === undefined) return [];
  const values: number[] = [];
  const width = widthOf(field.baseType);
  for (let i = 0; width > 0 && (i + 1) * width <= field.sizeBytes; i++)
    values.push(fieldNumber(message, field, field.baseType, i));
  return values;
}

/** Two numbers in three bytes, the low bits first (FIT profile, components). */
function twelveBits({ view, at }: FitMessage, { offset, sizeBytes }: FitField): number[] {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at + offset, sizeBytes);
  if (bytes.every((byte) => byte === 0xff)) return [];
  return Array.from({ length: Math.floor((sizeBytes * 8) / 12) }, (_, i) => {
    const from = Math.floor((i * 3) / 2);
    return i % 2 === 0 ? bytes[from] | ((bytes[from + 1] & 0x0f) << 8) : (bytes[from] >> 4) | (bytes[from + 1] << 4);
  });
}
