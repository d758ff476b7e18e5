import { readAthleteSettings, setAthleteSettings } from '../../runtime/athlete-settings.ts';
import { OptionError } from '../../runtime/options.ts';
import type { StatedWet } from '../../schemas/settings-at.ts';
import type { ConfigCommandDeps } from './entity.ts';
import { athleteOf, checkedSettings, spanOf } from './stated-span.ts';

/**
 * States that an athlete's activities of a span were wet, or with `--dry` that they were not, or takes that back. The
 * holder of the athlete's shard is asked to find them again, so that what they did to gear is said anew. Throws
 * OptionError, KvUnavailableError, KeyConflictError, SettingsChangedError, LogFullError and LogUnavailableError.
 */
export async function wetEntity({ options, openConfig, askRecompute }: ConfigCommandDeps): Promise<string> {
  const { from, until, clear, dry, value } = options;
  const athlete = athleteOf(options);
  if (value !== undefined) throw new OptionError(`"${value}" says nothing of the wet: --from, --until and --dry do`);
  const config = await openConfig();
  const { version, ...stated } = await readAthleteSettings(config, athlete);
  const before = stated.wet ?? [];
  if (from === undefined && until === undefined) {
    return before.length === 0 ? `athlete ${athlete}: nothing is stated of the wet` : before.map(line).join('\n');
  }
  const { fromMs, untilMs, ...span } = spanOf(options);
  const others = before.filter((other) => other.from !== span.from || other.until !== span.until);
  if (clear && others.length === before.length) throw new OptionError(`nothing is stated of the wet of that span`);
  const one = { ...span, isWet: !dry };
  const wet = clear ? others : [...others, one];
  const next = await setAthleteSettings(config, athlete, checkedSettings({ ...stated, wet }), version);
  await askRecompute({ athlete, fromMs, untilMs, settingsVersion: next.version });
  const what = clear ? `from ${span.from} until ${span.until} nothing is stated any more` : line(one);
  return `athlete ${athlete}: ${what} (version ${next.version})`;
}

function line({ from, until, isWet }: StatedWet): string {
  return `from ${from} until ${until} it was ${isWet ? 'wet' : 'dry'}`;
}
