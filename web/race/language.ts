import { signal } from '@preact/signals';
import { keep, kept } from './keep.ts';
import { type Dictionary, en, type Phrase, type PhraseName } from './words-en.ts';
import { ru } from './words-ru.ts';

export const DICTIONARIES = { en, ru } satisfies Record<string, Dictionary>;
export type Language = keyof typeof DICTIONARIES;
/** Each by its own name. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: 'English', ru: 'Русский' };

const isLanguage = (name: unknown): name is Language => typeof name === 'string' && Object.hasOwn(LANGUAGES, name);

/** The first that we speak of those that somebody reads, as browsers send them in Accept-Language; else English. */
export function languageFor(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.toLowerCase().split('-')[0]).find(isLanguage) ?? 'en';
}

export const language = signal<Language>('en');

/** What was chosen before, or what the browser asks for. */
export function startLanguage(): void {
  const chosen = kept('language');
  setLanguage(isLanguage(chosen) ? chosen : languageFor(navigator.languages));
}

export function chooseLanguage(chosen: Language): void {
  keep('language', chosen);
  setLanguage(chosen);
}

function setLanguage(next: Language): void {
  language.value = next;
  document.documentElement.lang = next;
}

export type Values = Readonly<Record<string, string | number>>;

/** A phrase in the language that is chosen. A number `n` chooses its plural and is written as people there write it. */
export function say(name: PhraseName, values: Values = {}): string {
  return sayIn(language.value, name, values);
}

export function sayIn(tongue: Language, name: PhraseName, values: Values): string {
  return fillIn(tongue, (DICTIONARIES[tongue] as Dictionary)[name], values);
}

/** A phrase of any dictionary. */
export function fillIn(tongue: Language, phrase: Phrase, values: Values): string {
  const numbers = new Intl.NumberFormat(tongue);
  const text =
    typeof phrase === 'string'
      ? phrase
      : (phrase[new Intl.PluralRules(tongue).select(Number(values.n))] ?? phrase.other ?? '');
  return text.replace(/\{(\w+)\}/g, (hole, key: string) => {
    const value = values[key];
    if (value === undefined) return hole;
    return typeof value === 'number' ? numbers.format(value) : value;
  });
}
