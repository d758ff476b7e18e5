/** Of glucose, g/mol: what HealthKit writes into `mmol<180.15588000005408>/L`. */
const GLUCOSE_G_PER_MOL = 180.15588000005408;
/** The thermochemical calorie, by which both stores count. */
const J_PER_CAL = 4.184;
const POUND_KG = 0.45359237;

const length = { mm: 0.001, cm: 0.01, m: 1, km: 1_000, in: 0.0254, ft: 0.3048, yd: 0.9144, mi: 1_609.344 };

/**
 * By what a value is measured: how HealthKit (`HKUnit` as text) and Health Connect (names of its units in small
 * letters) call each unit, with the factor to ours.
 */
const DIMENSIONS = {
  count: { count: 1 },
  per_minute: { 'count/min': 1, 'count/s': 60, bpm: 1, rpm: 1 },
  // HealthKit's percent is a share of one.
  share: { '%': 100 },
  percent: { percent: 1 },
  length: { ...length, meters: 1, kilometers: 1_000, miles: length.mi, inches: length.in, feet: length.ft },
  speed: {
    ...{ 'm/s': 1, 'km/hr': 1 / 3.6, 'km/h': 1 / 3.6, 'mi/hr': length.mi / 3_600, 'ft/s': length.ft },
    ...{ meters_per_second: 1, kilometers_per_hour: 1 / 3.6, miles_per_hour: length.mi / 3_600 },
  },
  energy: {
    // A capital letter makes it a thousand: `Cal` is what food says.
    ...{ kcal: 1, Cal: 1, cal: 0.001, kJ: 1 / J_PER_CAL, J: 0.001 / J_PER_CAL },
    ...{ kilocalories: 1, calories: 0.001, kilojoules: 1 / J_PER_CAL, joules: 0.001 / J_PER_CAL },
  },
  duration: { ms: 1, s: 1_000, milliseconds: 1, min: 60_000 },
  mass: {
    ...{ kg: 1, g: 0.001, lb: POUND_KG, oz: POUND_KG / 16, st: 14 * POUND_KG },
    ...{ kilograms: 1, grams: 0.001, pounds: POUND_KG, ounces: POUND_KG / 16 },
  },
  glucose: {
    ...{ 'mmol/L': 1, 'mg/dL': 10 / GLUCOSE_G_PER_MOL },
    ...{ millimoles_per_liter: 1, milligrams_per_deciliter: 10 / GLUCOSE_G_PER_MOL },
  },
  power: { W: 1, kW: 1_000, watts: 1 },
  temperature: { degC: 1, celsius: 1 },
} as const satisfies Record<string, Record<string, number>>;
export type Dimension = keyof typeof DIMENSIONS;

export function unitsOf(dimension: Dimension): readonly string[] {
  const units = Object.keys(DIMENSIONS[dimension]);
  return dimension === 'temperature' ? [...units, 'degF', 'fahrenheit'] : units;
}

/** A value in our unit of the dimension; null for a unit that it is not measured in. */
export function inOurUnit(dimension: Dimension, value: number, unit: string): number | null {
  if (dimension === 'temperature' && (unit === 'degF' || unit === 'fahrenheit')) return (value - 32) / 1.8;
  const plain = dimension === 'glucose' ? unit.replace(/<[\d.]+>/, '') : unit;
  const factors: Readonly<Record<string, number>> = DIMENSIONS[dimension];
  return Object.hasOwn(factors, plain) ? value * factors[plain] : null;
}
