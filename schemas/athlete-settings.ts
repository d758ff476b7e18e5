import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { SPORTS } from './events.ts';
import { brokenRules } from './settings-rules.ts';
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
    Type.Array(Type.String({ pattern: '^(([A-Za-z0-9_-]{1,64}/)?[a-z][a-z0-9_]{0,15}|[A-Za-z0-9_-]{1,64}/[*])$' }), {
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

export interface SettingsProblem {
  /** As `body[2].weightKg`; '' for the whole. */
  readonly field: string;
  readonly rule: string;
}

/** What was stated cannot be; every rule that is broken, with its field. */
export class SettingsError extends Error {
  override name = 'SettingsError';
  readonly problems: readonly SettingsProblem[];

  constructor(problems: readonly SettingsProblem[]) {
    super(problems.map(({ field, rule }) => (field === '' ? rule : `${field} ${rule}`)).join('; '));
    this.problems = problems;
  }
}

/** Throws {@link SettingsError} unless `said` is the settings of an athlete. */
export function checkStated(said: unknown): StatedSettings {
  const problems = Value.Check(StatedSettingsSchema, said) ? brokenRules(said) : malformed(said);
  if (problems.length > 0) throw new SettingsError(problems);
  const stated = said as StatedSettings;
  const bytes = Buffer.byteLength(JSON.stringify(stated));
  if (bytes > MAX_SETTINGS_BYTES) {
    throw new SettingsError([{ field: '', rule: `takes ${bytes} bytes, ${MAX_SETTINGS_BYTES} are the most` }]);
  }
  return stated;
}

/** With the version of the account's profile that said it, where one did: 0 for none. */
export function encodeAthleteSettings({ version, ...stated }: AthleteSettings, profileVersion = 0): Buffer {
  return Buffer.from(JSON.stringify({ version, ...(profileVersion > 0 && { profileVersion }), ...stated }));
}

/** Throws {@link SettingsError} for bytes that {@link encodeAthleteSettings} did not write. */
export function parseAthleteSettings(bytes: Uint8Array): AthleteSettings {
  const said = parseJson(Buffer.from(bytes).toString('utf8')) as Partial<AthleteSettings> | null;
  // Of the profile's version only who writes the next one needs to know.
  const {
    version,
    profileVersion: _,
    ...stated
  } = (said ?? {}) as Partial<AthleteSettings> & { profileVersion?: number };
  if (!Number.isSafeInteger(version) || (version as number) < 1) {
    throw new SettingsError([{ field: 'version', rule: 'must be a whole number from 1 on' }]);
  }
  return { version: version as number, ...checkStated(stated) };
}

/** Throws {@link SettingsError} for text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SettingsError([{ field: '', rule: `is not JSON: ${error.message}` }]);
  }
}

/** What is wrong with the shape, in words. Of an unknown name typebox says two things; one is enough. */
function malformed(said: unknown): SettingsProblem[] {
  return Value.Errors(StatedSettingsSchema, said).flatMap(({ keyword, instancePath, params, message }) => {
    const field = fieldOf(instancePath);
    const all = params as { requiredProperties?: string[]; type?: string; allowedValues?: string[] };
    switch (keyword) {
      case 'additionalProperties':
        return [];
      case 'boolean':
        return [{ field, rule: 'is not a setting' }];
      case 'required':
        return (all.requiredProperties ?? []).map((name) => ({ field: joined(field, name), rule: 'is missing' }));
      case 'format':
        return [{ field, rule: 'must be a day that exists, as 2026-03-01' }];
      case 'enum':
        return [{ field, rule: `must be one of ${all.allowedValues?.join(', ')}` }];
      default:
        return [{ field, rule: message }];
    }
  });
}

const joined = (field: string, name: string) => (field === '' ? name : `${field}.${name}`);

function fieldOf(instancePath: string): string {
  return instancePath
    .slice(1)
    .split('/')
    .reduce((field, part) => (/^\d+$/.test(part) ? `${field}[${part}]` : joined(field, part)), '');
}
