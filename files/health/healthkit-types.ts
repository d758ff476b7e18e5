import type { Dimension } from './units.ts';

export interface KnownType {
  readonly measure: string;
  readonly dimension: Dimension;
}

const of = (measure: string, dimension: Dimension): KnownType => ({ measure, dimension });

/** Types of quantities that we keep, by HealthKit's own names without `HKQuantityTypeIdentifier`. */
const QUANTITIES: Readonly<Record<string, KnownType>> = {
  HeartRate: of('heart_rate', 'per_minute'),
  OxygenSaturation: of('spo2', 'share'),
  RespiratoryRate: of('respiration_rate', 'per_minute'),
  RunningSpeed: of('speed', 'speed'),
  CyclingSpeed: of('speed', 'speed'),
  RunningPower: of('power', 'power'),
  CyclingPower: of('power', 'power'),
  CyclingCadence: of('cadence', 'per_minute'),
  AppleSleepingWristTemperature: of('skin_temperature', 'temperature'),
  StepCount: of('steps', 'count'),
  DistanceWalkingRunning: of('distance', 'length'),
  DistanceCycling: of('distance', 'length'),
  DistanceSwimming: of('distance', 'length'),
  ActiveEnergyBurned: of('active_energy', 'energy'),
  RestingHeartRate: of('resting_heart_rate', 'per_minute'),
  HeartRateVariabilitySDNN: of('hrv_sdnn', 'duration'),
  BodyMass: of('weight', 'mass'),
  BloodGlucose: of('blood_glucose', 'glucose'),
};

export const QUANTITY_PREFIX = 'HKQuantityTypeIdentifier';
export const WORKOUT_TYPE = 'HKWorkoutTypeIdentifier';

export const HEALTHKIT_TYPES: ReadonlyMap<string, KnownType> = new Map(
  Object.entries(QUANTITIES).map(([name, known]) => [QUANTITY_PREFIX + name, known]),
);
