import type { AthleteProfile } from '../../../schemas/settings-at.ts';

/** What metrics need to know about a sport. Speeds in m/s. */
interface SportRules {
  /** Moving ends below this … */
  readonly stopMps: number;
  /** … and begins again at this: two thresholds, so that noise between them changes nothing. */
  readonly goMps: number;
  /** Nobody is faster; what says so is a jump. */
  readonly maxMps: number;
  /** Standard deviation of the acceleration that the position filter expects. */
  readonly accelerationMps2: number;
  readonly metricSplitM: number;
  readonly imperialSplitM: number;
  readonly isOnFoot: boolean;
}

const MILE_M = 1609.344;
const ON_FOOT = { metricSplitM: 1_000, imperialSplitM: MILE_M, isOnFoot: true };
const WIDE = { metricSplitM: 5_000, imperialSplitM: 5 * MILE_M, isOnFoot: false };

export const SPORTS = {
  run: { stopMps: 0.8, goMps: 1.1, maxMps: 12.5, accelerationMps2: 0.5, ...ON_FOOT },
  walk: { stopMps: 0.4, goMps: 0.6, maxMps: 6, accelerationMps2: 0.4, ...ON_FOOT },
  hike: { stopMps: 0.3, goMps: 0.5, maxMps: 6, accelerationMps2: 0.4, ...ON_FOOT },
  ride: { stopMps: 1, goMps: 1.5, maxMps: 35, accelerationMps2: 2, ...WIDE },
  swim: {
    stopMps: 0.2,
    goMps: 0.3,
    maxMps: 4,
    accelerationMps2: 0.2,
    metricSplitM: 100,
    imperialSplitM: 457.2,
    isOnFoot: false,
  },
  other: { stopMps: 0.3, goMps: 0.5, maxMps: 60, accelerationMps2: 1.5, ...WIDE },
} as const satisfies Record<string, SportRules>;
export type Sport = keyof typeof SPORTS;

export const MAX_ZONES = 9;

export interface MetricsConfig {
  readonly sport: Sport;
  /** The activity's first whole second; nothing before it is folded. */
  readonly startS: number;
  readonly profile: AthleteProfile;
  /** A barometer sees two metres; a GPS altitude wanders by more than that. */
  readonly altitudeSource: 'barometer' | 'gps';
}

/** Throws RangeError for a configuration that no activity can have. */
export function checkConfig({ sport, startS, profile }: MetricsConfig): void {
  if (!Object.hasOwn(SPORTS, sport)) throw new RangeError(`no sport is named ${sport}`);
  if (!Number.isSafeInteger(startS)) throw new RangeError(`an activity starts at a whole second, not ${startS}`);
  const { heartRateZonesBpm: zones = [], birthDate } = profile;
  const isRising = zones.every((bpm, i) => bpm > 0 && (i === 0 || bpm > zones[i - 1]));
  if (!isRising || zones.length > MAX_ZONES) throw new RangeError(`not heart-rate zones: ${zones.join(', ')}`);
  const { restingHeartRateBpm, maxHeartRateBpm, ftpW, criticalPowerW, wPrimeJ, thresholdSpeedMps, weightKg } = profile;
  const positive = { restingHeartRateBpm, maxHeartRateBpm, ftpW, criticalPowerW, wPrimeJ, thresholdSpeedMps, weightKg };
  for (const [name, value] of Object.entries(positive)) {
    if (value !== undefined && !(value > 0 && value < 1e6)) throw new RangeError(`${name} is not possible: ${value}`);
  }
  if (birthDate !== undefined && Number.isNaN(Date.parse(birthDate))) throw new RangeError(`not a date: ${birthDate}`);
  if (restingHeartRateBpm !== undefined && maxHeartRateBpm !== undefined && restingHeartRateBpm >= maxHeartRateBpm) {
    throw new RangeError('a resting heart rate is below the maximum');
  }
}

const YEAR_S = 365.2425 * 86_400;

/** The athlete's age when the activity started; undefined without a date of birth. */
export function ageYears({ startS, profile }: MetricsConfig): number | undefined {
  if (profile.birthDate === undefined) return undefined;
  return (startS - Date.parse(profile.birthDate) / 1000) / YEAR_S;
}
