import { Type } from 'typebox';
import {
  CheckpointSchema,
  MAX_CHECKPOINTS,
  MAX_COURSE_M,
  MAX_PASSES,
  PlaceSchema,
  type RaceSetting,
  RaceSettingSchema,
} from '../../../schemas/race.ts';
import { snapCheckpoint } from './snap.ts';

const closed = { additionalProperties: false };
const optional = Type.Optional;
const { id, name, sport, organiser, closesMs, waves, categories } = RaceSettingSchema.properties;
const checkpoint = CheckpointSchema.properties;

const StatedCheckpoint = Type.Object(
  {
    id: checkpoint.id,
    name: checkpoint.name,
    isStart: optional(checkpoint.isStart),
    isFinish: optional(checkpoint.isFinish),
    positionM: optional(
      Type.Array(Type.Number({ minimum: 0, maximum: MAX_COURSE_M }), {
        minItems: 1,
        maxItems: MAX_PASSES,
        description: 'Metres from the start of the first lap, once for each pass.',
      }),
    ),
    place: optional(
      Type.Object(PlaceSchema.properties, {
        ...closed,
        description: 'Beside the course, 50 m at most: each time that the course comes nearest to it is a pass.',
      }),
    ),
    radiusM: optional(Type.Number({ exclusiveMinimum: 0, maximum: 1_000, description: 'A circle around the place.' })),
    ends: optional(
      Type.Array(PlaceSchema, {
        minItems: 2,
        maxItems: 2,
        description: 'A line: each crossing of the course is a pass.',
      }),
    ),
  },
  { ...closed, description: 'Without a word of where it is, a start is at 0 and a finish at the end of the course.' },
);

const stated = {
  name,
  sport,
  state: optional(
    Type.Enum(['draft', 'live'], {
      type: 'string',
      description: 'A draft is seen by its organiser alone, and may miss what is not decided yet.',
    }),
  ),
  closesMs: optional(closesMs),
  checkpoints: optional(Type.Array(StatedCheckpoint, { maxItems: MAX_CHECKPOINTS })),
  waves: optional(waves),
  categories: optional(categories),
};

/** What an organiser says of a race, but for its course and its starters. What is left out is empty. */
export const StatedRace = Type.Object(stated, closed);

export const NewRace = Type.Object(
  {
    id,
    organiser: optional(Type.Unsafe<string>({ ...organiser, description: 'Whose it is: for operators to say.' })),
    ...stated,
  },
  closed,
);

export type OwnSetting = Omit<RaceSetting, 'version' | 'starters'>;

/** A setting without what follows from writing it. */
export function ownOf({ version: _, starters: __, ...own }: RaceSetting): OwnSetting {
  return own;
}

/** The setting that is meant, its checkpoints on the course. Throws RaceError. */
export function settingOf(
  said: Type.Static<typeof StatedRace>,
  kept: Pick<OwnSetting, 'id' | 'organiser' | 'course' | 'createdWith'>,
): OwnSetting {
  const { name, sport, state = 'draft', closesMs = null, checkpoints = [], waves = [], categories = [] } = said;
  return {
    ...{ ...kept, name, sport, state, closesMs, waves, categories },
    checkpoints: checkpoints.map((one, i) => {
      const { isStart = false, isFinish = false } = one;
      return snapCheckpoint({ ...one, isStart, isFinish }, kept.course, `/checkpoints/${i}`);
    }),
  };
}
