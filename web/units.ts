import { signal } from '@preact/signals';
import { keep, kept } from './race/keep.ts';

/** Each unit by its name in CLDR, and how many of what we store (m, kg, m/s) one of it is. */
interface Unit {
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

/** In which numbers are shown; the API says and is told everything in m, kg and s. */
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

const NAME = 'units';
const isUnits = (name: unknown): name is Units => typeof name === 'string' && Object.hasOwn(UNIT_SYSTEMS, name);

/** As the profile of who is logged in says; kept, so that nothing is shown in another one first. */
export const units = signal<Units>('metric');

export function startUnits(): void {
  const before = kept(NAME);
  if (isUnits(before)) units.value = before;
}

export function setUnits(next: Units): void {
  keep(NAME, next);
  units.value = next;
}

const MOST_DIGITS = 9;

/**
 * A number of metres or kilograms as text in a unit, with as few digits as bring the same number back: what nobody
 * changed in a form is sent as it was. `step` is what the number is a multiple of.
 */
export function textIn({ size }: Unit, value: number | null, step: number): string {
  if (value === null) return '';
  for (let digits = 0; digits < MOST_DIGITS; digits++) {
    const text = String(Number((value / size).toFixed(digits)));
    if (readIn({ size }, text, step) === value) return text;
  }
  return String(value / size);
}

/** What such a text says, to whole `step`s; null of an empty one. */
export function readIn({ size }: Pick<Unit, 'size'>, text: string, step: number): number | null {
  if (text.trim() === '') return null;
  const perOne = Math.round(1 / step);
  return Math.round(Number(text) * size * perOne) / perOne;
}
