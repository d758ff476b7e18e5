import { MAX_SETTINGS_BYTES, type ProfileSettings } from '../../schemas/athlete-settings.ts';
import { checkStated, SettingsError } from '../../schemas/check-settings.ts';
import { type ParameterError as Broken, Problem } from '../problem.ts';
import { isTimeZone } from '../progress/calendar.ts';
import type { ProfileStatement } from './statements.ts';

/** What processors are told takes so much; the rest of an athlete's settings is for gear and what is left out. */
const MAX_PROFILE_BYTES = (MAX_SETTINGS_BYTES * 5) / 8;
const DAY_MS = 86_400_000;

/** The part of a profile that processors must know; a list of nothing and what is not known are left out. */
export function settingsOf(said: ProfileStatement): ProfileSettings {
  const { timeZone, birthDate, sex, body = [], heart = [], thresholds = [], preferredSources = [] } = said;
  return {
    ...(timeZone !== undefined && { timeZone }),
    ...(birthDate !== undefined && { birthDate }),
    ...(sex !== undefined && { sex }),
    ...(body.length > 0 && { body }),
    ...(heart.length > 0 && { heart }),
    ...(thresholds.length > 0 && { thresholds }),
    ...(preferredSources.length > 0 && { preferredSources }),
  };
}

/** Throws `invalid_request` with every rule that is broken and its field. The shape is right already. */
export function assertProfile(said: ProfileStatement, nowMs: number): void {
  const errors = [...brokenBesides(said, nowMs), ...brokenSettings(settingsOf(said))];
  if (errors.length === 0) return;
  const detail = errors.map(({ parameter, message }) => `${parameter}: ${message}`).join('; ');
  throw new Problem('invalid_request', { detail, errors });
}

function* brokenBesides({ birthDate, region, timeZone }: ProfileStatement, nowMs: number): Generator<Broken> {
  // Somewhere it is tomorrow already.
  const tomorrow = new Date(nowMs + DAY_MS).toISOString().slice(0, 10);
  if (birthDate !== undefined && (birthDate < '1900-01-01' || birthDate > tomorrow)) {
    yield { parameter: 'birthDate', message: 'must be a day from 1900 until today', rule: 'day_since_1900' };
  }
  if (region !== undefined && !isRegion(region))
    yield { parameter: 'region', message: `is none that is known: ${region}`, rule: 'unknown_name' };
  // As calendars are reckoned, which is stricter than what processors take.
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    yield { parameter: 'timeZone', message: `is none that is known: ${timeZone}`, rule: 'unknown_name' };
  }
}

function isRegion(code: string): boolean {
  return new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of(code) !== undefined;
}

function brokenSettings({ timeZone: _, ...settings }: ProfileSettings): Broken[] {
  try {
    const bytes = Buffer.byteLength(JSON.stringify(checkStated(settings)));
    if (bytes <= MAX_PROFILE_BYTES) return [];
    return [{ parameter: '', message: `the histories take ${bytes} bytes, ${MAX_PROFILE_BYTES} are the most` }];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    // Named as the fields of every other answer are: body/2/weightKg.
    return error.problems.map(({ field, rule }) => ({
      parameter: field.replaceAll(/\[(\d+)\]/g, '/$1').replaceAll('.', '/'),
      message: rule,
    }));
  }
}
