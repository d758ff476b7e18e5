import type { Generated, Selectable } from 'kysely';
import type { Measure, SpanUnit } from '../../schemas/athlete-progress.ts';
import type { Sport } from '../../schemas/events.ts';

/** What a goal may count, as progress sums it: workouts, m, s of moving, m of climb. */
export const GOAL_MEASURES = ['activities', 'distanceM', 'movingS', 'elevationGainM'] as const satisfies Measure[];
export type GoalMeasure = (typeof GOAL_MEASURES)[number];

/** As the migration `goals` makes them. */
export interface GoalTables {
  goals: {
    id: string;
    account: string;
    measure: GoalMeasure;
    period: SpanUnit;
    /** Null: all of them. */
    sport: Sport | null;
    /** In the measure's unit. */
    target: number;
    version: Generated<number>;
    looks: Generated<number>;
    created_at: Date;
  };
}

export type GoalRow = Selectable<GoalTables['goals']>;
