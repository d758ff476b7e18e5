import type { AthleteProfile } from './config.ts';
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

/** What the profile makes of each heart rate, looked up by bpm: nothing is computed twice. */
export interface HeartRateTables {
  readonly banisterPerS: Float64Array;
  readonly edwardsPoints: Uint8Array;
  readonly keytelKjPerS: Float64Array;
  readonly zone: Uint8Array;
}

const MAX_BPM = 250;

export function heartRateTables(profile: AthleteProfile, ageYears: number | undefined): HeartRateTables {
  const { restingHeartRateBpm: resting, maxHeartRateBpm: max, heartRateZonesBpm: zones = [], sex, weightKg } = profile;
  const banisterPerS = new Float64Array(MAX_BPM + 1);
  const edwardsPoints = new Uint8Array(MAX_BPM + 1);
  const keytelKjPerS = new Float64Array(MAX_BPM + 1);
  const zone = new Uint8Array(MAX_BPM + 1);
  for (let bpm = 0; bpm <= MAX_BPM; bpm++) {
    zone[bpm] = zones.filter((from) => bpm >= from).length;
    if (max !== undefined) edwardsPoints[bpm] = Math.max(0, Math.min(5, Math.floor((10 * bpm) / max) - 4));
    if (sex === undefined) continue;
    if (resting !== undefined && max !== undefined) {
      const reserve = Math.max(0, Math.min(1, (bpm - resting) / (max - resting)));
      const [a, b] = BANISTER[sex];
      banisterPerS[bpm] = (reserve * a * Math.exp(b * reserve)) / 60;
    }
    if (weightKg === undefined || ageYears === undefined) continue;
    const { base, perBpm, perKg, perYear } = KEYTEL[sex];
    keytelKjPerS[bpm] = Math.max(0, base + perBpm * bpm + perKg * weightKg + perYear * ageYears) / 60;
  }
  return { banisterPerS, edwardsPoints, keytelKjPerS, zone };
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
  tables: HeartRateTables,
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
  cells[at + BANISTER_SUM] += tables.banisterPerS[bpm];
  cells[at + EDWARDS_S] += tables.edwardsPoints[bpm];
  cells[at + KEYTEL_KJ] += tables.keytelKjPerS[bpm];
  cells[at + ZONES + tables.zone[bpm]]++;
}

/** After a pause a heart rate has to be measured again. */
export function pauseHeartRate(cells: Float64Array, at: number): void {
  cells[at + HELD_AT] = -Infinity;
}
