/** Each unit by its name in CLDR, and how many of what we store (m, kg, m/s) one of it is. */
export interface Unit {
  readonly name: string;
  readonly size: number;
}

interface UnitSystem {
  /** Of distances, of climbs, of bodies. */
  readonly long: Unit;
  readonly high: Unit;
  readonly tall: Unit;
  readonly heavy: Unit;
  readonly fast: Unit;
}

const [MILE_M, FOOT_M, INCH_M, POUND_KG, HOUR_S] = [1_609.344, 0.3048, 0.0254, 0.45359237, 3_600];

/** In which people read numbers, on pages and in news; the API says and is told everything in m, kg and s. */
export const UNIT_SYSTEMS = {
  metric: {
    ...{ long: { name: 'kilometer', size: 1_000 }, high: { name: 'meter', size: 1 } },
    ...{ tall: { name: 'centimeter', size: 0.01 }, heavy: { name: 'kilogram', size: 1 } },
    fast: { name: 'kilometer-per-hour', size: 1_000 / HOUR_S },
  },
  imperial: {
    ...{ long: { name: 'mile', size: MILE_M }, high: { name: 'foot', size: FOOT_M } },
    ...{ tall: { name: 'inch', size: INCH_M }, heavy: { name: 'pound', size: POUND_KG } },
    fast: { name: 'mile-per-hour', size: MILE_M / HOUR_S },
  },
} as const satisfies Record<string, UnitSystem>;
export type Units = keyof typeof UNIT_SYSTEMS;
export type UnitKind = keyof UnitSystem;

/**
 * A number of m, kg or m/s as people who read that language and those units write it: `7.46 mi`, `7,46 мили`. It has at
 * most so many digits after the point.
 */
export function writtenInUnit(language: string, units: Units, kind: UnitKind, value: number, digits: number): string {
  const { name, size } = UNIT_SYSTEMS[units][kind];
  return writtenWith(language, name, value / size, digits);
}

/** A number with a unit that CLDR names, in its short form. */
export function writtenWith(language: string, unit: string, value: number, digits: number): string {
  return formatOf(language, unit, digits).format(value);
}

/** To make one takes far longer than to write a number with it; there are few languages, units and digits. */
const formats = new Map<string, Intl.NumberFormat>();

function formatOf(language: string, unit: string, digits: number): Intl.NumberFormat {
  const key = `${language} ${unit} ${digits}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(language, {
      ...{ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits },
    });
    formats.set(key, format);
  }
  return format;
}
