import { Type } from 'typebox';
import { REGULAR_SPAN_WEEKS, REGULAR_WEEKS, RETENTION_OF } from './store.ts';
import { MIN_GROUP } from './telling.ts';

const closed = { additionalProperties: false };
export const FUNNEL_WEEKS = 52;
export const MAX_COHORTS = 26;
export const MAX_DAYS = 92;

const FEW = `1 to ${MIN_GROUP - 1}`;
const RULE = `Null where the number could single somebody out: ${FEW} people of a group, or all but so few.`;
const Count = Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0, description: RULE });
const Share = Type.Unsafe<number | null>({ type: ['number', 'null'], minimum: 0, maximum: 1 });
const Day = (description: string) => Type.String({ format: 'date', description });

export const RetentionQuery = Type.Object(
  {
    cohorts: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_COHORTS, default: 12 })),
    of: Type.Optional(
      Type.Enum(RETENTION_OF, {
        type: 'string',
        default: 'logging',
        description: '`logging`: logged a workout. `active`: that, or was here.',
      }),
    ),
  },
  closed,
);
export const ActiveQuery = Type.Object(
  {
    days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MAX_DAYS, default: 30, description: 'So many, up to yesterday.' }),
    ),
  },
  closed,
);

export const FUNNEL_STEPS = ['signedUp', 'verified', 'firstWorkout', 'regular'] as const;

export const Funnel = Type.Object(
  {
    fromDay: Day('People who signed up since this Monday, of those who agreed to be counted.'),
    steps: Type.Array(
      Type.Object(
        {
          step: Type.Enum([...FUNNEL_STEPS], {
            type: 'string',
            description: `\`regular\`: in ${REGULAR_WEEKS} of ${REGULAR_SPAN_WEEKS} weeks in a row, at some time.`,
          }),
          people: Count,
        },
        closed,
      ),
    ),
    regularNow: Type.Object(
      {
        fromDay: Day('The Monday that the weeks begin with.'),
        untilDay: Day('The Monday after them.'),
        of: Count,
        people: Count,
        share: Share,
        low95: Share,
        high95: Share,
      },
      {
        ...closed,
        description:
          `Whether people log regularly: with a workout in ${REGULAR_WEEKS} of the last ${REGULAR_SPAN_WEEKS} whole ` +
          'weeks, of all who confirmed their address and signed up before these. The interval is Wilson’s, 95 %.',
      },
    ),
    minGroup: Type.Integer(),
  },
  closed,
);

export const Retention = Type.Object(
  {
    of: Type.Enum(RETENTION_OF, { type: 'string' }),
    cohorts: Type.Array(
      Type.Object(
        {
          monday: Day('They signed up in the week that begins with it.'),
          people: Count,
          weeks: Type.Array(Count, {
            description: 'How many were there in that week, in the next one, …; whole weeks.',
          }),
        },
        closed,
      ),
    ),
    minGroup: Type.Integer(),
  },
  closed,
);

export const ActiveDays = Type.Object(
  {
    days: Type.Array(
      Type.Object(
        {
          day: Day('By UTC.'),
          daily: Count,
          weekly: Count,
          monthly: Count,
          stickiness: Type.Unsafe<number | null>({
            ...{ type: ['number', 'null'], minimum: 0, maximum: 1 },
            description: 'Daily by monthly; null where either is, and where nobody was here.',
          }),
        },
        closed,
      ),
      { description: 'Different people on the day, in the 7 and in the 30 days that end with it.' },
    ),
    minGroup: Type.Integer(),
  },
  closed,
);
