import { type Static, Type } from 'typebox';
import { FORMATS } from '../../files/read-activity-file.ts';
import { channelsOf } from '../../schemas/channels.ts';
import { SPORTS } from '../../schemas/events.ts';
import { KINDS_OF_DATA } from '../profile/statements.ts';
import { WorkoutParams } from '../workouts/statements.ts';
import { SOURCES } from '../workouts/tables.ts';
import { REASONS_HIDDEN } from './shared-row.ts';
import { KIND_OF_CHANNEL } from './shown-data.ts';

const closed = { additionalProperties: false };
const orNull = (type: string, description?: string) =>
  Type.Unsafe<number | null>({ type: [type, 'null'], ...(description && { description }) });
const MAX_POINTS = 2_000;
export const DEFAULT_POINTS = 1_000;

export const SharedParams = WorkoutParams;
export const SharedStreamsQuery = Type.Object(
  {
    points: Type.Optional(
      Type.Integer({
        minimum: 10,
        maximum: MAX_POINTS,
        default: DEFAULT_POINTS,
        description: 'At most so many buckets.',
      }),
    ),
  },
  closed,
);
export const SharedExportQuery = Type.Object(
  { format: Type.Enum(FORMATS, { type: 'string', description: 'Of the file.' }) },
  closed,
);

export const SharedWorkout = Type.Object(
  {
    id: WorkoutParams.properties.id,
    source: Type.Enum(SOURCES, { type: 'string' }),
    sport: Type.Enum(SPORTS, { type: 'string' }),
    name: Type.String(),
    timeZone: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
    isCut: Type.Boolean({
      description:
        'Part of it is held back around a privacy zone: the numbers are those of the rest, null where unknown.',
    }),
    startMs: orNull('integer', 'Of what is shown.'),
    durationS: orNull('number'),
    distanceM: orNull('number', 'Of a part: along the track that is shown.'),
    climbM: orNull('number'),
    averageHeartRateBpm: orNull('number'),
    energyKcal: orNull('number'),
    shown: Type.Array(Type.Enum(KINDS_OF_DATA, { type: 'string' }), { description: 'Kinds of data that others see.' }),
    track: Type.Unsafe<number[][][] | null>({
      type: ['array', 'null'],
      items: { type: 'array', items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 } },
      description: 'Pieces of latitude and longitude, degrees; between two of them something is held back.',
    }),
  },
  { ...closed, title: 'SharedWorkout' },
);
export type SharedWorkout = Static<typeof SharedWorkout>;

export const SharedPreview = Type.Object(
  {
    isShared: Type.Boolean({ description: 'Whether others see it now.' }),
    hiddenBy: Type.Array(Type.Enum(REASONS_HIDDEN, { type: 'string' }), {
      description:
        'What keeps others out: `workout`, its own visibility; `activities`, the one that the profile gives them.',
    }),
    workout: SharedWorkout,
  },
  { ...closed, title: 'SharedPreview' },
);

const Column = Type.Array(Type.Unsafe<number | null>({ type: ['number', 'null'] }));
export const SharedStreams = Type.Object(
  {
    stepMs: Type.Integer({ description: 'Length of a bucket; they are counted from the epoch.' }),
    startMs: Type.Array(Type.Integer(), { description: 'Of each bucket that lies wholly in what is shown.' }),
    channels: Type.Object(
      Object.fromEntries(
        channelsOf('samples')
          .filter(({ name }) => KIND_OF_CHANNEL[name] !== null)
          .map(({ name, description, unit, rollUp }) => [
            name,
            Type.Optional({
              ...Column,
              description: `${description}, ${unit}; ${rollUp === 'last' ? 'the last value' : 'the mean'}`,
            }),
          ]),
      ),
      { ...closed, description: 'Columns as long as `startMs`, of kinds of data that others see.' },
    ),
  },
  { ...closed, title: 'SharedStreams' },
);
export type SharedStreams = Static<typeof SharedStreams>;
