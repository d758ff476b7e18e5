import type { Measure } from '../../schemas/athlete-progress.ts';
import type { Sport } from '../../schemas/events.ts';
import type { RecordKind } from '../../schemas/record.ts';
import { type UnitKind, writtenInUnit, writtenWith } from '../../schemas/units.ts';
import { fillIn, language } from '../race/language.ts';
import { units } from '../units.ts';
import { dayText, percent, plain } from '../written.ts';
import { en, enRecordWords, enSports, type ProgressDictionary, type ProgressPhrase } from './words-en.ts';
import { ru, ruRecordWords, ruSports } from './words-ru.ts';

export const DICTIONARIES = { en, ru } satisfies Record<string, ProgressDictionary>;
const SPORT_NAMES = { en: enSports, ru: ruSports };
const RECORD_WORDS = { en: enRecordWords, ru: ruRecordWords };

export { dayText, percent, plain };

export type Values = Readonly<Record<string, string | number>>;

/** A phrase of the page of progress in the language that is chosen. */
export function say(name: ProgressPhrase, values: Values = {}): string {
  const words: ProgressDictionary = DICTIONARIES[language.value];
  return fillIn(language.value, words[name], values);
}

export const sportName = (sport: Sport) => SPORT_NAMES[language.value][sport];

export const MEASURE_NAMES = {
  activities: 'count',
  distanceM: 'distance',
  movingS: 'moving',
  elevationGainM: 'climb',
  trainingLoad: 'load',
} as const satisfies Record<Measure, ProgressPhrase>;

/** In one of the units that who reads it has chosen, of what we store; `digits` are at most so many after the point. */
export function inUnit(kind: UnitKind, value: number, digits: number): string {
  return writtenInUnit(language.value, units.value, kind, value, digits);
}

/** A number with its unit as people there write it. */
const unit = (value: number, name: string, digits: number) => writtenWith(language.value, name, value, digits);

/** A time of training: `5 h 20 min`. */
function hours(seconds: number): string {
  const sign = seconds < 0 ? '−' : '';
  const minutes = Math.round(Math.abs(seconds) / 60);
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  return sign + (h === 0 ? say('minutes', { m }) : say('hoursMinutes', { h, m }));
}

const WRITTEN: Readonly<Record<Measure, (value: number, digits: number) => string>> = {
  activities: plain,
  distanceM: (metres, digits) => inUnit('long', metres, digits + 1),
  movingS: hours,
  elevationGainM: (metres, digits) => inUnit('high', metres, digits),
  trainingLoad: plain,
};

/** A sum of a measure; `digits` more than usual for what is small, as a change by week. */
export function written(measure: Measure, value: number | null, digits = 0): string {
  return value === null ? say('notMeasured') : WRITTEN[measure](value, digits);
}

export const dateOf = (atMs: number) => new Date(atMs).toLocaleDateString(language.value, { dateStyle: 'medium' });

export const monthText = (month: number) =>
  new Date(Date.UTC(2026, month)).toLocaleDateString(language.value, { month: 'long', timeZone: 'UTC' });

/** `5 km`, `20 min`, `half marathon` in the language that is chosen. */
export function recordName(kind: RecordKind, name: string): string {
  const [, digits, of] = /^([\d.]+) (km|m|s)$/.exec(name) ?? [];
  const value = Number(digits);
  if (kind === 'power' && of === 's') return value < 60 ? unit(value, 'second', 0) : unit(value / 60, 'minute', 1);
  if (of === 'km') return unit(value, 'kilometer', 2);
  if (of === 'm') return unit(value, 'meter', 0);
  return RECORD_WORDS[language.value][name] ?? name;
}
