import { language } from './race/language.ts';

export const plain = (value: number, digits = 0) =>
  value.toLocaleString(language.value, { maximumFractionDigits: digits });

export const percent = (share: number) =>
  share.toLocaleString(language.value, { style: 'percent', maximumFractionDigits: 0 });

/** A day, YYYY-MM-DD, in words. */
export function dayText(day: string, options: Intl.DateTimeFormatOptions = { dateStyle: 'medium' }): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(language.value, { ...options, timeZone: 'UTC' });
}
