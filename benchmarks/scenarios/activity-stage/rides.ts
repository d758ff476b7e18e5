import type { SecondsWindow } from '../../../processors/activities/metrics/seconds-window.ts';
import type { SampleBatch, ValueColumn } from '../../../schemas/batch/reader.ts';
import { CHANNELS } from '../../../schemas/channels.ts';

/** A bike computer's position, a strap and a power meter: three samples a second, as three sources send them. */
export const SAMPLES_PER_SECOND = 3;

export const RIDE_PROFILE = {
  restingHeartRateBpm: 50,
  maxHeartRateBpm: 190,
  heartRateZonesBpm: [100, 120, 140, 160, 180],
  ftpW: 250,
  wPrimeJ: 20_000,
  weightKg: 72,
  sex: 'female',
  birthDate: '1990-05-01',
} as const;

const CHANNEL_NAMES = [
  ['latitude', 'longitude', 'altitude', 'horizontal_accuracy', 'speed', 'distance', 'ambient_temperature'],
  ['heart_rate'],
  ['power', 'cadence'],
] as const;
const CHANNEL_INDEXES = CHANNEL_NAMES.map((names) =>
  names.map((name) => CHANNELS.findIndex((channel) => channel.name === name)),
);

/** One ride's samples, made beforehand so that making them is not measured. */
export function createRides(seconds: number) {
  const columns = CHANNEL_NAMES.map((names) => names.map(() => new Int32Array(seconds)));
  let wayM = 0;
  for (let i = 0; i < seconds; i++) {
    const mps = 8 + 2 * Math.sin(i / 50) + Math.sin(i * 1.7);
    wayM += mps;
    const wander = 2e-6 * Math.sin(i * 2.3);
    const place = [46 + wayM / 111_000 + wander, 14.5 + wander, 300 + 40 * Math.sin(wayM / 2_000)];
    const values = [
      [place[0] * 1e7, place[1] * 1e7, place[2] * 10, 50, mps * 1000, wayM * 100, 1_950],
      [140 + 25 * Math.sin(i / 90)],
      [Math.max(0, 220 + 120 * Math.sin(i / 40) + 40 * Math.sin(i * 3.1)), 850],
    ];
    values.forEach((row, source) => {
      row.forEach((value, c) => {
        columns[source][c][i] = Math.round(value);
      });
    });
  }
  return {
    /** Puts the samples of one second of the ride into a window. */
    put(window: SecondsWindow, startS: number, second: number): void {
      const atMs = (startS + second) * 1000;
      for (let source = 0; source < CHANNEL_INDEXES.length; source++) {
        const indexes = CHANNEL_INDEXES[source];
        for (let c = 0; c < indexes.length; c++) {
          window.put(atMs + source, source, indexes[c], columns[source][c][second]);
        }
      }
    },
    /** The same seconds, from `from` to before `until`, of one athlete as the three messages that bring them. */
    batches(athlete: string, startS: number, from: number, until: number): SampleBatch[] {
      const rows = until - from;
      const text = (key: string) => ({ keys: [key], index: new Uint32Array(rows) });
      return CHANNEL_INDEXES.map((indexes, source) => {
        const timesMs = Float64Array.from({ length: rows }, (_, i) => (startS + from + i) * 1000 + source);
        const channels = new Array<ValueColumn | null>(CHANNELS.length).fill(null);
        indexes.forEach((channel, c) => {
          const values = columns[source][c].subarray(from, until);
          channels[channel] = { channel: CHANNELS[channel], values, nulls: new Uint8Array(rows) };
        });
        return {
          ...{ kind: 'samples', rows, channels, tsMs: timesMs, deviceTimeMs: timesMs },
          ...{ device: text(`${athlete}-${source}`), athlete: text(athlete), source: text('s'), firmware: text('') },
          ...{ boot: new Uint32Array(2 * rows), seq: new Uint32Array(rows) },
        };
      });
    },
  };
}
