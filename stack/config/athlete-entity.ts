import { readAthleteSettings, setAthleteSettings } from '../../runtime/athlete-settings.ts';
import { OptionError } from '../../runtime/options.ts';
import { checkStated, parseJson, SettingsError } from '../../schemas/check-settings.ts';
import { ATHLETE_PATTERN } from '../../schemas/identity.ts';
import { keys } from '../../schemas/names.ts';
import type { ConfigCommandDeps } from './entity.ts';

/**
 * What is known of an athlete: shown as the JSON that can be changed and given back. Throws OptionError,
 * KvUnavailableError, KeyConflictError, SettingsChangedError.
 */
export async function athleteEntity({ options, openConfig, readFile }: ConfigCommandDeps): Promise<string> {
  const { id, value, athlete, hours, clear, file } = options;
  if (value !== undefined || athlete || hours !== undefined) {
    throw new OptionError('of an athlete everything is stated in one file: --file settings.json');
  }
  if (id === undefined) {
    if (clear || file !== undefined) throw new OptionError('of which athlete?');
    const known = await (await openConfig()).keys(keys.allAthleteSettings);
    const athletes = known.map(keys.parseAthleteSettings).filter((one) => one !== null);
    return athletes.length === 0 ? 'nothing is stated of anybody' : athletes.toSorted().join('\n');
  }
  if (!ATHLETE_PATTERN.test(id) || id === '') throw new OptionError(`"${id}" is not the id of an athlete`);
  if (clear) {
    if (file !== undefined) throw new OptionError('--clear takes back all that is stated: no file');
    // Written rather than deleted: the next version must be another one, as activities name theirs.
    const { version } = await setAthleteSettings(await openConfig(), id, {});
    return `athlete ${id}: nothing is stated (version ${version})`;
  }
  if (file === undefined) return shown(id, await openConfig());
  const { basedOn, stated } = await readStated(file, readFile);
  const { version } = await setAthleteSettings(await openConfig(), id, stated, basedOn);
  return `athlete ${id}: stated as version ${version}, for activities that begin from now on`;
}

async function shown(id: string, config: Parameters<typeof readAthleteSettings>[0]): Promise<string> {
  try {
    const settings = await readAthleteSettings(config, id);
    return settings.version === 0 ? `athlete ${id}: nothing is stated` : JSON.stringify(settings, null, 2);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new OptionError(`what is stated of ${id} cannot be read, and counts as nothing: ${error.message}`);
  }
}

/** A file that was shown before has its version, and must not undo what was stated since. */
async function readStated(file: string, readFile: ConfigCommandDeps['readFile']) {
  const text = await readFile(file);
  try {
    const said = parseJson(text);
    const isRecord = typeof said === 'object' && said !== null && !Array.isArray(said);
    if (!isRecord || !('version' in said)) return { basedOn: undefined, stated: checkStated(said) };
    const { version, ...rest } = said;
    if (!Number.isSafeInteger(version)) throw new SettingsError([{ field: 'version', rule: 'must be a whole number' }]);
    return { basedOn: version as number, stated: checkStated(rest) };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const lines = error.problems.map(({ field, rule }) => `  ${field === '' ? 'it' : field} ${rule}`);
    throw new OptionError(`${file} is not what can be stated of an athlete:\n${lines.join('\n')}`);
  }
}
