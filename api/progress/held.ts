import type { Span } from '../../schemas/athlete-progress.ts';
import type { Sport } from '../../schemas/events.ts';
import type { MostInOne, SpanRow, SportRow } from './reader.ts';
import { type SportDay, sumOf } from './sport-days.ts';

/** An activity that counts, measured or entered by hand. */
export interface HeldActivity extends Omit<SportRow, 'activities'> {
  readonly id: string;
  readonly startMs: number;
  /** YYYY-MM-DD, of the day on which it began and of the Monday before it. */
  readonly day: string;
  readonly monday: string;
  readonly sport: Sport;
  /** What was longest needs evidence: what was entered by hand counts in sums alone. */
  readonly isMeasured: boolean;
}

/** All that an athlete did, and what everything but spans is summed from. */
export interface Held {
  readonly activities: readonly HeldActivity[];
  /** In order of day and sport. */
  readonly sportDays: readonly SportDay[];
}

export function heldFrom(activities: readonly HeldActivity[]): Held {
  const byDay = Map.groupBy(activities, ({ day, sport }) => `${day} ${sport}`);
  const keys = [...byDay.keys()].sort();
  return { activities, sportDays: keys.map((key) => toSportDay(byDay.get(key)!)) };
}

function toSportDay(own: readonly HeldActivity[]): SportDay {
  const [{ day, monday, sport }] = own;
  return {
    ...{ day, monday, sport, ...sumOf(own.map(counted)) },
    withoutLoad: own.filter(({ trainingLoad }) => trainingLoad === null).length,
    longestDistance: mostIn(own, 'distanceM'),
    longestMoving: mostIn(own, 'movingS'),
  };
}

/** Of each span and sport what began before the span's point, and before its end. */
export function spansOf(activities: readonly HeldActivity[], spans: readonly Span[]): SpanRow[] {
  return spans.flatMap(({ fromMs, untilMs, endMs }, span) => {
    const whole = activities.filter(({ startMs }) => startMs >= fromMs && startMs < endMs);
    const toPoint = whole.filter(({ startMs }) => startMs < untilMs);
    return [...rowsOf(span, 'toPoint', toPoint), ...rowsOf(span, 'whole', whole)];
  });
}

function rowsOf(span: number, part: SpanRow['part'], own: readonly HeldActivity[]): SpanRow[] {
  return [...Map.groupBy(own, ({ sport }) => sport)].map(([sport, some]) => {
    return { span, part, sport, ...sumOf(some.map(counted)) };
  });
}

const counted = ({ distanceM, movingS, elevationGainM, trainingLoad }: HeldActivity) => {
  return { activities: 1, distanceM, movingS, elevationGainM, trainingLoad };
};

/** Of equal ones the earlier. */
function mostIn(own: readonly HeldActivity[], measure: 'distanceM' | 'movingS'): MostInOne | null {
  let most: { id: string; startMs: number; value: number } | null = null;
  for (const { id, startMs, isMeasured, [measure]: value } of own) {
    if (!isMeasured || value === null) continue;
    if (most === null || value > most.value || (value === most.value && startMs < most.startMs)) {
      most = { id, startMs, value };
    }
  }
  return most && { activity: most.id, value: most.value };
}
