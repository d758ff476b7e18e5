import type { Funnel } from './product-answers.ts';
import { dayBefore, dayText, percent, plain, say } from './say.ts';

/** From so much on people are said to log regularly: half of those who stay long enough to tell. */
export const ENOUGH_SHARE = 0.5;

/**
 * The plan's hypothesis, that people log regularly, in one sentence with its numbers: yes or no where the whole 95 %
 * interval is on one side of {@link ENOUGH_SHARE}, and open where it is not.
 */
export function hypothesisText({ regularNow }: Pick<Funnel, 'regularNow'>): string {
  const { of, people, share, low95, high95, fromDay, untilDay } = regularNow;
  if (of === 0) return say('hypothesisNobody');
  if (of === null || people === null || share === null || low95 === null || high95 === null) {
    return say('hypothesisFew');
  }
  const verdict = low95 >= ENOUGH_SHARE ? 'hypothesisYes' : high95 < ENOUGH_SHARE ? 'hypothesisNo' : 'hypothesisOpen';
  const numbers = say('hypothesisNumbers', {
    ...{ share: percent(share), people: plain(people), of: plain(of) },
    ...{ low: percent(low95), high: percent(high95) },
    ...{ from: dayText(fromDay), until: dayText(dayBefore(untilDay)) },
  });
  return say(verdict, { numbers, half: percent(ENOUGH_SHARE) });
}
