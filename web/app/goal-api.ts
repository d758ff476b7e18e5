import type { SpanUnit } from '../../schemas/athlete-progress.ts';
import type { Sport } from '../../schemas/events.ts';
import { read, send } from './account-api.ts';

export const GOAL_MEASURES = ['distanceM', 'movingS', 'elevationGainM', 'activities'] as const;
export type GoalMeasure = (typeof GOAL_MEASURES)[number];

export interface GoalPeriod {
  /** `2026-W49`, `2026-11`, `2026` */
  readonly name: string;
  readonly fromMs: number;
  readonly endMs: number;
  readonly value: number;
  readonly isReached: boolean;
}

/** What the API answers about a goal: how far it is, and was in twelve periods before, the newest first. */
export interface Goal {
  readonly id: string;
  readonly measure: GoalMeasure;
  readonly period: SpanUnit;
  /** Null: all of them. */
  readonly sport: Sport | null;
  readonly target: number;
  readonly version: number;
  readonly current: GoalPeriod & { readonly expected: number };
  readonly past: readonly GoalPeriod[];
}

export type NewGoal = Pick<Goal, 'measure' | 'period' | 'sport' | 'target'>;

const tag = ({ version }: Goal) => ({ 'if-match': `"goal-${version}"` });

/** Each throws ProblemError with what the API said, TypeError when it cannot be reached. */
export const readGoals = async () => (await read<{ goals: readonly Goal[] }>('/goals')).goals;
export const addGoal = (goal: NewGoal, key: string) => send('POST', '/goals', goal, { 'idempotency-key': key });
export const changeGoal = (goal: Goal, target: number) => send('PUT', `/goals/${goal.id}`, { target }, tag(goal));
export const removeGoal = (goal: Goal) => send('DELETE', `/goals/${goal.id}`, undefined, tag(goal));
