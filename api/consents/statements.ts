import { type Static, Type } from 'typebox';
import { CONSENT_KINDS, CONSENT_TEXTS, type ConsentKind, presentText } from '../../schemas/consent-texts.ts';

const closed = { additionalProperties: false };
const TextVersion = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$', description: 'The version of a text.' });
const orNull = (description: string) => Type.Union([TextVersion, Type.Null()], { description });
export const presentVersions = CONSENT_KINDS.map((kind) => `\`${kind}\` \`${presentText(kind).version}\``).join(', ');

/** What is agreed to when signing up. What is left out is not agreed to. */
export const FirstConsents = Type.Object(
  { healthData: Type.Optional(TextVersion), productEvents: Type.Optional(TextVersion) },
  { ...closed, description: `The versions of the texts that were shown and agreed to, now ${presentVersions}.` },
);

export const ConsentStatement = Type.Object(
  {
    healthData: orNull('To data about one’s health; null takes it back, and nothing new is taken then.'),
    productEvents: orNull('To being counted; null takes it back, and what was counted is deleted.'),
  },
  closed,
);
export type ConsentStatement = Static<typeof ConsentStatement>;

const Given = Type.Object({ text: TextVersion, sinceMs: Type.Integer() }, closed);
const GivenOrNull = Type.Union([Given, Type.Null()], { description: 'Null where it is not given.' });
const Kind = Type.Unsafe<ConsentKind>(Type.Enum([...CONSENT_KINDS], { type: 'string' }));

export const ConsentAnswer = Type.Object(
  {
    healthData: GivenOrNull,
    productEvents: GivenOrNull,
    texts: Type.Array(Type.Object({ kind: Kind, version: TextVersion, en: Type.String(), ru: Type.String() }, closed), {
      description: 'All texts that there were, of each kind the present one first.',
    }),
    history: Type.Array(
      Type.Object({ kind: Kind, isGiven: Type.Boolean(), text: TextVersion, atMs: Type.Integer() }, closed),
      { description: 'What was given and taken back, the newest first; the latest hundred.' },
    ),
    version: Type.Integer(),
  },
  closed,
);
export type ConsentAnswer = Static<typeof ConsentAnswer>;

/** All texts that there were. */
export const TEXTS = CONSENT_KINDS.flatMap((kind) => CONSENT_TEXTS[kind].map((text) => ({ kind, ...text })));
