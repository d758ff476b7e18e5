import { type Static, Type } from 'typebox';
import { SPORTS } from './events.ts';
import { ATHLETE_PATTERN, DEVICE_PATTERN, ORGANISER_PATTERN } from './identity.ts';

/**
 * A race as CONFIG holds it: everything that processors and the board must know, written by the API alone.
 *
 * `race.<id>` has the race without its starters; those stand in chunks of {@link STARTERS_PER_CHUNK} under
 * `race.<id>.starters.<starters' version>.<n>`. A writer puts all chunks of a new version first, then the race that
 * names it, and removes the older chunks last, so a reader that waits until it has every chunk named never sees a mix.
 *
 * Rules that one value alone cannot break stand in `race-check.ts`.
 */
export const MAX_COURSE_POINTS = 20_000;
export const MAX_COURSE_M = 1_000_000;
export const MAX_LAPS = 1_000;
export const MAX_CHECKPOINTS = 100;
export const MAX_PASSES = 1_000;
/** Of all checkpoints together: an athlete's crossings fit into a message. */
export const MAX_MARKS = 2_000;
export const MAX_WAVES = 100;
export const MAX_CATEGORIES = 200;
export const MAX_STARTERS = 50_000;
/** A quarter of a kilobyte each at most, beside a course in one value. */
export const MAX_CHANGES = 200;
/** About a hundred and fifty bytes each, far below what a value may hold. */
export const STARTERS_PER_CHUNK = 1_000;

export const RACE_STATES = ['draft', 'live', 'frozen', 'published'] as const;
export type RaceState = (typeof RACE_STATES)[number];

const strict = { additionalProperties: false };
/** Race, checkpoint, wave and category ids, which are also words of subjects and keys. */
const Id = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' });
const Text = Type.String({ minLength: 1, maxLength: 120 });
const TimeMs = Type.Integer({ minimum: 0, maximum: 4_102_444_800_000, description: 'ms since the epoch' });
const LatitudeE7 = Type.Integer({ minimum: -900_000_000, maximum: 900_000_000 });
const LongitudeE7 = Type.Integer({ minimum: -1_800_000_000, maximum: 1_800_000_000 });
const SEXES = ['female', 'male', 'other'] as const;
const Sex = Type.Enum(SEXES, { type: 'string' });

export const PlaceSchema = Type.Object({ latitudeE7: LatitudeE7, longitudeE7: LongitudeE7 }, strict);

const points = { minItems: 2, maxItems: MAX_COURSE_POINTS };
export const CourseSchema = Type.Object(
  {
    latitudeE7: Type.Array(LatitudeE7, { ...points, description: 'One for each point, in the direction of travel.' }),
    longitudeE7: Type.Array(LongitudeE7, points),
    altitudeDm: Type.Union([Type.Array(Type.Integer({ minimum: -5_000, maximum: 100_000 }), points), Type.Null()]),
    isClosed: Type.Boolean({ description: 'The last point is joined to the first; a lap ends where it began.' }),
    laps: Type.Integer({ minimum: 1, maximum: MAX_LAPS, description: 'More than one only of a closed course.' }),
  },
  strict,
);

export const CheckpointSchema = Type.Object(
  {
    id: Id,
    name: Text,
    kind: Type.Enum(['line', 'circle'], { type: 'string' }),
    positionM: Type.Array(Type.Number({ minimum: 0, maximum: MAX_COURSE_M }), {
      minItems: 1,
      maxItems: MAX_PASSES,
      description:
        'Where the course meets it, once for each pass, in metres of `course-line.ts` from the start of the first ' +
        'lap. Of a circle that is the place nearest to its centre.',
    }),
    ends: Type.Union([Type.Tuple([PlaceSchema, PlaceSchema]), Type.Null()]),
    centre: Type.Union([PlaceSchema, Type.Null()]),
    radiusM: Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 1_000 }), Type.Null()]),
    isStart: Type.Boolean({ description: 'Crossing it starts the chip time.' }),
    isFinish: Type.Boolean({ description: 'Its last pass ends the race.' }),
  },
  strict,
);

export const WaveSchema = Type.Object(
  { id: Id, name: Text, gunTimeMs: TimeMs, categories: Type.Array(Id, { maxItems: MAX_CATEGORIES }) },
  strict,
);

export const CategorySchema = Type.Object(
  {
    id: Id,
    name: Text,
    sex: Type.Union([Sex, Type.Null()]),
    minAge: Type.Union([Type.Integer({ minimum: 0, maximum: 120 }), Type.Null()]),
    maxAge: Type.Union([Type.Integer({ minimum: 0, maximum: 120 }), Type.Null()]),
  },
  strict,
);

export const StarterSchema = Type.Object(
  {
    bib: Type.String({ pattern: '^[A-Za-z0-9-]{1,16}$' }),
    name: Text,
    sex: Sex,
    birthYear: Type.Union([Type.Integer({ minimum: 1900, maximum: 2100 }), Type.Null()]),
    club: Type.String({ maxLength: 120 }),
    country: Type.String({ pattern: '^([A-Z]{3})?$', description: 'ISO 3166-1 alpha-3, or empty.' }),
    athlete: Type.String({ pattern: ATHLETE_PATTERN.source, description: 'Empty without an account.' }),
    device: Type.Union([Type.String({ pattern: DEVICE_PATTERN.source }), Type.Null()], {
      description: 'Only this device counts; any of the athlete when null.',
    }),
    chip: Type.Union([Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }), Type.Null()]),
    wave: Id,
    category: Id,
    showsHeartRate: Type.Optional(
      Type.Boolean({
        description: 'They agreed that everybody may see their heart rate during this race; else nobody may.',
      }),
    ),
  },
  strict,
);

export const CHANGED_PARTS = [
  'name',
  'sport',
  'state',
  'closesMs',
  'course',
  'checkpoints',
  'waves',
  'categories',
] as const;

/** Of so many of the latest changes what was before is kept, if it has so many bytes at most. */
export const MAX_PRIORS = 5;
export const MAX_PRIOR_BYTES = 20_000;

/** What the parts that a change replaced were before it. A course and starters are too much to be kept. */
export const PriorPartsSchema = Type.Object(
  {
    name: Type.Optional(Text),
    sport: Type.Optional(Type.Enum(SPORTS, { type: 'string' })),
    closesMs: Type.Optional(Type.Union([TimeMs, Type.Null()])),
    checkpoints: Type.Optional(Type.Array(CheckpointSchema, { maxItems: MAX_CHECKPOINTS })),
    waves: Type.Optional(Type.Array(WaveSchema, { maxItems: MAX_WAVES })),
    categories: Type.Optional(Type.Array(CategorySchema, { maxItems: MAX_CATEGORIES })),
  },
  strict,
);

/** Who made which version of a race that was no draft any more. */
export const RaceChangeSchema = Type.Object(
  {
    version: Type.Integer({ minimum: 2 }),
    by: Type.String({ maxLength: 160 }),
    saidMs: TimeMs,
    changed: Type.Array(Type.Enum([...CHANGED_PARTS, 'starters'], { type: 'string' }), {
      description: 'What is another than before; nothing when the same was said again.',
    }),
    before: Type.Optional(PriorPartsSchema),
  },
  strict,
);

export const RaceSettingSchema = Type.Object(
  {
    id: Id,
    version: Type.Integer({ minimum: 1, description: 'Grows by one with each change, starters included.' }),
    name: Text,
    organiser: Type.String({ pattern: ORGANISER_PATTERN.source }),
    createdWith: Type.Optional(
      Type.String({ maxLength: 64, description: 'Digests of the request that made it, so that a repeat is known.' }),
    ),
    changes: Type.Optional(
      Type.Array(RaceChangeSchema, {
        maxItems: MAX_CHANGES,
        description: 'In the value that they made, so none can be there without the other; the latest ones.',
      }),
    ),
    sport: Type.Enum(SPORTS, { type: 'string' }),
    state: Type.Enum(RACE_STATES, { type: 'string' }),
    closesMs: Type.Union([TimeMs, Type.Null()], { description: 'Nothing that happens after it counts.' }),
    course: Type.Union([CourseSchema, Type.Null()]),
    checkpoints: Type.Array(CheckpointSchema, { maxItems: MAX_CHECKPOINTS }),
    waves: Type.Array(WaveSchema, { maxItems: MAX_WAVES }),
    categories: Type.Array(CategorySchema, { maxItems: MAX_CATEGORIES }),
    starters: Type.Object(
      {
        version: Type.Integer({ minimum: 0 }),
        count: Type.Integer({ minimum: 0, maximum: MAX_STARTERS }),
        chunks: Type.Integer({ minimum: 0, maximum: MAX_STARTERS }),
      },
      strict,
    ),
  },
  strict,
);

export const StarterChunkSchema = Type.Object(
  { starters: Type.Array(StarterSchema, { minItems: 1, maxItems: STARTERS_PER_CHUNK }) },
  strict,
);

export type Place = Static<typeof PlaceSchema>;
export type Course = Static<typeof CourseSchema>;
export type Checkpoint = Static<typeof CheckpointSchema>;
export type PriorParts = Static<typeof PriorPartsSchema>;
export type RaceChange = Static<typeof RaceChangeSchema>;
export type Wave = Static<typeof WaveSchema>;
export type Category = Static<typeof CategorySchema>;
export type Starter = Static<typeof StarterSchema>;
export type RaceSetting = Static<typeof RaceSettingSchema>;
/** The value of `race.<id>` with the starters of its chunks. */
export type Race = Omit<RaceSetting, 'starters'> & { starters: readonly Starter[]; startersVersion: number };
