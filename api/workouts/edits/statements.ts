import { Type } from 'typebox';
import { WorkoutParams } from '../statements.ts';
import { EDIT_KINDS } from './tables.ts';

const closed = { additionalProperties: false };
const MAX_JOINED = 10;

export const NewJoin = Type.Object(
  {
    workouts: Type.Array(
      Type.Object(
        {
          id: WorkoutParams.properties.id,
          version: Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'That was seen.' }),
        },
        closed,
      ),
      { minItems: 2, maxItems: MAX_JOINED, description: 'In any order.' },
    ),
  },
  closed,
);

export const NewSplit = Type.Object(
  {
    atMs: Type.Integer({
      ...{ minimum: 0, maximum: 8_640_000_000_000 },
      description: 'Where the second one begins, ms since the epoch; to the second.',
    }),
  },
  closed,
);

export const EditParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'Of the edit' }) });

export const WorkoutEdit = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum(EDIT_KINDS, { type: 'string' }),
    fromMs: Type.Integer({ description: 'Of a join, where the first one ends; of a split the moment.' }),
    untilMs: Type.Integer({ description: 'Of a join, where the next one begins; of a split the moment.' }),
    workouts: Type.Array(Type.String(), { description: 'Those that it was made of, in order of time.' }),
    createdMs: Type.Integer(),
    state: Type.Enum(['waiting', 'done'], {
      type: 'string',
      description: '`waiting` until the workouts were counted again from the stored samples, which takes seconds.',
    }),
  },
  { ...closed, title: 'WorkoutEdit' },
);

export const WorkoutEditList = Type.Object(
  { edits: Type.Array(WorkoutEdit, { description: 'Those that hold, the newest first.' }) },
  { ...closed, title: 'WorkoutEdits' },
);
