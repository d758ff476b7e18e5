import { readAthleteSettings, setAthleteSettings } from '../../runtime/athlete-settings.ts';
import { OptionError } from '../../runtime/options.ts';
import type { LeftOut } from '../../schemas/left-out.ts';
import type { ConfigCommandDeps } from './entity.ts';
import { athleteOf, checkedSettings, spanOf } from './stated-span.ts';

/**
 * Leaves a source out of a span of an athlete's time, or takes that back. Nothing is deleted: the holder of the
 * athlete's shard is asked to find the span's activities again, and publishes a later revision. Throws OptionError,
 * KvUnavailableError, KeyConflictError, SettingsChangedError, LogFullError and LogUnavailableError.
 */
export async function excludeEntity({ options, openConfig, askRecompute }: ConfigCommandDeps): Promise<string> {
  const { value: source, clear } = options;
  const id = athleteOf(options);
  const config = await openConfig();
  const { version, ...stated } = await readAthleteSettings(config, id);
  const before = stated.leftOut ?? [];
  if (source === undefined)
    return before.length === 0 ? `athlete ${id}: nothing is left out` : before.map(line).join('\n');
  const { fromMs, untilMs, ...span } = spanOf(options);
  const one: LeftOut = { source, ...span };
  const others = before.filter((other) => line(other) !== line(one));
  if (clear && others.length === before.length) throw new OptionError(`${line(one)}: that is not left out`);
  const leftOut = clear ? others : [...others, one];
  const next = await setAthleteSettings(config, id, checkedSettings({ ...stated, leftOut }), version);
  await askRecompute({ athlete: id, fromMs, untilMs, settingsVersion: next.version });
  return `athlete ${id}: ${line(one)} ${clear ? 'counts again' : 'is left out'} (version ${next.version})`;
}

function line({ source, from, until }: LeftOut): string {
  return `${source} from ${from} until ${until}`;
}
