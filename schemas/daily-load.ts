/**
 * Fitness, fatigue and form by day: exponentially weighted means of the daily load with time constants of 42 and 7 days
 * (the impulse-response model of Banister et al. 1975, as simplified by Coggan to CTL, ATL and TSB). Form is
 * yesterday's fitness less yesterday's fatigue: what one starts the day with.
 */
export const VERSION = 1;

export const FITNESS_DAYS = 42;
export const FATIGUE_DAYS = 7;

export interface DailyForm {
  /** CTL, ATL and TSB at the end, for form at the beginning, of the day. */
  readonly fitness: number;
  readonly fatigue: number;
  readonly form: number;
}

export const UNTRAINED: DailyForm = { fitness: 0, fatigue: 0, form: 0 };

/** One entry for each of `loads`, of consecutive days (0 on a day of rest), after a day that ended as `before`. */
export function dailyForm(loads: readonly number[], before: DailyForm = UNTRAINED): DailyForm[] {
  let { fitness, fatigue } = before;
  return loads.map((load) => {
    const form = fitness - fatigue;
    fitness += (load - fitness) / FITNESS_DAYS;
    fatigue += (load - fatigue) / FATIGUE_DAYS;
    return { fitness, fatigue, form };
  });
}
