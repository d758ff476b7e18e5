import { fillIn, language, type Values } from '../race/language.ts';
import { en, type ProductDictionary, type ProductPhrase } from './words-en.ts';
import { ru } from './words-ru.ts';

export const DICTIONARIES = { en, ru } satisfies Record<string, ProductDictionary>;

/** A phrase of the page of administrators in the language that is chosen. */
export function say(name: ProductPhrase, values: Values = {}): string {
  const words: ProductDictionary = DICTIONARIES[language.value];
  return fillIn(language.value, words[name], values);
}

export const plain = (value: number) => value.toLocaleString(language.value, { maximumFractionDigits: 0 });

export const percent = (share: number) =>
  share.toLocaleString(language.value, { style: 'percent', maximumFractionDigits: 0 });

/** A count; a word where it is withheld. */
export const count = (people: number | null) => (people === null ? say('withheld') : plain(people));

/** A day, YYYY-MM-DD, in words. */
export function dayText(day: string, options: Intl.DateTimeFormatOptions = { dateStyle: 'medium' }): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(language.value, { ...options, timeZone: 'UTC' });
}

/** The last day before the one that is named, which is how people say until when. */
export const dayBefore = (day: string) =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
