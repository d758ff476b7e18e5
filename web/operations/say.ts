import { fillIn, language } from '../race/language.ts';
import { en, enReasons, type OperationsDictionary, type OperationsPhrase } from './words-en.ts';
import { ru, ruReasons } from './words-ru.ts';

export const DICTIONARIES = { en, ru } satisfies Record<string, OperationsDictionary>;
const REASON_WORDS = { en: enReasons, ru: ruReasons };

/** A phrase of the page of operators in the language that is chosen. */
export function say(name: OperationsPhrase, values: Readonly<Record<string, string | number>> = {}): string {
  const words: OperationsDictionary = DICTIONARIES[language.value];
  return fillIn(language.value, words[name], values);
}

/** What a reason means; '' for one that a newer server gives. */
export function reasonText(reason: string): string {
  const words: Readonly<Record<string, string>> = REASON_WORDS[language.value];
  return words[reason] ?? '';
}

/** Each as its makers write it. */
export const STORES = { nats: 'NATS', questdb: 'QuestDB', clickhouse: 'ClickHouse' } as const;

/** Tenths of what is small, and grouped digits of what is not. */
export function number(value: number): string {
  const digits = Math.abs(value) < 100 ? 1 : 0;
  return value.toLocaleString(language.value, { maximumFractionDigits: digits });
}

/** A time that something takes, with its unit: `4.2 ms`, `12 s`, `3 min`. */
export function span(ms: number): string {
  if (ms === 0) return unit(0, 'second', 0);
  if (ms < 1_000) return unit(ms, 'millisecond', ms < 10 ? 1 : 0);
  if (ms < 120_000) return unit(ms / 1_000, 'second', ms < 10_000 ? 1 : 0);
  return ms < 7_200_000 ? unit(ms / 60_000, 'minute', 0) : unit(ms / 3_600_000, 'hour', 0);
}

function unit(value: number, name: string, digits: number): string {
  return value.toLocaleString(language.value, {
    style: 'unit',
    unit: name,
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  });
}

/** How old what is shown is, in words. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 2) return say('ageNow');
  return seconds < 120 ? say('ageSeconds', { n: seconds }) : say('ageMinutes', { n: Math.round(seconds / 60) });
}
