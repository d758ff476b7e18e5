import type { Measure, SpanUnit } from '../../schemas/athlete-progress.ts';
import { percent, plain, say, written } from './say.ts';
import type { ProgressPhrase } from './words-en.ts';

/** What a span is compared with, as phrases. */
export const POINTS = {
  week: { last: 'lastWeek', yearAgo: 'weekYearAgo' },
  month: { last: 'lastMonth', yearAgo: 'monthYearAgo' },
  year: { last: 'lastYear', yearAgo: 'lastYear' },
} as const satisfies Record<SpanUnit, Record<'last' | 'yearAgo', ProgressPhrase>>;

/** From so many times as much on, times say more than percent. */
const TIMES = 3;

/** How a sum stands against the one at the same point of another span: `12 % more than at this point of last week`. */
export function compareText(now: number | null, then: number | null, point: ProgressPhrase): string {
  const words = { point: say(point) };
  if (now === null) return say('unknownNow');
  if (then === null) return say('unknownThen', words);
  if (then === 0) return now === 0 ? say('asMuch', words) : say('noneThen', words);
  const ratio = now / then;
  const share = Math.round(100 * Math.abs(ratio - 1)) / 100;
  if (share === 0) return say('asMuch', words);
  if (ratio >= TIMES) return say('times', { times: plain(ratio, 1), ...words });
  return say(ratio > 1 ? 'more' : 'less', { percent: percent(share), ...words });
}

/** What there was then, and in the end. */
export function thenText(measure: Measure, then: number | null, whole: number | null): string {
  return say('before', { value: written(measure, then), whole: written(measure, whole) });
}
