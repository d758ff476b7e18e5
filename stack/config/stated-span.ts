import { OptionError } from '../../runtime/options.ts';
import type { StatedSettings } from '../../schemas/athlete-settings.ts';
import { checkStated, SettingsError } from '../../schemas/check-settings.ts';
import { ATHLETE_PATTERN } from '../../schemas/identity.ts';
import type { ConfigCommandOptions } from './options.ts';

/** A span is computed again as a whole, so it has to be one that fits in memory. */
const MAX_SPAN_MS = 7 * 86_400_000;

/** Of whom a span is stated. Throws OptionError. */
export function athleteOf({ id }: ConfigCommandOptions): string {
  if (id === undefined || id === '' || !ATHLETE_PATTERN.test(id)) throw new OptionError('of which athlete?');
  return id;
}

/** The span that `--from` and `--until` give, as settings write it and in ms. Throws OptionError. */
export function spanOf({ from, until }: ConfigCommandOptions) {
  const [fromMs, untilMs] = [timeOf('from', from), timeOf('until', until)];
  if (!(fromMs < untilMs && untilMs - fromMs <= MAX_SPAN_MS)) {
    throw new OptionError('--until must be after --from, and by no more than seven days');
  }
  return { fromMs, untilMs, from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() };
}

/** What can be stated. Throws OptionError with what cannot. */
export function checkedSettings(stated: unknown): StatedSettings {
  try {
    return checkStated(stated);
  } catch (error) {
    if (error instanceof SettingsError) throw new OptionError(error.message);
    throw error;
  }
}

function timeOf(option: string, text: string | undefined): number {
  const timeMs = text === undefined ? Number.NaN : Date.parse(text);
  if (Number.isNaN(timeMs)) throw new OptionError(`--${option}: a time is needed, such as 2026-01-31T08:00:00Z`);
  return timeMs;
}
