import type { Sport } from './events.ts';

/** Friel, The Triathlete's Training Bible: zone 2 to 5 in per cent of the threshold heart rate; below is zone 1. */
const FRIEL_RIDE_PERCENT = [81, 90, 94, 100];
const FRIEL_RUN_PERCENT = [85, 90, 95, 100];
/** Edwards 1993, The Heart Rate Monitor Book: tenths of the maximum, as in the TRIMP of that name. */
const EDWARDS_PERCENT = [50, 60, 70, 80, 90];
const RIDES: readonly Sport[] = ['ride', 'indoor_ride', 'mountain_bike_ride'];

/** What zones follow from, 1/min. */
interface KnownHeart {
  readonly thresholdHeartRateBpm?: number;
  readonly maxHeartRateBpm?: number;
}

/**
 * Lower bounds of five zones, 1/min, for an athlete who stated none: by the threshold heart rate, which is of the
 * sport, else by the maximum. Friel's 5a, 5b and 5c are one zone here, and as his first has no lower bound it begins
 * at 1. Undefined when neither is known.
 */
export function derivedZones(profile: KnownHeart, sport: Sport): readonly number[] | undefined {
  const { thresholdHeartRateBpm: threshold, maxHeartRateBpm: max } = profile;
  if (threshold !== undefined) {
    const percents = RIDES.includes(sport) ? FRIEL_RIDE_PERCENT : FRIEL_RUN_PERCENT;
    return [1, ...percents.map((percent) => Math.ceil((threshold * percent) / 100))];
  }
  return max === undefined ? undefined : EDWARDS_PERCENT.map((percent) => Math.ceil((max * percent) / 100));
}
