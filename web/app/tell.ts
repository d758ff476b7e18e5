import type { ParameterProblem } from '../problem-error.ts';
import { fillIn, language, type Values } from '../race/language.ts';
import { type AppDictionary, type AppPhrase, en } from './words-en.ts';
import { ru } from './words-ru.ts';

export const DICTIONARIES = { en, ru } satisfies Record<string, AppDictionary>;

/** A phrase of the application in the language that is chosen. */
export function tell(name: AppPhrase, values: Values = {}): string {
  const words: AppDictionary = DICTIONARIES[language.value];
  return fillIn(language.value, words[name], values);
}

/**
 * The rule that a field broke in the language of the page, with its limit in the units of who reads it; in the words of
 * the API where there are none of ours.
 */
export function ruleText({ message, rule, limit }: ParameterProblem, limitText?: (limit: number) => string): string {
  const phrase = `rule_${rule}`;
  if (!Object.hasOwn(en, phrase)) return message;
  const shown = limit === undefined ? undefined : (limitText?.(limit) ?? limit);
  return tell(phrase as AppPhrase, shown === undefined ? {} : { limit: shown });
}

/** What a problem of the API is called here; null where it has no words of ours. */
export function knownProblem(name: string): string | null {
  const phrase = `problem_${name}`;
  return Object.hasOwn(en, phrase) ? tell(phrase as AppPhrase) : null;
}
