import { duration, isPaced } from '../format.ts';
import { inUnit } from '../progress/say.ts';
import { language } from '../race/language.ts';
import { UNIT_SYSTEMS, units } from '../units.ts';
import { tell } from './tell.ts';
import type { AppPhrase } from './words-en.ts';

/** Slower than this nobody moves. */
const LEAST_MPS = 0.1;
const YARD_M = 0.9144;

interface Pace {
  /** One goes so far in the time that is said. */
  readonly metres: number;
  readonly phrase: AppPhrase;
}

/** Null of sports whose speed is read as a speed. */
export function paceOf(sport: string): Pace | null {
  const isMetric = units.value === 'metric';
  if (/swim/.test(sport)) {
    return isMetric ? { metres: 100, phrase: 'per100m' } : { metres: 100 * YARD_M, phrase: 'per100yd' };
  }
  if (!isPaced(sport)) return null;
  return { metres: UNIT_SYSTEMS[units.value].long.size, phrase: isMetric ? 'perKm' : 'perMile' };
}

/** A speed (m/s) as athletes of the sport read it: `5:00 /km`, `1:45 /100 m`, `31.2 km/h`. */
export function speedText(sport: string, mps: number): string {
  const pace = paceOf(sport);
  if (pace === null) return inUnit('fast', mps, 1);
  return mps < LEAST_MPS ? '–' : tell(pace.phrase, { value: duration(pace.metres / mps) });
}

/** A phrase with the unit of a kind of number: `Distance, km`. */
export function labelIn(phrase: AppPhrase, { name }: { readonly name: string }): string {
  const parts = new Intl.NumberFormat(language.value, { style: 'unit', unit: name }).formatToParts(1);
  return tell(phrase, { unit: parts.find(({ type }) => type === 'unit')?.value ?? '' });
}
