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

/** `ExerciseSessionRecord.EXERCISE_TYPE_…` of androidx.health.connect. */
const HEALTH_CONNECT: Readonly<Record<number, Sport>> = {
  8: 'ride',
  9: 'indoor_ride',
  13: 'strength',
  37: 'hike',
  53: 'row',
  54: 'indoor_row',
  56: 'run',
  57: 'treadmill_run',
  61: 'alpine_ski',
  62: 'alpine_ski',
  70: 'strength',
  73: 'open_water_swim',
  74: 'pool_swim',
  79: 'walk',
  81: 'strength',
};
const MAX_EXERCISE_TYPE = 1_000;

/** `other` for a sport that we have no name for; null for what is no exercise type. */
export function healthConnectSport(type: unknown): Sport | null {
  if (!Number.isInteger(type) || (type as number) < 0 || (type as number) > MAX_EXERCISE_TYPE) return null;
  return HEALTH_CONNECT[type as number] ?? 'other';
}
