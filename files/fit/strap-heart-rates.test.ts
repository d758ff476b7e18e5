import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Decoder, Encoder, Profile, Stream } from '@garmin/fitsdk';
import fc from 'fast-check';
import type { RecordedActivity } from '../activity.ts';
import { MAX_FILE_BYTES, readActivityFile } from '../read-activity-file.ts';
import { createTestFit, fitSeconds } from './fit-for-tests.ts';

const limits = { maxBytes: MAX_FILE_BYTES, nowMs: Date.UTC(2026, 0, 1) };
const START_MS = Date.UTC(2025, 5, 1, 8);
const START_S = fitSeconds(START_MS);
const NO_TIME = 'heart rates of a strap that have no time';

async function read(bytes: Uint8Array): Promise<RecordedActivity> {
  const outcome = await readActivityFile(bytes, limits);
  assert.ok(outcome.kind === 'read', JSON.stringify(outcome));
  return outcome.activities[0];
}

/** Heart rates by second since the start; null where there is none. */
function ratesOf({ samples }: RecordedActivity): [second: number, bpm: number | null][] {
  const { values, missing } = samples.columns.heart_rate ?? { values: [], missing: [] };
  return [...samples.timesMs].map((timeMs, row) => [
    (timeMs - START_MS) / 1_000,
    values.length === 0 || missing[row] === 1 ? null : values[row],
  ]);
}

/** Twelve bits each, two in three bytes, the low ones first. */
function packed(ticks: readonly number[]): number[] {
  const bits = ticks.flatMap((tick) => Array.from({ length: 12 }, (_, bit) => (tick >> bit) & 1));
  return Array.from({ length: bits.length / 8 }, (_, byte) =>
    bits.slice(8 * byte, 8 * byte + 8).reduce((sum, bit, i) => sum + (bit << i), 0),
  );
}

interface Swim {
  /** Seconds between records, the first one from the start. */
  readonly recordGapsS: readonly number[];
  /** What the watch heard itself, or nothing. */
  readonly heard: readonly (number | null)[];
  readonly fraction: number;
  readonly firstTicks: number;
  readonly beats: readonly { readonly gapTicks: number; readonly bpm: number }[];
}

/** As a watch writes it that asked its strap after the swim. */
function encode({ recordGapsS, heard, fraction, firstTicks, beats }: Swim): Uint8Array {
  const encoder = new Encoder();
  const write = (message: number, values: object) => encoder.onMesg(message, values as never);
  const dateOf = (second: number) => new Date(START_MS + 1_000 * second);
  write(Profile.MesgNum.FILE_ID, { type: 'activity', timeCreated: dateOf(0) });
  let second = 0;
  for (const [i, gapS] of recordGapsS.entries()) {
    second += gapS;
    const heartRate = heard[i % heard.length];
    write(Profile.MesgNum.RECORD, { timestamp: dateOf(second), distance: i, ...(heartRate !== null && { heartRate }) });
  }
  write(Profile.MesgNum.HR, {
    timestamp: dateOf(0),
    fractionalTimestamp: fraction / 32_768,
    filteredBpm: [beats[0].bpm],
    eventTimestamp: [firstTicks / 1_024],
  });
  let ticks = firstTicks;
  for (let from = 1; from + 7 < beats.length; from += 8) {
    const some = beats.slice(from, from + 8);
    const times = some.map(({ gapTicks }) => {
      ticks += gapTicks;
      return ticks & 0xfff;
    });
    write(Profile.MesgNum.HR, { filteredBpm: some.map(({ bpm }) => bpm), eventTimestamp12: packed(times) });
  }
  return encoder.close();
}

const anySwim: fc.Arbitrary<Swim> = fc.record({
  recordGapsS: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 150 }),
  heard: fc.array(fc.option(fc.integer({ min: 60, max: 180 })), { minLength: 1, maxLength: 5 }),
  fraction: fc.nat(32_767),
  firstTicks: fc.nat(2 ** 31),
  // Twelve bits are four seconds: a strap that hears nothing for longer begins with a whole time again.
  beats: fc.array(
    fc.record({ gapTicks: fc.integer({ min: 250, max: 4_095 }), bpm: fc.integer({ min: 50, max: 190 }) }),
    {
      minLength: 9,
      maxLength: 100,
    },
  ),
});

test("what a strap kept is merged as Garmin's SDK merges it", async () => {
  const seen = { merged: 0, heard: 0 };
  const property = fc.asyncProperty(anySwim, async (swim) => {
    const bytes = encode(swim);
    const { messages, errors } = new Decoder(Stream.fromByteArray(bytes as never)).read({ mergeHeartRates: true });
    assert.deepEqual(errors, []);
    const records = messages.recordMesgs as { timestamp: Date; heartRate?: number }[];
    const shown = ratesOf(await read(bytes));
    // The SDK gives a record its mean when it comes to a later rate, so the last ones are left out there.
    const lastS = lastBeatS(swim);
    for (const [i, { timestamp, heartRate = null }] of records.entries()) {
      const second = (timestamp.getTime() - START_MS) / 1_000;
      if (second >= lastS && (i === 0 || shown[i - 1][0] < lastS)) continue;
      assert.deepEqual(shown[i], [second, heartRate]);
      if (second < lastS) seen.merged++;
      else seen.heard++;
    }
    assert.equal(shown.length, records.length);
  });
  await fc.assert(property, { numRuns: 200 });
  assert.ok(seen.merged > 300 && seen.heard > 10, JSON.stringify(seen));
});

/** When the last beat that is in a whole message was, in seconds since the start. */
function lastBeatS({ fraction, beats }: Swim): number {
  const whole = 1 + 8 * Math.floor((beats.length - 1) / 8);
  const ticks = beats.slice(1, whole).reduce((sum, { gapTicks }) => sum + gapTicks, 0);
  return fraction / 32_768 + ticks / 1_024;
}

const RECORD = [
  [253, 'uint32'],
  [5, 'uint32'],
] as const;
const ANCHOR = [
  [253, 'uint32'],
  [6, 'uint8'],
  [9, 'uint32'],
] as const;
const FOUR = [
  [6, 'uint8', 4],
  [10, 'byte', 6],
] as const;

/** Six records, a second apart, that lack a heart. */
function swimOf(count = 6) {
  const fit = createTestFit();
  fit.define(0, 20, RECORD);
  for (let i = 0; i < count; i++) fit.data(0, START_S + i, 100 * i);
  fit.define(1, 132, ANCHOR);
  fit.define(2, 132, FOUR);
  return fit;
}

test('times of twelve bits run over, those of 32 too, and the last record has its rate', async () => {
  const fit = swimOf();
  const first = 2 ** 32 - 512;
  fit.data(1, START_S, 100, first);
  const after = [1, 2, 3, 4].map((second) => (first + 1_024 * second) % 4_096);
  fit.data(2, [110, 120, 130, 140], packed(after));
  const activity = await read(fit.finish());
  assert.deepEqual(ratesOf(activity), [
    [0, 100],
    // A rate holds until the next: three quarters of a second at 100, then 110.
    [1, 103],
    [2, 113],
    [3, 123],
    [4, 133],
    [5, null],
  ]);
  assert.deepEqual(activity.ignored, {});
});

test('rates that no time was given for, or too few of them, are left out and counted; 0 is no rate', async () => {
  const fit = swimOf();
  fit.data(2, [110, 120, 130, 140], packed([0, 1, 2, 3]));
  fit.data(1, START_S, 100, 5_000);
  fit.define(3, 132, [
    [6, 'uint8', 2],
    [10, 'byte', 6],
  ]);
  fit.data(3, [110, 120], packed([0, 1, 2, 3]));
  fit.data(1, START_S + 3, 0, 8_000);
  fit.data(1, START_S + 5, 150, 10_000);
  const activity = await read(fit.finish());
  assert.deepEqual(activity.ignored, { [NO_TIME]: 2 });
  // In the last second three quarters at 100, then 150.
  assert.deepEqual(ratesOf(activity), [...[0, 1, 2, 3, 4].map((second) => [second, 100]), [5, 113]]);
});

test('a strap that is tied to the time of day to an eighth of a second counts from there', async () => {
  const fit = swimOf();
  fit.define(1, 132, [[1, 'uint8'], ...ANCHOR]);
  fit.data(1, 32, START_S + 2, 90, 4_096);
  const activity = await read(fit.finish());
  assert.deepEqual(
    ratesOf(activity).filter(([, bpm]) => bpm !== null),
    [[3, 90]],
  );
});
