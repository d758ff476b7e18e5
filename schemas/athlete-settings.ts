import { type Static, type TSchema, Type } from 'typebox';
import { SPORTS } from './events.ts';
import { MAX_PREFERRED } from './source-ranks.ts';

/** What gear can be. Of each kind one piece is in use at a time; of `other` everything that is in use. */
export const GEAR_KINDS = [
  'shoes',
  'bike',
  'wheels',
  'front_tyre',
  'rear_tyre',
  'chain',
  'cassette',
  'brake_pads',
  'trainer',
  'wetsuit',
  'skis',
  'poles',
  'boat',
  'strap',
  'other',
] as const;

/** What one athlete's settings take in CONFIG at the most. */
export const MAX_SETTINGS_BYTES = 64 * 1024;
const MAX_DATED = 200;
const MAX_GEAR = 200;

const closed = <Fields extends Record<string, TSchema>>(fields: Fields, more: object = {}) =>
  Type.Object(fields, { additionalProperties: false, ...more });
const optional = <Schema extends TSchema>(schema: Schema) => Type.Optional(schema);
const number = (minimum: number, maximum: number, description: string) =>
  Type.Optional(Type.Number({ minimum, maximum, description }));
const bpm = (description: string) => number(20, 250, `${description}, 1/min`);
const day = (description: string) => Type.String({ format: 'date', description: `${description}, YYYY-MM-DD` });
const from = day('Holds from the beginning of this day');
const sports = (description: string) =>
  Type.Array(Type.Enum(SPORTS), { minItems: 1, maxItems: SPORTS.length, uniqueItems: true, description });
const dated = <Fields extends Record<string, TSchema>>(fields: Fields, description: string) =>
  Type.Optional(Type.Array(closed(fields), { maxItems: MAX_DATED, description }));

const SOURCE_OF_FILE = 'file:[0-9a-f]{8,40}';
const SOURCE = `(${SOURCE_OF_FILE}|[a-z][a-z0-9_]{0,15})(:rr|:events)?`;
/** A source with its device or of any, or all of a device. */
const LEFT_OUT_PATTERN = `^(([A-Za-z0-9_-]{1,64}/)?${SOURCE}|[A-Za-z0-9_-]{1,64}/[*])$`;
/** The same without the kinds of rows, which are preferred together. */
const PREFERRED_PATTERN = `^(([A-Za-z0-9_-]{1,64}/)?(${SOURCE_OF_FILE}|[a-z][a-z0-9_]{0,15})|[A-Za-z0-9_-]{1,64}/[*])$`;
const load = (what: string) => number(0, 1e9, what);
const GearSchema = closed({
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'Names it for ever, unique among all of them' }),
  kind: Type.Enum(GEAR_KINDS, { description: 'Of each kind one piece is in use; of `other` all' }),
  name: Type.String({ minLength: 1, maxLength: 100, description: 'As the athlete calls it' }),
  defaultFor: sports('Sports in which it is used unless something newer or more special is'),
  from: day('First day in use'),
  until: optional(day('From this day on it is not in use any more')),
  startLoad: optional(
    closed(
      {
        distanceM: load('Distance, m'),
        movingS: load('Time in motion, s'),
        elevationGainM: load('Elevation gain, m'),
        impacts: load('Steps'),
        wetS: load('Time in the wet, s'),
      },
      { description: 'What it had done before it came into use here' },
    ),
  ),
});
export type Gear = Static<typeof GearSchema>;
export type GearKind = Gear['kind'];

const BodySchema = {
  from,
  weightKg: number(20, 400, 'Weight, kg'),
  heightCm: number(50, 272, 'Height, cm'),
  restingHeartRateBpm: bpm('Resting heart rate'),
};
const HeartSchema = {
  from,
  sports: optional(sports('Where it holds; in all sports without it')),
  maxHeartRateBpm: bpm('Maximum heart rate'),
  thresholdHeartRateBpm: bpm('Heart rate at the lactate threshold'),
  heartRateZonesBpm: optional(
    Type.Array(Type.Number({ minimum: 1, maximum: 250 }), {
      minItems: 1,
      maxItems: 9,
      description: 'Lower bounds of the zones, rising, 1/min; below the first is zone 0',
    }),
  ),
};
const ThresholdsSchema = {
  from,
  sports: sports('Where it holds: power and speed of one sport say nothing in another'),
  ftpW: number(10, 2_000, 'Functional threshold power, W'),
  criticalPowerW: number(10, 2_000, 'Critical power, W; the FTP stands in where it is not stated'),
  wPrimeJ: number(100, 200_000, 'W′, the work above critical power, J'),
  thresholdSpeedMps: number(0.1, 30, 'Speed at the lactate threshold, m/s'),
};

/** What an athlete, or an operator for them, states. Whatever is not known is left out. */
export const StatedSettingsSchema = closed({
  timeZone: optional(
    Type.String({ maxLength: 64, description: "Where the athlete's days begin, as `Europe/Vienna`; `UTC` without it" }),
  ),
  birthDate: optional(day('Date of birth')),
  sex: optional(
    Type.Enum(['female', 'male'], { description: '`female` or `male`: formulas are made for one of them' }),
  ),
  body: dated(BodySchema, 'What holds in every sport'),
  heart: dated(HeartSchema, 'The heart, in all sports or some'),
  thresholds: dated(ThresholdsSchema, 'Power and speed, by sport'),
  preferredSources: optional(
    Type.Array(Type.String({ pattern: PREFERRED_PATTERN }), {
      maxItems: MAX_PREFERRED,
      uniqueItems: true,
      description: 'Whose values win over others, the best first: `source`, `device/source` or `device/*`',
    }),
  ),
  leftOut: optional(
    Type.Array(
      closed({
        source: Type.String({
          pattern: LEFT_OUT_PATTERN,
          description: '`source`, `device/source` or `device/*`',
        }),
        from: Type.String({ format: 'date-time', description: 'From this moment, RFC 3339' }),
        until: Type.String({ format: 'date-time', description: 'Up to this moment' }),
      }),
      { maxItems: MAX_DATED, description: 'Whose data does not count, and when; nothing of it is deleted' },
    ),
  ),
  wet: optional(
    Type.Array(
      closed({
        from: Type.String({ format: 'date-time', description: 'From this moment, RFC 3339' }),
        until: Type.String({ format: 'date-time', description: 'Up to this moment' }),
        isWet: Type.Boolean({ description: 'Whether it was wet; of spans that overlap the last one counts' }),
      }),
      { maxItems: MAX_DATED, description: 'Whether activities that begin in a span were in the wet: no sensor tells' },
    ),
  ),
  splits: optional(
    Type.Array(Type.String({ format: 'date-time', description: 'RFC 3339' }), {
      maxItems: MAX_DATED,
      uniqueItems: true,
      description: 'Whatever goes on at such a moment is two activities: one ends there, another begins',
    }),
  ),
  joins: optional(
    Type.Array(
      closed({
        from: Type.String({ format: 'date-time', description: 'Where the first one ends, RFC 3339' }),
        until: Type.String({ format: 'date-time', description: 'Where the next one begins' }),
      }),
      { maxItems: MAX_DATED, description: 'What ends and what begins there is one activity, paused in between' },
    ),
  ),
  gear: optional(Type.Array(GearSchema, { maxItems: MAX_GEAR, description: 'Everything that wears' })),
});
export type StatedSettings = Static<typeof StatedSettingsSchema>;

/** What CONFIG holds of an athlete. The version grows by one with each change, also when everything is taken back. */
export type AthleteSettings = StatedSettings & { readonly version: number };

/** What an account's profile says of an athlete. All else (gear, the wet, what is left out) is stated elsewhere. */
export const PROFILE_SETTINGS = [
  'timeZone',
  'birthDate',
  'sex',
  'body',
  'heart',
  'thresholds',
  'preferredSources',
] as const satisfies readonly (keyof StatedSettings)[];
export type ProfileSettings = Pick<StatedSettings, (typeof PROFILE_SETTINGS)[number]>;

/** Of an athlete of whom nothing was ever stated. */
export const NO_SETTINGS: AthleteSettings = { version: 0 };
