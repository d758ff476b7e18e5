import type { Sport } from '../../schemas/events.ts';
import { SPORTS } from '../activities/metrics/config.ts';
import { METRICS_SPORT } from '../activities/sports.ts';

/** What a race's sport says about how its athletes move. */
export interface Pace {
  /** Spectral density of the white acceleration that the position filter expects, m²/s³. */
  readonly accelerationM2ps3: number;
  /** Nobody is faster. */
  readonly maxMps: number;
  /** Of most, for whoever's device begins to measure in the middle of the race. */
  readonly usualMps: number;
}

const ON_FOOT = { accelerationM2ps3: 0.01, usualMps: 3 };
const PACES = {
  run: ON_FOOT,
  walk: { accelerationM2ps3: 0.01, usualMps: 1.6 },
  hike: { accelerationM2ps3: 0.01, usualMps: 1.1 },
  ride: { accelerationM2ps3: 0.3, usualMps: 9 },
  swim: { accelerationM2ps3: 0.005, usualMps: 1.2 },
  other: { accelerationM2ps3: 0.3, usualMps: 4 },
} as const;

export function paceOf(sport: Sport): Pace {
  const rules = METRICS_SPORT[sport];
  return { ...PACES[rules], maxMps: SPORTS[rules].maxMps };
}
