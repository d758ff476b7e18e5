import { Type } from 'typebox';
import { NextCursor } from '../requests/paging.ts';

const closed = { additionalProperties: false };
const orNull = <Value>(type: string, description: string) =>
  Type.Unsafe<Value | null>({ type: [type, 'null'], description });

export const FILE_STATES = ['waiting', 'reading', 'stored', 'imported', 'merged', 'refused', 'failed'] as const;
export type FileState = (typeof FILE_STATES)[number];

export const ImportParams = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{16}$', description: 'The id of the import' }),
});

export const UploadedFiles = Type.Object({
  files: Type.Array(
    Type.String({
      format: 'binary',
      description:
        'FIT, GPX or TCX, packed with gzip or not, a zip of them, or the zip that Apple’s Health app exports.',
    }),
  ),
});

const head = {
  id: ImportParams.properties.id,
  createdMs: Type.Integer(),
  endedMs: orNull<number>('integer', 'When nothing was left to do; null until then.'),
  progress: Type.Number({ description: 'From 0 to 1.' }),
};

const ImportedFile = Type.Object(
  {
    name: Type.String(),
    bytes: Type.Integer({ description: 'Unpacked' }),
    state: Type.Enum(FILE_STATES, {
      type: 'string',
      description:
        '`stored`: its samples are, and its workout appears within seconds. `imported`: its workouts are of this ' +
        'file alone. `merged`: other files or devices recorded the same, and it is in one workout with them. ' +
        '`failed`: it was tried for days.',
    }),
    progress: Type.Number({ description: 'From 0 to 1.' }),
    workouts: Type.Array(Type.String(), { description: 'The same file twice is in the same workout.' }),
    isRepeated: Type.Boolean({ description: 'The very same was uploaded before, and nothing is doubled.' }),
    reason: orNull<string>('string', 'Why it was refused'),
    detail: orNull<string>('string', 'What of it'),
    damage: Type.Array(Type.String(), { description: 'What was wrong with it, and was left out.' }),
    health: Type.Union(
      [
        Type.Object(
          {
            records: Type.Integer(),
            workouts: Type.Integer(),
            notTaken: Type.Record(Type.String(), Type.Integer(), { description: 'Types that are not kept here.' }),
          },
          closed,
        ),
        Type.Null(),
      ],
      { description: 'What was in the export of a health store; null for any other file.' },
    ),
  },
  closed,
);

export const Import = Type.Object({ ...head, files: Type.Array(ImportedFile) }, { ...closed, title: 'Import' });
export const ImportList = Type.Object(
  {
    imports: Type.Array(Type.Object({ ...head, files: Type.Integer({ description: 'How many.' }) }, closed)),
    next: NextCursor,
  },
  closed,
);
