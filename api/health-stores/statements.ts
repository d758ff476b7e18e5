import { Type } from 'typebox';
import { MEASURE_NAMES } from '../../files/health/measures.ts';
import { WHY } from './day.ts';

const closed = { additionalProperties: false };
export const MAX_RECORDS_IN_PUSH = 5_000;
const MAX_DELETED = 5_000;

const Record = (description: string, type: string) =>
  Type.Object(
    {},
    { additionalProperties: true, description: `${description} Named by \`${type}\`; docs/health-stores.md.` },
  );
const Deleted = Type.Optional(
  Type.Array(Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]+$' }), {
    maxItems: MAX_DELETED,
    description: 'Ids of what was deleted in the store since the last push.',
  }),
);

export const HealthKitPush = Type.Object(
  {
    samples: Type.Array(Record('An HKQuantitySample or HKWorkout.', 'type'), { maxItems: MAX_RECORDS_IN_PUSH }),
    deleted: Deleted,
  },
  closed,
);
export const HealthConnectPush = Type.Object(
  {
    records: Type.Array(Record('A record of Health Connect.', 'recordType'), { maxItems: MAX_RECORDS_IN_PUSH }),
    deleted: Deleted,
  },
  closed,
);

export const PushOutcome = Type.Object(
  {
    taken: Type.Integer({ description: 'New ones. What belongs to a workout is in it within a minute.' }),
    changed: Type.Integer({ description: 'Known by their id, with other contents than before, and not sent on yet.' }),
    repeated: Type.Integer({ description: 'Known already, or deleted meanwhile.' }),
    withdrawn: Type.Integer({ description: 'Known ones that were deleted in the store.' }),
    notTaken: Type.Array(Type.Object({ type: Type.String(), count: Type.Integer() }, closed), {
      description: 'Types that are not kept here.',
    }),
  },
  { ...closed, title: 'HealthPush' },
);

export const DayParams = Type.Object({
  day: Type.String({
    format: 'date',
    pattern: '^(19|20)\\d{2}-\\d{2}-\\d{2}$',
    description: 'By the clock of the profile',
  }),
});

const measure = Type.Enum(MEASURE_NAMES, { type: 'string' });
const taken = {
  source: Type.String({ description: 'Whose value was taken.' }),
  over: Type.Array(Type.String(), { description: 'Who measured it too.' }),
  why: Type.Enum([...WHY], {
    type: 'string',
    description:
      '`only`: nobody else measured it. `preferred`: the profile prefers the source. `order`: devices come before ' +
      'files and health stores; of equal ones one is taken, always the same.',
  }),
};
const amount = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });

export const HealthDay = Type.Object(
  {
    day: Type.String(),
    timeZone: Type.String(),
    startMs: Type.Integer(),
    endMs: Type.Integer(),
    isWhole: Type.Boolean({ description: 'False when there are more records than are looked at.' }),
    measures: Type.Array(
      Type.Object(
        {
          ...{ measure, unit: Type.String(), total: amount('Of the day; null where nothing adds up.') },
          spans: Type.Array(
            Type.Object(
              { startMs: Type.Integer(), endMs: Type.Integer(), amount: amount('Of the span.'), ...taken },
              closed,
            ),
            { description: 'In the order of time; no moment is in two of them.' },
          ),
        },
        closed,
      ),
    ),
    levels: Type.Array(
      Type.Object({ measure, unit: Type.String(), value: Type.Number(), atMs: Type.Integer(), ...taken }, closed),
    ),
    sources: Type.Array(
      Type.Object(
        {
          source: Type.String(),
          kind: Type.Enum(['healthkit', 'health_connect', 'device', 'file'], { type: 'string' }),
          app: Type.String(),
          device: Type.String(),
        },
        closed,
      ),
    ),
  },
  { ...closed, title: 'HealthDay' },
);
