import { CHANNELS } from '../../schemas/channels.ts';

/**
 * `samples`: a value at each of some moments, for which there is a channel; in a workout they go the way of live ones
 * `amount`:  so much in an interval; amounts of intervals that do not overlap add up
 * `level`:   a value of a moment or a day that is no channel of ours
 */
export type MeasureKind = 'samples' | 'amount' | 'level';

/** What phones' health stores measure and we keep, in one unit each whatever unit it came in. */
export interface Measure {
  readonly name: string;
  readonly kind: MeasureKind;
  readonly unit: string;
  /** Physical limits in that unit, both allowed. */
  readonly min: number;
  readonly max: number;
  /** Of samples. */
  readonly channel: string | null;
  readonly description: string;
}

const samples = (channel: string): Measure => {
  const { name, unit, scale, min, max, description } = CHANNELS.find((one) => one.name === channel)!;
  return { name, kind: 'samples', unit, min: min / scale, max: max / scale, channel, description };
};
const of =
  (kind: MeasureKind) =>
  (name: string, unit: string, [min, max]: readonly [number, number], description: string): Measure => {
    return { name, kind, unit, min, max, channel: null, description };
  };
const amount = of('amount');
const level = of('level');

const TABLE = [
  samples('heart_rate'),
  samples('spo2'),
  samples('respiration_rate'),
  samples('speed'),
  samples('power'),
  samples('cadence'),
  samples('skin_temperature'),
  amount('steps', '1', [0, 1_000_000], 'Steps'),
  amount('distance', 'm', [0, 2_000_000], 'Way, on foot, by bike or swimming'),
  amount('active_energy', 'kcal', [0, 50_000], 'Energy beyond that of rest'),
  level('resting_heart_rate', 'bpm', [20, 250], 'Resting heart rate'),
  level('hrv_sdnn', 'ms', [0, 1_000], 'Heart rate variability, SDNN'),
  level('hrv_rmssd', 'ms', [0, 1_000], 'Heart rate variability, RMSSD'),
  level('weight', 'kg', [1, 650], 'Body weight'),
  level('blood_glucose', 'mmol/L', [0, 60], 'Blood glucose'),
];

export const MEASURES: ReadonlyMap<string, Measure> = new Map(TABLE.map((measure) => [measure.name, measure]));
export const MEASURE_NAMES = TABLE.map(({ name }) => name);

/** Throws RangeError for a name that is not in the table. */
export function measureNamed(name: string): Measure {
  const measure = MEASURES.get(name);
  if (measure === undefined) throw new RangeError(`no measure is named ${name}`);
  return measure;
}
