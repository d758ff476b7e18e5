import type { SpanUnit } from '../../schemas/athlete-progress.ts';
import type { Sport } from '../../schemas/events.ts';
import type { GoalMeasure } from '../goals/tables.ts';
import { distance, duration, height, type InEach, type Reader, sportName } from './languages.ts';

/** A goal that was reached in a period. */
export interface GoalNews {
  readonly goal: string;
  readonly measure: GoalMeasure;
  readonly unit: SpanUnit;
  /** `2026-W49`, `2026-11`, `2026`. */
  readonly period: string;
  /** Null: all of them. */
  readonly sport: Sport | null;
  /** As it was then. */
  readonly target: number;
}

const UNITS: Readonly<Record<SpanUnit, InEach>> = {
  week: { en: 'week', ru: 'неделя' },
  month: { en: 'month', ru: 'месяц' },
  year: { en: 'year', ru: 'год' },
};
const ALL_SPORTS: InEach = { en: 'all sports', ru: 'все виды' };

function targetWords({ measure, target }: GoalNews, reader: Reader): string {
  const { language } = reader;
  switch (measure) {
    case 'distanceM':
      return distance(target, reader);
    case 'movingS':
      return duration(target);
    case 'elevationGainM':
      return `${height(target, reader)} ${language === 'en' ? 'of climb' : 'набора высоты'}`;
    case 'activities':
      // Said so, the number needs no other ending.
      return language === 'en' ? `workouts: ${target}` : `тренировок: ${target}`;
  }
}

export function goalWords(news: GoalNews, reader: Reader) {
  const { language } = reader;
  const { unit, period, sport } = news;
  const where = sport === null ? ALL_SPORTS[language] : sportName(sport, language);
  const when = `${UNITS[unit][language]} ${period}`;
  const title = language === 'en' ? 'Goal reached' : 'Цель достигнута';
  return { title: `${title} (${where}, ${when}): ${targetWords(news, reader)}`, text: '' };
}
