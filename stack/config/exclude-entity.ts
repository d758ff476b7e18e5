import { readAthleteSettings, setAthleteSettings } from '../../runtime/athlete-settings.ts';
import { OptionError } from '../../runtime/options.ts';
import { checkStated, SettingsError } from '../../schemas/athlete-settings.ts';
import { ATHLETE_PATTERN } from '../../schemas/identity.ts';
import type { LeftOut } from '../../schemas/left-out.ts';
import type { ConfigCommandDeps } from './entity.ts';

/** A span is computed again as a whole, so it has to be one that fits in memory. */
const MAX_SPAN_MS = 7 * 86_400_000;

/**
 * Leaves a source out of a span of an athlete's time, or takes that back. Nothing is deleted: the holder of the
 * athlete's shard is asked to find the span's activities again, and publishes a later revision. Throws OptionError,
 * KvUnavailableError, KeyConflictError, SettingsChangedError, LogFullError and LogUnavailableError.
 */
export async function excludeEntity({ options, openConfig, askRecompute }: ConfigCommandDeps): Promise<string> {
  const { id, value: source, from, until, clear } = options;
  if (id === undefined || id === '' || !ATHLETE_PATTERN.test(id)) throw new OptionError('of which athlete?');
  const config = await openConfig();
  const { version, ...stated } = await readAthleteSettings(config, id);
  const before = stated.leftOut ?? [];
  if (source === undefined)
    return before.length === 0 ? `athlete ${id}: nothing is left out` : before.map(line).join('\n');
  const one: LeftOut = { source, from: timeOf('from', from), until: timeOf('until', until) };
  const [fromMs, untilMs] = [Date.parse(one.from), Date.parse(one.until)];
  if (!(fromMs < untilMs && untilMs - fromMs <= MAX_SPAN_MS)) {
    throw new OptionError('--until must be after --from, and by no more than seven days');
  }
  const others = before.filter((other) => line(other) !== line(one));
  if (clear && others.length === before.length) throw new OptionError(`${line(one)}: that is not left out`);
  const leftOut = clear ? others : [...others, one];
  const next = await setAthleteSettings(config, id, checked({ ...stated, leftOut }), version);
  await askRecompute({ athlete: id, fromMs, untilMs, settingsVersion: next.version });
  return `athlete ${id}: ${line(one)} ${clear ? 'counts again' : 'is left out'} (version ${next.version})`;
}

function line({ source, from, until }: LeftOut): string {
  return `${source} from ${from} until ${until}`;
}

function timeOf(option: string, text: string | undefined): string {
  const timeMs = text === undefined ? Number.NaN : Date.parse(text);
  if (Number.isNaN(timeMs)) throw new OptionError(`--${option}: a time is needed, such as 2026-01-31T08:00:00Z`);
  return new Date(timeMs).toISOString();
}

function checked(stated: unknown): ReturnType<typeof checkStated> {
  try {
    return checkStated(stated);
  } catch (error) {
    if (error instanceof SettingsError) throw new OptionError(error.message);
    throw error;
  }
}
