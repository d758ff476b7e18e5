import {
  type AthleteSettings,
  encodeAthleteSettings,
  NO_SETTINGS,
  parseAthleteSettings,
  SettingsError,
  type StatedSettings,
} from '../schemas/athlete-settings.ts';
import { keys } from '../schemas/names.ts';
import type { Clock } from './clock.ts';
import { changeEntity, createConfigView } from './config-view.ts';
import type { KeyValue } from './kv/kv.ts';
import type { Logger } from './log.ts';

/** What athletes stated in CONFIG, as this process knows it now. */
export interface KnownSettings {
  /** Read anew at each call; {@link NO_SETTINGS} of whom nothing is stated. */
  of(athlete: string): AthleteSettings;
  /** Another number when {@link KnownSettings.of} may give another answer. Cheap. */
  revisionOf(athlete: string): number;
}

export interface WatchedSettings extends KnownSettings {
  /** Resolves once all that is stated is known. Throws ConfigUnknownError after `timeoutMs`. */
  untilKnown(timeoutMs: number): Promise<void>;
  stop(): void;
}

export interface WatchedSettingsDeps {
  /** The bucket CONFIG. */
  readonly kv: KeyValue;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Beyond these what comes is not kept: it counts as not stated. */
  readonly maxAthletes?: number;
  readonly maxBytes?: number;
  readonly random?: () => number;
}

const MIB = 1024 * 1024;

interface Stated {
  readonly revision: number;
  readonly bytes: Uint8Array;
}

/**
 * The settings of all athletes, kept fresh by a watch. They are kept as the bytes that came, some hundreds of an
 * athlete, and read when they are needed, which is a few times in an activity.
 */
export function watchAthleteSettings(deps: WatchedSettingsDeps): WatchedSettings {
  const { logger, maxAthletes = 200_000, maxBytes = 128 * MIB } = deps;
  const stated = createConfigView<Stated>({
    ...deps,
    filter: keys.allAthleteSettings,
    what: 'settings of athletes',
    // A copy: what came may be a piece of a much bigger buffer.
    read: (_key, bytes, revision) => ({ revision, bytes: bytes.slice() }),
    maxEntries: maxAthletes,
    maxBytes,
  });
  return {
    of(athlete) {
      const found = stated.get(keys.athleteSettings(athlete));
      if (found === undefined) return NO_SETTINGS;
      try {
        return parseAthleteSettings(found.bytes);
      } catch (err) {
        if (!(err instanceof SettingsError)) throw err;
        logger.error({ err, athlete }, 'the settings of an athlete cannot be read: they count as not stated');
        return NO_SETTINGS;
      }
    },
    revisionOf: (athlete) => stated.get(keys.athleteSettings(athlete))?.revision ?? 0,
    untilKnown: stated.untilKnown,
    stop: stated.stop,
  };
}

/** Another version was written since the one that somebody looked at. */
export class SettingsChangedError extends Error {
  override name = 'SettingsChangedError';
}

/**
 * Writes what an athlete states as the next version; with `basedOn` only if that is the present one, else it throws
 * {@link SettingsChangedError}. Throws KvUnavailableError, and KeyConflictError while others keep writing it.
 */
export async function setAthleteSettings(
  kv: KeyValue,
  athlete: string,
  stated: StatedSettings,
  basedOn?: number,
): Promise<AthleteSettings> {
  return changeEntity(kv, keys.athleteSettings(athlete), (before) => {
    const present = before === null ? 0 : versionOf(before.value);
    if (basedOn !== undefined && basedOn !== present) {
      throw new SettingsChangedError(`the settings of ${athlete} are of version ${present}, not ${basedOn}`);
    }
    const value: AthleteSettings = { version: present + 1, ...stated };
    return { value, bytes: encodeAthleteSettings(value) };
  });
}

/** What is stated of an athlete. Throws KvUnavailableError and SettingsError. */
export async function readAthleteSettings(kv: KeyValue, athlete: string): Promise<AthleteSettings> {
  const entry = await kv.get(keys.athleteSettings(athlete));
  return entry === null ? NO_SETTINGS : parseAthleteSettings(entry.value);
}

/** Also of settings that cannot be read any more: what replaces them is later. */
function versionOf(bytes: Uint8Array): number {
  try {
    const { version } = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return Number.isSafeInteger(version) ? version : 0;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return 0;
    throw error;
  }
}
