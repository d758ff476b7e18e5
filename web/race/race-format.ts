import { dateAndTimeIn, duration } from '../format.ts';
import { language, say } from './language.ts';

/** Numbers of a race as people of the chosen language read them. */

/** How old something is, in words. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 2) return say('ageNow');
  if (seconds < 120) return say('ageSeconds', { n: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return say('ageMinutes', { n: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? say('ageHours', { n: hours }) : say('ageDays', { n: Math.round(hours / 24) });
}

/** The day is left out today. */
export function when(ms: number, nowMs = Date.now()): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  return isToday ? clock(ms, {}) : dateAndTimeIn(language.value, ms);
}

function clock(ms: number, seconds: Pick<Intl.DateTimeFormatOptions, 'second'>): string {
  const parts: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...seconds };
  return new Date(ms).toLocaleTimeString(language.value, parts);
}

export const timeOfDay = (ms: number) => clock(ms, { second: '2-digit' });

export function kilometresIn(metres: number, digits: number): string {
  return (metres / 1_000).toLocaleString(language.value, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** `+1:15`, `−0:03`; no sign for nothing. */
export function gapText(ms: number): string {
  const text = duration(Math.abs(ms) / 1_000);
  if (text === '0:00') return '0:00';
  return `${ms < 0 ? '−' : '+'}${text}`;
}
