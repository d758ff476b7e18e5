import { type Static, Type } from 'typebox';
import { StatedSettingsSchema } from '../../schemas/athlete-settings.ts';
import { SPORTS } from '../../schemas/events.ts';

const closed = { additionalProperties: false };
const word = <const Words extends readonly string[]>(words: Words, description: string) =>
  Type.Enum(words, { type: 'string', description });

export const UNITS = ['metric', 'imperial'] as const;
export const LANGUAGES = ['en', 'ru'] as const;
/** From the widest to the closest. */
export const AUDIENCES_OF_DATA = ['everyone', 'friends', 'me'] as const;
/** Kinds of data that may be shown to some and not to others. */
export const KINDS_OF_DATA = ['activities', 'tracks', 'heartRate', 'power', 'body', 'records'] as const;
export type KindOfData = (typeof KINDS_OF_DATA)[number];
export const MAX_PRIVACY_ZONES = 20;

const who = word(AUDIENCES_OF_DATA, 'Who may see it besides the athlete.');
const VisibilitySchema = Type.Object(
  { activities: who, tracks: who, heartRate: who, power: who, body: who, records: who },
  { ...closed, description: 'Who may see what; nobody else where it is left out.' },
);
export type Visibility = Static<typeof VisibilitySchema>;

const PrivacyZoneSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, description: 'As the athlete calls it.' }),
    latitude: Type.Number({ minimum: -90, maximum: 90 }),
    longitude: Type.Number({ minimum: -180, maximum: 180 }),
    radiusM: Type.Integer({ minimum: 100, maximum: 5_000, description: 'm' }),
  },
  closed,
);
export type PrivacyZone = Static<typeof PrivacyZoneSchema>;

const { birthDate, sex, body, heart, thresholds, preferredSources } = StatedSettingsSchema.properties;
const fields = {
  ...{ birthDate, sex, body, heart, thresholds, preferredSources },
  units: Type.Optional(word(UNITS, 'In which numbers are shown; `metric` where it is left out.')),
  language: Type.Optional(word(LANGUAGES, 'Of pages and letters; `en` where it is left out.')),
  region: Type.Optional(
    Type.String({ pattern: '^[A-Z]{2}$', description: 'Where the athlete lives, ISO 3166-1 alpha-2: `AT`.' }),
  ),
  timeZone: Type.Optional(
    Type.String({ maxLength: 64, description: "Where the athlete's days begin, as `Europe/Vienna`; else `UTC`." }),
  ),
  privacyZones: Type.Optional(
    Type.Array(PrivacyZoneSchema, {
      maxItems: MAX_PRIVACY_ZONES,
      description: 'Nobody but the athlete sees the part of a workout that lies in one or around it.',
    }),
  ),
  visibility: Type.Optional(VisibilitySchema),
};

/** All that an athlete says of themselves. What is left out is not known, or has its usual value. */
export const ProfileStatement = Type.Object(fields, closed);
export type ProfileStatement = Static<typeof ProfileStatement>;

/** The same as it is told: with its usual values, of a version. */
export const ProfileAnswer = Type.Object(
  {
    ...fields,
    version: Type.Integer({ description: 'Grows by one with each change; 0 where nothing was ever said.' }),
    updatedMs: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'When it was changed last.' }),
  },
  closed,
);
export type ProfileAnswer = Static<typeof ProfileAnswer>;

const number = (description: string) => Type.Optional(Type.Number({ description }));
/** What holds on one day in one sport; what is not known is left out. */
export const ValuesAnswer = Type.Object(
  {
    day: Type.String(),
    sport: word(SPORTS, 'As it was asked for.'),
    ...{ birthDate, sex },
    weightKg: number('Weight, kg'),
    heightCm: number('Height, cm'),
    restingHeartRateBpm: number('Resting heart rate, 1/min'),
    maxHeartRateBpm: number('Maximum heart rate, 1/min'),
    thresholdHeartRateBpm: number('Heart rate at the lactate threshold, 1/min'),
    heartRateZonesBpm: Type.Optional(
      Type.Array(Type.Number(), {
        description: 'Lower bounds of the zones, rising, 1/min; below the first is zone 0.',
      }),
    ),
    areZonesStated: Type.Boolean({ description: 'False where the zones follow from a heart rate, or there are none.' }),
    ftpW: number('Functional threshold power, W'),
    criticalPowerW: number('Critical power, W'),
    wPrimeJ: number('W′, the work above critical power, J'),
    thresholdSpeedMps: number('Speed at the lactate threshold, m/s'),
  },
  closed,
);
