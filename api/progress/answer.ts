import { Type } from 'typebox';
import {
  type Comparisons,
  type FormSeries,
  MEASURES,
  type RecordsProgress,
  SPAN_UNITS,
  type Streaks,
  type Weeks,
  type Years,
} from '../../schemas/athlete-progress.ts';
import { SPORTS } from '../../schemas/events.ts';
import { RECORD_KINDS } from '../../schemas/record.ts';

const closed = { additionalProperties: false };
const nullable = (description: string) => Type.Unsafe<number | null>({ type: ['number', 'null'], description });
const orNull = <Schema extends Type.TSchema>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description });
const day = (description: string) => Type.String({ format: 'date', description });
const SportName = Type.Enum(SPORTS, { type: 'string' });
const timeZone = Type.String({ description: 'Whose days, weeks, months and years these are' });

const sums = {
  activities: Type.Integer(),
  distanceM: nullable('Null when none of them measured it, as the others'),
  movingS: nullable('Time moving'),
  elevationGainM: nullable('Climb'),
  trainingLoad: nullable('The best measure that each activity has: power, pace or heart rate'),
};
const Sums = Type.Object(sums, closed);
const all = {
  all: Sums,
  bySport: Type.Array(Type.Object({ sport: SportName, ...sums }, closed), { description: 'Most activities first' }),
};
const AllSums = Type.Object(all, closed);

const SpanSums = Type.Object(
  {
    name: Type.String({ description: '`2026-W49`, `2026-11`, `2026`' }),
    fromMs: Type.Integer(),
    untilMs: Type.Integer({ description: 'The point up to which is compared, ms since the epoch' }),
    endMs: Type.Integer({ description: 'Where the whole of it ends' }),
    toPoint: AllSums,
    whole: AllSums,
  },
  closed,
);

export const ComparisonsAnswer = Type.Unsafe<Comparisons>(
  Type.Object(
    {
      timeZone,
      comparisons: Type.Array(
        Type.Object(
          {
            unit: Type.Enum(SPAN_UNITS, { type: 'string' }),
            current: SpanSums,
            last: SpanSums,
            yearAgo: orNull(SpanSums, 'The week 52 weeks ago, or the month of last year; null for a year'),
          },
          closed,
        ),
      ),
    },
    { ...closed, title: 'Comparisons' },
  ),
);

export const WeeksAnswer = Type.Unsafe<Weeks>(
  Type.Object(
    {
      timeZone,
      weeks: Type.Array(
        Type.Object({ name: Type.String({ description: '`2026-W49`' }), start: day('Its Monday'), ...all }, closed),
        { description: 'The oldest first; the last one goes on' },
      ),
      trends: Type.Array(
        Type.Object(
          {
            measure: Type.Enum(MEASURES, { type: 'string' }),
            perWeek: Type.Number({ description: 'What it changes by in a week, Theil–Sen' }),
            low: Type.Number({ description: 'Of the 95 % interval' }),
            high: Type.Number(),
            weeks: Type.Integer({ description: 'Whole weeks that it rests on, none before the first activity' }),
            direction: Type.Enum(['rising', 'falling', 'unclear'], {
              type: 'string',
              description: '`unclear` when the interval holds 0',
            }),
          },
          closed,
        ),
        { description: 'Of those measures that at least eight whole weeks have' },
      ),
    },
    { ...closed, title: 'Weeks' },
  ),
);

const Column = (description: string) => Type.Array(Type.Number(), { description });

export const FormAnswer = Type.Unsafe<FormSeries>(
  Type.Object(
    {
      timeZone,
      start: orNull(day('The day of the first values'), 'Null without any activity'),
      load: Column('Training load of each day; 0 on a day of rest'),
      fitness: Column('Mean load, exponentially weighted over 42 days, at the end of the day (CTL)'),
      fatigue: Column('The same over 7 days (ATL)'),
      form: Column('Fitness less fatigue at the beginning of the day (TSB)'),
      activitiesWithoutLoad: Type.Integer({
        description: 'On these days, activities whose load nothing tells: they count as rest',
      }),
    },
    { ...closed, title: 'Form' },
  ),
);

const Streak = orNull(
  Type.Object(
    { length: Type.Integer(), from: day('Its first day, or Monday'), to: day('Its last day, or Monday') },
    closed,
  ),
  'Null without any',
);
const StreakPair = (of: string) =>
  Type.Object({ current: Streak, longest: Streak }, { ...closed, description: `${of} in a row with an activity` });

export const StreaksAnswer = Type.Unsafe<Streaks>(
  Type.Object({ timeZone, days: StreakPair('Days'), weeks: StreakPair('ISO weeks') }, { ...closed, title: 'Streaks' }),
);

const Longest = orNull(
  Type.Object({ activity: Type.String(), sport: SportName, value: Type.Number() }, closed),
  'Null when nothing measured it',
);

export const YearsAnswer = Type.Unsafe<Years>(
  Type.Object(
    {
      timeZone,
      years: Type.Array(
        Type.Object(
          {
            year: Type.Integer(),
            ...all,
            activeDays: Type.Integer({ description: 'Days on which something began' }),
            months: Type.Array(Sums, { description: 'All twelve, from January', minItems: 12, maxItems: 12 }),
            longestDistance: Longest,
            longestMoving: Longest,
          },
          closed,
        ),
        { description: 'The newest first' },
      ),
    },
    { ...closed, title: 'Years' },
  ),
);

export const RecordsAnswer = Type.Unsafe<RecordsProgress>(
  Type.Object(
    {
      records: Type.Array(
        Type.Object(
          {
            sport: SportName,
            kind: Type.Enum(RECORD_KINDS, { type: 'string' }),
            name: Type.String({ description: 'Such as `5 km`, `300 s`, `climb`' }),
            unit: Type.Enum(['s', 'W', 'm'], { type: 'string' }),
            steps: Type.Array(
              Type.Object(
                {
                  value: Type.Number(),
                  activity: Type.String(),
                  startMs: Type.Integer({ description: 'Where in the activity the effort begins' }),
                  endMs: Type.Integer(),
                  interpolated: nullable('Share of its seconds that was filled in; null when it was not kept'),
                },
                closed,
              ),
              { description: 'Each better than all before it; the newest first, which is the record. At most 20' },
            ),
            isWhole: Type.Boolean({ description: 'False when there were older steps than those' }),
          },
          closed,
        ),
        { description: 'By sport, kind and name' },
      ),
    },
    { ...closed, title: 'Progress of records' },
  ),
);
