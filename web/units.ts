import { signal } from '@preact/signals';
import { UNIT_SYSTEMS, type Unit, type Units } from '../schemas/units.ts';
import { keep, kept } from './race/keep.ts';

export { UNIT_SYSTEMS, type Units };

const NAME = 'units';
/** Regions of the measurement system `US` in CLDR. */
const IMPERIAL_REGIONS = ['US', 'LR', 'MM'];

export const isUnits = (name: unknown): name is Units => typeof name === 'string' && Object.hasOwn(UNIT_SYSTEMS, name);

/** As the profile of who is logged in says; kept, so that nothing is shown in another one first. */
export const units = signal<Units>('metric');

/** The profile's, as this browser saw them last; null before. */
export function keptUnits(): Units | null {
  const before = kept(NAME);
  return isUnits(before) ? before : null;
}

/** What people read where the first language with a region, as browsers send them in Accept-Language, is spoken. */
export function unitsFor(wanted: readonly string[]): Units {
  const region = wanted.map((tag) => /-([A-Za-z]{2})(?:-|$)/.exec(tag)?.[1].toUpperCase()).find(Boolean);
  return region !== undefined && IMPERIAL_REGIONS.includes(region) ? 'imperial' : 'metric';
}

export function startUnits(): void {
  units.value = keptUnits() ?? unitsFor(navigator.languages);
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
