import { writtenInUnit } from '../../schemas/units.ts';
import { heightSize, isMetric, longM, paceText } from '../in-units.ts';
import { keptSession } from '../session.ts';
import { isUnits, keptUnits, type Units, units, unitsFor } from '../units.ts';
import { keep, kept } from './keep.ts';
import { language, say } from './language.ts';

const NAME = 'race-units';

/**
 * Nobody needs an account here. What was chosen on these pages counts; else the profile of who is logged in, as this
 * browser saw it last; else what people where the browser is at home read.
 */
export function startRaceUnits(): void {
  const chosen = kept(NAME);
  const own = keptSession() === null ? null : keptUnits();
  units.value = isUnits(chosen) ? chosen : (own ?? unitsFor(navigator.languages));
}

/** Holds for races alone: the units of the diary are said in the profile. */
export function chooseUnits(next: Units): void {
  keep(NAME, next);
  units.value = next;
}

/** Heads of columns. */
export const distanceName = () => say(isMetric() ? 'distance' : 'distanceMiles');
export const paceName = () => say(isMetric() ? 'pace' : 'paceMiles');

/** A place of the course as people there write it, without its unit and with so many digits after the point. */
export function distanceIn(metres: number, digits: number): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return (metres / longM()).toLocaleString(language.value, options);
}

export const placeText = (metres: number) => say(isMetric() ? 'groupAt' : 'groupAtMile', { at: distanceIn(metres, 1) });

/** `6.3 km`, `3.9 mi`. */
export const lengthText = (metres: number) => writtenInUnit(language.value, units.value, 'long', metres, 1);

/** `1,017 m`, `3,337 ft`. */
export const heightText = (metres: number) => writtenInUnit(language.value, units.value, 'high', metres, 0);

/** The number alone, for the first of two. */
export const heightIn = (metres: number) => Math.round(metres / heightSize());

export const paceRangeText = (fastMps: number, slowMps: number) =>
  say(isMetric() ? 'paceChartLabel' : 'paceChartLabelMile', { fast: paceText(fastMps), slow: paceText(slowMps) });
