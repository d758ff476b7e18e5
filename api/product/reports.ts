import type { Static } from 'typebox';
import { dayNumber, dayText, mondayText, weekNumber } from './events.ts';
import type { ActiveDays, Funnel, Retention } from './statements.ts';
import { FUNNEL_STEPS, FUNNEL_WEEKS } from './statements.ts';
import { type ProductStore, REGULAR_SPAN_WEEKS, type RetentionOf } from './store.ts';
import { MIN_GROUP, shareOf, told, toldFunnel, toldSize } from './telling.ts';

const minGroup = MIN_GROUP;

/** What administrators are told at `nowMs`. All throw StoreUnavailableError. */
export function createProductReports(store: Pick<ProductStore, 'funnel' | 'regular' | 'retention' | 'activeDays'>) {
  return {
    /** No span can be asked for: of two spans that differ by little the difference would tell of few people. */
    async funnel(nowMs: number): Promise<Static<typeof Funnel>> {
      const week = weekNumber(nowMs);
      const from = week - FUNNEL_WEEKS;
      const [counts, now] = await Promise.all([store.funnel({ from, until: week }), store.regular(week)]);
      const { signedUp, verified, firstWorkout, everRegular } = counts;
      const people = toldFunnel([signedUp, verified, firstWorkout, everRegular]);
      const regular = told(now.regular, now.of);
      const share = regular === null ? null : shareOf(regular, now.of);
      return {
        fromDay: mondayText(from),
        steps: FUNNEL_STEPS.map((step, i) => ({ step, people: people[i] })),
        regularNow: {
          ...{ fromDay: mondayText(week - REGULAR_SPAN_WEEKS), untilDay: mondayText(week) },
          ...{ of: toldSize(now.of), people: regular },
          ...(share ?? { share: null, low95: null, high95: null }),
        },
        minGroup,
      };
    },

    /** The newest cohort last; only weeks that are over. */
    async retention(nowMs: number, cohorts: number, of: RetentionOf): Promise<Static<typeof Retention>> {
      const until = weekNumber(nowMs);
      const from = until - cohorts + 1;
      const cells = await store.retention({ from, until, of });
      const peopleOf = new Map(cells.map(({ cohort, after, people }) => [`${cohort} ${after}`, people]));
      return {
        of,
        cohorts: Array.from({ length: cohorts }, (_, i) => {
          const cohort = from + i;
          const size = peopleOf.get(`${cohort} null`) ?? 0;
          const weeks = Array.from({ length: until - cohort }, (_, after) =>
            size === 0 ? 0 : told(peopleOf.get(`${cohort} ${after}`) ?? 0, size),
          );
          return { monday: mondayText(cohort), people: toldSize(size), weeks };
        }),
        minGroup,
      };
    },

    async activeDays(nowMs: number, days: number): Promise<Static<typeof ActiveDays>> {
      const until = dayNumber(nowMs) - 1;
      const from = until - days + 1;
      const known = new Map((await store.activeDays({ from, until })).map((one) => [one.day, one]));
      return {
        days: Array.from({ length: days }, (_, i) => {
          const { daily, weekly, monthly } = known.get(from + i) ?? { daily: 0, weekly: 0, monthly: 0 };
          const shown = { daily: toldSize(daily), weekly: toldSize(weekly), monthly: toldSize(monthly) };
          const isKnown = shown.daily !== null && shown.monthly !== null && monthly > 0;
          return { day: dayText(from + i), ...shown, stickiness: isKnown ? daily / monthly : null };
        }),
        minGroup,
      };
    },
  };
}

export type ProductReports = ReturnType<typeof createProductReports>;
