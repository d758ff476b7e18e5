import { fillIn, type Language, language, type Values } from '../race/language.ts';
import { type OrganiserDictionary, type OrganiserPhraseName, organiserEn } from './organiser-words-en.ts';
import { organiserRu } from './organiser-words-ru.ts';

/** Words that only organisers read; the race page does not carry them. */
export const ORGANISER_DICTIONARIES: Readonly<Record<Language, OrganiserDictionary>> = {
  en: organiserEn,
  ru: organiserRu,
};

/** A phrase of the organiser page in the language that is chosen. */
export function tell(name: OrganiserPhraseName, values: Values = {}): string {
  return fillIn(language.value, ORGANISER_DICTIONARIES[language.value][name], values);
}

/** The phrase of a name that the API gave, or that name as it is where there is no phrase. */
export function tellKnown(prefix: string, name: string): string {
  const phrase = `${prefix}_${name}`;
  return Object.hasOwn(organiserEn, phrase) ? tell(phrase as OrganiserPhraseName) : name.replaceAll('_', ' ');
}
