import { Value } from 'typebox/value';
import {
  type AthleteSettings,
  MAX_SETTINGS_BYTES,
  type StatedSettings,
  StatedSettingsSchema,
} from './athlete-settings.ts';
import { brokenRules, type SettingsProblem } from './settings-rules.ts';

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

/** Versions of what an account says of its athlete: its profile, and how its activities are cut. 0 for nothing. */
export interface AccountVersions {
  readonly profileVersion: number;
  readonly editsVersion: number;
}

/** With the versions of the account that said it, where one did. */
export function encodeAthleteSettings(
  { version, ...stated }: AthleteSettings,
  { profileVersion = 0, editsVersion = 0 }: Partial<AccountVersions> = {},
): Buffer {
  const of = { ...(profileVersion > 0 && { profileVersion }), ...(editsVersion > 0 && { editsVersion }) };
  return Buffer.from(JSON.stringify({ version, ...of, ...stated }));
}

/** Throws {@link SettingsError} for bytes that {@link encodeAthleteSettings} did not write. */
export function parseAthleteSettings(bytes: Uint8Array): AthleteSettings {
  const said = parseJson(Buffer.from(bytes).toString('utf8')) as Partial<AthleteSettings & AccountVersions> | null;
  // Of the account's versions only who writes the next ones needs to know.
  const { version, profileVersion: _, editsVersion: __, ...stated } = said ?? {};
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
