import type { Span, SpanUnit } from '../../schemas/athlete-progress.ts';
import { spansBackFrom } from '../progress/calendar.ts';
import type { ProgressReader } from '../progress/reader.ts';
import { sumOf } from '../progress/sums.ts';
import type { GoalRow } from './tables.ts';

/** Periods before the one that goes on that are told of. */
export const PAST_PERIODS = 12;

/** A week, month or year that a goal is for. */
export interface Period extends Span {
  readonly unit: SpanUnit;
}

type Counted = Pick<GoalRow, 'measure' | 'sport'>;

/**
 * Sums what an athlete did in some periods, as progress does, by one query for all; gives what finds a goal's value in
 * one of them. What no workout measured adds nothing. Throws StoreUnavailableError.
 */
export async function measurePeriods(
  progress: Pick<ProgressReader, 'spans'>,
  athlete: string,
  periods: readonly Period[],
  signal?: AbortSignal,
): Promise<(goal: Counted, period: Period) => number> {
  const rows = periods.length === 0 ? [] : await progress.spans(athlete, periods, signal);
  const byPeriod = Map.groupBy(
    rows.filter(({ part }) => part === 'whole'),
    ({ span }) => periods[span],
  );
  return function valueIn({ measure, sport }, period) {
    const own = byPeriod.get(period) ?? [];
    return sumOf(sport === null ? own : own.filter((row) => row.sport === sport))[measure] ?? 0;
  };
}

interface When {
  readonly nowMs: number;
  readonly timeZone: string;
}

/** How far each goal is in the period that goes on, and was in those before it, the newest first. */
export async function progressOf(
  progress: Pick<ProgressReader, 'spans'>,
  athlete: string,
  goals: readonly GoalRow[],
  { nowMs, timeZone }: When,
  signal?: AbortSignal,
) {
  const units = [...new Set(goals.map(({ period }) => period))];
  const periods = units.flatMap((unit): Period[] =>
    spansBackFrom(unit, nowMs, timeZone, 1 + PAST_PERIODS).map((span) => ({ unit, ...span })),
  );
  const valueIn = await measurePeriods(progress, athlete, periods, signal);
  return goals.map((goal) => {
    const [current, ...past] = periods
      .filter(({ unit }) => unit === goal.period)
      .map((period) => {
        const value = valueIn(goal, period);
        const { name, fromMs, endMs } = period;
        return { name, fromMs, endMs, value, isReached: value >= goal.target };
      });
    const share = (nowMs - current.fromMs) / (current.endMs - current.fromMs);
    return { goal, current: { ...current, expected: goal.target * share }, past };
  });
}
