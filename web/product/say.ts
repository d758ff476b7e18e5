import { fillIn, language, type Values } from '../race/language.ts';
import { dayText, percent, plain } from '../written.ts';
import { en, type ProductDictionary, type ProductPhrase } from './words-en.ts';
import { ru } from './words-ru.ts';

export { dayText, percent, plain };

export const DICTIONARIES = { en, ru } satisfies Record<string, ProductDictionary>;

/** A phrase of the page of administrators in the language that is chosen. */
export function say(name: ProductPhrase, values: Values = {}): string {
  const words: ProductDictionary = DICTIONARIES[language.value];
  return fillIn(language.value, words[name], values);
}

/** A count; a word where it is withheld. */
export const count = (people: number | null) => (people === null ? say('withheld') : plain(people));

/** The last day before the one that is named, which is how people say until when. */
export const dayBefore = (day: string) =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
