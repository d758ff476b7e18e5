import type { AthleteProfile } from '../../../schemas/settings-at.ts';
import { HEART_RATE, MISSING } from './grid.ts';

/**
 * Heart rate and what follows from it, over the seconds that were not paused. A value holds until the next one, for at
 * most {@link HOLD_S}: watches that save space write one only when something changed.
 *
 * TRIMP, Banister 1991 (in Green, McDougall & Wenger, Physiological Testing of Elite Athletes): minutes × h × a·e^(b·h)
 * with h the share of the heart-rate reserve, a and b by sex.
 * TRIMP, Edwards 1993 (The Heart Rate Monitor Book): minutes in the tenths of the maximum from 50 % up, times 1 to 5.
 * Energy, Keytel et al. 2005 (J Sports Sci 23:289–297), the equations without VO2max: kJ a minute, never below 0.
 */
export const VERSION = 1;

export const HOLD_S = 10;

export const BANISTER = { male: [0.64, 1.92], female: [0.86, 1.67] } as const;
export const KEYTEL = {
  male: { base: -55.0969, perBpm: 0.6309, perKg: 0.1988, perYear: 0.2017 },
  female: { base: -20.4022, perBpm: 0.4472, perKg: -0.1263, perYear: 0.074 },
} as const;

export const HELD = 0;
export const HELD_AT = 1;
export const SUM = 2;
export const COUNT = 3;
export const MAX = 4;
export const MEASURED_S = 5;
export const BANISTER_SUM = 6;
export const EDWARDS_S = 7;
export const KEYTEL_KJ = 8;
export const ZONES = 9;
/** Seconds below the first zone and in each of up to nine. */
export const CELLS = 19;

/** The athlete's numbers in the formulas; NaN where one is not known, so that nothing comes of it. */
export interface HeartRateFormulas {
  readonly restingBpm: number;
  readonly maxBpm: number;
  readonly banister: readonly [number, number];
  readonly keytelKjPerMin: number;
  readonly keytelPerBpm: number;
  readonly zones: readonly number[];
}

export function heartRateFormulas(profile: AthleteProfile, ageYears: number | undefined): HeartRateFormulas {
  const { restingHeartRateBpm = NaN, maxHeartRateBpm = NaN, heartRateZonesBpm: zones = [], sex, weightKg } = profile;
  const { base, perBpm, perKg, perYear } = KEYTEL[sex ?? 'male'];
  return {
    restingBpm: restingHeartRateBpm,
    maxBpm: maxHeartRateBpm,
    banister: sex === undefined ? [NaN, NaN] : BANISTER[sex],
    keytelKjPerMin: sex === undefined ? NaN : base + perKg * (weightKg ?? NaN) + perYear * (ageYears ?? NaN),
    keytelPerBpm: perBpm,
    zones,
  };
}

export function startHeartRate(cells: Float64Array, at: number): void {
  cells[at + HELD_AT] = -Infinity;
}

export function foldHeartRate(
  cells: Float64Array,
  at: number,
  index: number,
  row: Int32Array,
  from: number,
  formulas: HeartRateFormulas,
): void {
  const value = row[from + HEART_RATE];
  if (value !== MISSING) {
    cells[at + HELD] = value;
    cells[at + HELD_AT] = index;
    cells[at + MEASURED_S]++;
    if (value > cells[at + MAX]) cells[at + MAX] = value;
  } else if (index - cells[at + HELD_AT] > HOLD_S) return;
  const bpm = cells[at + HELD];
  cells[at + SUM] += bpm;
  cells[at + COUNT]++;
  const { restingBpm, maxBpm, banister, keytelKjPerMin, keytelPerBpm, zones } = formulas;
  const reserve = Math.max(0, Math.min(1, (bpm - restingBpm) / (maxBpm - restingBpm)));
  cells[at + BANISTER_SUM] += (reserve * banister[0] * Math.exp(banister[1] * reserve)) / 60;
  cells[at + EDWARDS_S] += Math.max(0, Math.min(5, Math.floor((10 * bpm) / maxBpm) - 4));
  cells[at + KEYTEL_KJ] += Math.max(0, keytelKjPerMin + keytelPerBpm * bpm) / 60;
  let zone = 0;
  while (zone < zones.length && bpm >= zones[zone]) zone++;
  cells[at + ZONES + zone]++;
}

/** After a pause a heart rate has to be measured again. */
export function pauseHeartRate(cells: Float64Array, at: number): void {
  cells[at + HELD_AT] = -Infinity;
}
