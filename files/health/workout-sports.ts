import type { Sport } from '../../schemas/events.ts';

/** Where a sport is done, as far as the store says so. */
export interface SportPlace {
  readonly isIndoor: boolean;
  readonly isOpenWater: boolean;
}

/** `HKWorkoutActivityType`: its number in the API, and its name behind the prefix in exports. */
const HEALTHKIT: readonly (readonly [number: number, name: string, sport: Sport])[] = [
  [13, 'Cycling', 'ride'],
  [20, 'FunctionalStrengthTraining', 'strength'],
  [24, 'Hiking', 'hike'],
  [35, 'Rowing', 'row'],
  [37, 'Running', 'run'],
  [46, 'Swimming', 'pool_swim'],
  [50, 'TraditionalStrengthTraining', 'strength'],
  [52, 'Walking', 'walk'],
  [59, 'CoreTraining', 'strength'],
  [60, 'CrossCountrySkiing', 'cross_country_ski'],
  [61, 'DownhillSkiing', 'alpine_ski'],
  [67, 'Snowboarding', 'alpine_ski'],
  [83, 'Transition', 'transition'],
];
const PREFIX = 'HKWorkoutActivityType';
const INDOORS: Readonly<Partial<Record<Sport, Sport>>> = {
  run: 'treadmill_run',
  ride: 'indoor_ride',
  row: 'indoor_row',
};

/** `other` for a sport that we have no name for; null for what is no `HKWorkoutActivityType`. */
export function healthKitSport(type: unknown, { isIndoor, isOpenWater }: SportPlace): Sport | null {
  const isNamed = typeof type === 'string' && type.startsWith(PREFIX);
  if (!isNamed && !(Number.isInteger(type) && (type as number) > 0)) return null;
  const known = HEALTHKIT.find(([number, name]) => (isNamed ? type === PREFIX + name : type === number));
  const sport = known?.[2] ?? 'other';
  if (sport === 'pool_swim' && isOpenWater) return 'open_water_swim';
  return (isIndoor && INDOORS[sport]) || sport;
}

/**
 * `ExerciseSessionRecord.EXERCISE_TYPE_…` of androidx.health.connect, and the same in `ExerciseSessionType` of the
 * platform, which has other numbers for the same names and writes them into its own database.
 */
const HEALTH_CONNECT: readonly (readonly [type: number, platformType: number, sport: Sport])[] = [
  [8, 4, 'ride'],
  [9, 5, 'indoor_ride'],
  [13, 8, 'strength'],
  [37, 21, 'hike'],
  [53, 31, 'row'],
  [54, 61, 'indoor_row'],
  [56, 33, 'run'],
  [57, 34, 'treadmill_run'],
  [61, 38, 'alpine_ski'],
  [62, 39, 'alpine_ski'],
  [70, 45, 'strength'],
  [73, 48, 'open_water_swim'],
  [74, 49, 'pool_swim'],
  [79, 53, 'walk'],
  [81, 55, 'strength'],
];
const OTHER_WORKOUT = 0;
const MAX_EXERCISE_TYPE = 1_000;

/** `other` for a sport that we have no name for; null for what is no exercise type. */
export function healthConnectSport(type: unknown): Sport | null {
  if (!Number.isInteger(type) || (type as number) < 0 || (type as number) > MAX_EXERCISE_TYPE) return null;
  return HEALTH_CONNECT.find(([number]) => number === type)?.[2] ?? 'other';
}

/** The number that the API has for an exercise type of the platform; what is no number comes back as it is. */
export function exerciseTypeOfPlatform(type: unknown): unknown {
  if (!Number.isInteger(type) || (type as number) < 0) return type;
  return HEALTH_CONNECT.find(([, platformType]) => platformType === type)?.[0] ?? OTHER_WORKOUT;
}
