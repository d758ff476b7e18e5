import { percent, sportName, written } from '../progress/say.ts';
import { UNIT_SYSTEMS, units } from '../units.ts';
import type { Goal, GoalMeasure } from './goal-api.ts';
import { labelIn } from './measures.ts';
import { tell } from './tell.ts';

/** What a target is entered in: its label, and how many of what the API counts one of it is. */
export function targetUnit(measure: GoalMeasure): { readonly label: string; readonly size: number } {
  const { long, high } = UNIT_SYSTEMS[units.value];
  switch (measure) {
    case 'distanceM':
      return { label: labelIn('distanceIn', long), size: long.size };
    case 'elevationGainM':
      return { label: labelIn('climbIn', high), size: high.size };
    case 'movingS':
      return { label: tell('goalHours'), size: 3_600 };
    case 'activities':
      return { label: tell('goalWorkouts'), size: 1 };
  }
}

/** `40 km`, `5 h 0 min`, `3 workouts` */
export function amountText(measure: GoalMeasure, value: number): string {
  return measure === 'activities' ? tell('workoutsCount', { n: value }) : written(measure, value);
}

/** `40 km every week: Run` */
export function goalTitle({ measure, period, sport, target }: Pick<Goal, 'measure' | 'period' | 'sport' | 'target'>) {
  const amount = measure === 'elevationGainM' ? tell('climbOf', { climb: amountText(measure, target) }) : '';
  const sportWords = sport === null ? tell('allSports') : sportName(sport);
  return tell(`goalEvery_${period}`, { amount: amount || amountText(measure, target), sport: sportWords });
}

/** How far it is, and how that stands against doing it evenly. */
export function standText({ measure, target, current: { value, expected, isReached } }: Goal): string {
  const done = tell('goalDone', { value: amountText(measure, value), share: percent(value / target) });
  if (isReached) return `${done} ${tell('goalReached')}`;
  // Of workouts nobody does a part of one.
  const due = measure === 'activities' ? Math.floor(expected) : expected;
  if (value >= due) return `${done} ${tell('goalOnTrack')}`;
  return `${done} ${tell('goalBehind', { expected: amountText(measure, due) })}`;
}
