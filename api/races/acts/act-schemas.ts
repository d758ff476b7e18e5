import { Type } from 'typebox';
import { PriorPartsSchema, RACE_STATES, RaceChangeSchema, StarterSchema, WaveSchema } from '../../../schemas/race.ts';
import { REVIEW_DECISIONS } from '../../../schemas/review.ts';
import { Checkpoint } from '../answer.ts';

const closed = { additionalProperties: false };
const { bib } = StarterSchema.properties;
const VERDICTS = ['none', 'dnf', 'dns', 'dsq'] as const;
const Verdict = Type.Enum(VERDICTS, { type: 'string' });
const checkpoint = WaveSchema.properties.id;
const pass = Type.Integer({ minimum: 1, maximum: 1_000 });
const TimeMs = Type.Integer({ minimum: 0, maximum: 4_102_444_800_000, description: 'ms since the epoch' });
const typeOf = <Name extends string>(name: Name) => Type.Enum([name], { type: 'string' });

const decided = {
  decision: Type.Enum(REVIEW_DECISIONS, { type: 'string' }),
  revision: Type.Integer({ minimum: 1, description: 'Of the finding, as whoever decided saw it.' }),
};

const ActSchema = Type.Union([
  Type.Object({ type: typeOf('verdict'), bib, verdict: Verdict }, closed),
  Type.Object({ type: typeOf('crossing'), bib, checkpoint, pass, timeMs: TimeMs }, closed),
  Type.Object({ type: typeOf('strike'), bib, checkpoint, pass }, closed),
  Type.Object(
    {
      type: typeOf('review'),
      finding: Type.String({ minLength: 1, maxLength: 160, description: 'Its id.' }),
      ...decided,
    },
    closed,
  ),
  Type.Object({ type: typeOf('freeze') }, closed),
  Type.Object({ type: typeOf('publish') }, closed),
  Type.Object({ type: typeOf('undo'), number: Type.Integer({ minimum: 1 }) }, closed),
]);

const why = Type.String({ minLength: 1, maxLength: 500 });

export const NewAct = Type.Object({ act: ActSchema, why }, closed);

const ActValue = Type.Union([
  Type.Object({ verdict: Verdict }, closed),
  Type.Object({ timeMs: TimeMs }, closed),
  Type.Object({ isStruck: Type.Boolean() }, closed),
  Type.Object(decided, closed),
  Type.Object({ state: Type.Enum(RACE_STATES, { type: 'string' }) }, closed),
  Type.Null(),
]);

export const AuditedAct = Type.Object(
  {
    number: Type.Integer({ description: 'From 1, without a gap.' }),
    by: Type.String(),
    saidMs: TimeMs,
    why: Type.String(),
    act: ActSchema,
    before: ActValue,
    after: ActValue,
    isUndone: Type.Boolean(),
  },
  closed,
);

const AuditedChange = Type.Object(
  {
    ...RaceChangeSchema.properties,
    before: Type.Optional(
      Type.Object(
        { ...PriorPartsSchema.properties, checkpoints: Type.Optional(Type.Array(Checkpoint)) },
        {
          ...closed,
          description:
            'What was before, of the latest five changes: `PUT /v1/races/{id}` with it undoes one. Not of a course, ' +
            'of starters or of a state.',
        },
      ),
    ),
  },
  closed,
);

export const Audit = Type.Object(
  {
    race: Type.String(),
    acts: Type.Array(AuditedAct),
    changes: Type.Array(AuditedChange, {
      description: 'Of its setting since it was no draft any more, by version: the latest two hundred.',
    }),
  },
  closed,
);

const MAX_READS = 1_000;
const Read = Type.Object(
  {
    chip: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })),
    bib: Type.Optional(bib),
    checkpoint,
    source: Type.Enum(['mat', 'chip'], { type: 'string' }),
    timeMs: TimeMs,
    sigmaMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000, default: 50 })),
  },
  { ...closed, description: 'Of a chip, or of a bib where the reader knows them.' },
);
export const NewReads = Type.Object({ reads: Type.Array(Read, { minItems: 1, maxItems: MAX_READS }) }, closed);
export type NewReads = Type.Static<typeof NewReads>;
export type NewRead = Type.Static<typeof Read>;

export const READ_REFUSALS = ['unknown_chip', 'unknown_bib', 'unknown_checkpoint', 'from_future'] as const;
export const StoredReads = Type.Object(
  {
    stored: Type.Integer({ description: 'Reads that are kept now, repeated ones with them.' }),
    refused: Type.Array(
      Type.Object(
        {
          read: Type.Integer({ description: 'Its place in the request, from 0.' }),
          reason: Type.Enum(READ_REFUSALS, { type: 'string' }),
        },
        closed,
      ),
    ),
  },
  closed,
);
