import { Type } from 'typebox';
import { SPAN_UNITS } from '../../schemas/athlete-progress.ts';
import { SPORTS } from '../../schemas/events.ts';
import { Uuid } from '../accounts/statements.ts';
import { GOAL_MEASURES } from './tables.ts';

const closed = { additionalProperties: false };
const Target = Type.Number({
  exclusiveMinimum: 0,
  maximum: 1_000_000_000,
  description: 'In m or s; of workouts a whole number. Of time no more than the period has.',
});
const SportOrAll = Type.Union([Type.Enum(SPORTS, { type: 'string' }), Type.Null()], {
  description: 'Only this sport; null: all of them.',
});
const what = {
  measure: Type.Enum(GOAL_MEASURES, { type: 'string', description: 'Workouts, m, s of moving, or m of climb.' }),
  period: Type.Enum(SPAN_UNITS, { type: 'string', description: 'Weeks begin on Monday, by the clock of the profile.' }),
};

export const NewGoal = Type.Object({ ...what, sport: Type.Optional(SportOrAll), target: Target }, closed);
export const GoalChange = Type.Object({ target: Target }, closed);

const goal = {
  id: Type.String(),
  ...{ ...what, sport: SportOrAll, target: Type.Number() },
  version: Type.Integer({ description: 'Its ETag is `"goal-<version>"`.' }),
  createdMs: Type.Integer(),
};
export const ShownGoal = Type.Object(goal, closed);

const period = {
  name: Type.String({ description: '`2026-W49`, `2026-11`, `2026`' }),
  fromMs: Type.Integer(),
  endMs: Type.Integer(),
  value: Type.Number({ description: 'What was done of it; what no workout measured adds nothing' }),
  isReached: Type.Boolean({ description: 'By the target as it is now' }),
};
export const GoalList = Type.Object(
  {
    timeZone: Type.String({ description: "The profile's." }),
    goals: Type.Array(
      Type.Object(
        {
          ...goal,
          current: Type.Object(
            { ...period, expected: Type.Number({ description: 'What it should be by now, done evenly' }) },
            closed,
          ),
          past: Type.Array(Type.Object(period, closed), {
            description: 'The twelve periods before it, the newest first, whether or not the goal was set then',
          }),
        },
        closed,
      ),
      { maxItems: 20, description: 'The oldest first' },
    ),
  },
  closed,
);

export const GoalParams = Type.Object({ id: Type.String(Uuid) });
