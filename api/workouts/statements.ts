import { Type } from 'typebox';
import { SPORTS, type Sport } from '../../schemas/events.ts';
import { NextCursor, PageQuery } from '../requests/paging.ts';
import { TimeParameter } from '../samples/query.ts';
import { CHANGE_ACTS, SOURCES, VISIBILITIES, type Visibility } from './tables.ts';

const closed = { additionalProperties: false };
const sports = (description: string) => Type.Enum(SPORTS, { type: 'string', description });
const orNull = <Value>(type: string, more: object = {}) => Type.Unsafe<Value | null>({ type: [type, 'null'], ...more });
const number = (description: string, minimum: number, maximum: number) =>
  orNull<number>('number', { minimum, maximum, description });

const DAY_S = 86_400;
/** No sign that a database refuses or a page cannot show; notes may have lines. */
const NO_CONTROLS = '^[^\\u0000-\\u001f\\u007f]*$';
const LINES = '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$';

/** Only what a person knows who wrote it down, and so of workouts entered by hand only. */
const Entered = {
  localStart: Type.String({
    pattern: '^(19[7-9]\\d|20\\d\\d)-\\d\\d-\\d\\dT([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?$',
    description: 'By the clock of the time zone. Of an hour that the clock showed twice the first one is meant.',
  }),
  timeZone: Type.String({ maxLength: 64, description: 'Of the IANA database, as `Europe/Vienna`.' }),
  durationS: Type.Number({ minimum: 1, maximum: 7 * DAY_S, description: 'Without pauses.' }),
  distanceM: number('Null when it is not known.', 0, 2_000_000),
  climbM: number('All ways up together.', 0, 30_000),
  averageHeartRateBpm: number('Beats a minute.', 20, 260),
  energyKcal: number('Kilocalories.', 0, 50_000),
};
/** What a person may say of any workout. */
const Said = {
  name: Type.String({ maxLength: 120, pattern: NO_CONTROLS }),
  notes: Type.String({ maxLength: 5_000, pattern: LINES }),
  effort: orNull<number>('integer', { minimum: 1, maximum: 10, description: 'Perceived effort, Borg CR10.' }),
  visibility: Type.Unsafe<Visibility>(
    Type.Enum(VISIBILITIES, { type: 'string', description: 'Who else may see it; nobody unless it says so.' }),
  ),
};

type Fields = Record<string, Type.TSchema>;
type Optional<Of extends Fields> = { [name in keyof Of]: Type.TOptional<Of[name]> };
function optional<Of extends Fields>(fields: Of): Optional<Of> {
  return Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, Type.Optional(one)])) as Optional<Of>;
}

const { localStart, timeZone, durationS, ...known } = Entered;
export const NewWorkout = Type.Object(
  { sport: sports('What it was.'), localStart, timeZone, durationS, ...optional(known), ...optional(Said) },
  closed,
);
export const WorkoutChange = Type.Object(
  {
    sport: Type.Optional(
      Type.Union([sports('What it was.'), Type.Null()], {
        description: 'Null takes back what was stated of a workout from the stream: the measured one holds again.',
      }),
    ),
    ...optional(Entered),
    ...optional(Said),
  },
  closed,
);

export const WorkoutParams = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{16}$', description: 'The id of the workout' }),
});

const filter = {
  sport: Type.Optional(sports('Only this sport.')),
  source: Type.Optional(Type.Enum(SOURCES, { type: 'string', description: 'Only what came this way.' })),
  from: TimeParameter('Only those that began at or after: RFC 3339, or ms since the epoch.'),
  until: TimeParameter('Only those that began before.'),
  text: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, pattern: NO_CONTROLS, description: 'Somewhere in name or notes.' }),
  ),
};
export const FilterQuery = Type.Object(filter, closed);
export const HistoryQuery = Type.Object({ ...filter, ...PageQuery.properties }, closed);

export const Workout = Type.Object(
  {
    id: WorkoutParams.properties.id,
    source: Type.Enum(SOURCES, { type: 'string' }),
    status: Type.Enum(['live', 'finished'], { type: 'string', description: '`live` while it goes on.' }),
    sport: sports('What holds: the stated one, else the measured one.'),
    measuredSport: orNull<Sport>('string', { description: 'What the stream says; null where nothing was measured.' }),
    start: Type.String({ format: 'date-time' }),
    startMs: Type.Integer(),
    endMs: Type.Integer({ description: 'Of what counts so far' }),
    localStart: orNull<string>('string', { description: 'By the clock of the time zone; null where none is known.' }),
    timeZone: orNull<string>('string'),
    durationS: orNull<number>('number', { description: 'Of the stream: moving.' }),
    distanceM: orNull<number>('number'),
    climbM: orNull<number>('number'),
    averageHeartRateBpm: orNull<number>('number'),
    energyKcal: orNull<number>('number'),
    name: Type.String(),
    notes: Type.String(),
    effort: orNull<number>('integer', { description: 'Perceived effort, Borg CR10.' }),
    visibility: Type.Enum(VISIBILITIES, { type: 'string' }),
    version: Type.Integer({
      description: 'Grows with every change, of its owner or of the stream; 0 while it goes on.',
    }),
    activity: orNull<string>('string', {
      description: 'Where its charts, laps, zones, efforts and sources are; null for one entered by hand.',
    }),
  },
  { ...closed, title: 'Workout' },
);

export const WorkoutList = Type.Object(
  {
    workouts: Type.Array(Workout, { description: 'The one that goes on first, then the newest first' }),
    isLiveKnown: Type.Boolean({
      description: 'False when whoever knows what goes on right now gave no answer: something may be missing',
    }),
    next: NextCursor,
  },
  { ...closed, title: 'Workouts' },
);

export const WorkoutTotals = Type.Object(
  {
    workouts: Type.Integer({ description: 'How many; the one that goes on is not among them.' }),
    durationS: Type.Number(),
    distanceM: Type.Number(),
    climbM: Type.Number(),
  },
  closed,
);

const Fields = Type.Record(Type.String(), Type.Unknown(), { description: 'Only what differs.' });
export const WorkoutChanges = Type.Object(
  {
    changes: Type.Array(
      Type.Object(
        {
          atMs: Type.Integer(),
          actor: Type.String({ description: 'Who: `owner`, or `stream` where later data moved it.' }),
          act: Type.Enum(CHANGE_ACTS, { type: 'string' }),
          before: Fields,
          after: Fields,
        },
        closed,
      ),
      { description: 'The newest first' },
    ),
    next: NextCursor,
  },
  closed,
);
