import {
  type AthleteSettings,
  NO_SETTINGS,
  PROFILE_SETTINGS,
  type ProfileSettings,
  type StatedSettings,
} from '../schemas/athlete-settings.ts';
import {
  type AccountVersions,
  checkStated,
  encodeAthleteSettings,
  parseAthleteSettings,
  SettingsError,
} from '../schemas/check-settings.ts';
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
    const { version: present, ...account } = versionsOf(before?.value);
    if (basedOn !== undefined && basedOn !== present) {
      throw new SettingsChangedError(`the settings of ${athlete} are of version ${present}, not ${basedOn}`);
    }
    const value: AthleteSettings = { version: present + 1, ...accountEdits(before?.value), ...stated };
    return { value, bytes: encodeAthleteSettings(value, account) };
  });
}

/**
 * Writes what an account's profile says of its athlete, and leaves what is stated elsewhere as it is. A profile that is
 * not newer than the one that was written last changes nothing: null. So it may be called again, and in any order.
 * Throws SettingsError where both together cannot be, KvUnavailableError, and KeyConflictError while others write.
 */
export async function setProfileSettings(
  kv: KeyValue,
  athlete: string,
  said: ProfileSettings,
  profileVersion: number,
): Promise<AthleteSettings | null> {
  return changeEntity(kv, keys.athleteSettings(athlete), (before) => {
    const present = versionsOf(before?.value);
    if (present.profileVersion >= profileVersion) return null;
    const stated = checkStated({ ...statedBesides(before?.value, PROFILE_SETTINGS), ...said });
    const value: AthleteSettings = { version: present.version + 1, ...stated };
    return { value, bytes: encodeAthleteSettings(value, { ...present, profileVersion }) };
  });
}

/**
 * The same of how an account wants its activities to be cut and joined. Answers the settings' version from which on it
 * holds, whoever wrote it.
 */
export async function setActivityEdits(
  kv: KeyValue,
  athlete: string,
  said: Pick<StatedSettings, 'splits' | 'joins'>,
  editsVersion: number,
): Promise<number> {
  const written = await changeEntity(kv, keys.athleteSettings(athlete), (before) => {
    const present = versionsOf(before?.value);
    if (present.editsVersion >= editsVersion) return null;
    const stated = checkStated({ ...statedBesides(before?.value, EDIT_SETTINGS), ...said });
    const value: AthleteSettings = { version: present.version + 1, ...stated };
    return { value, bytes: encodeAthleteSettings(value, { ...present, editsVersion }) };
  });
  return (written ?? (await readAthleteSettings(kv, athlete))).version;
}

const EDIT_SETTINGS = ['splits', 'joins'] as const;

/** They stay when everything else is stated anew: whoever does that knows nothing of them. */
function accountEdits(bytes: Uint8Array | undefined): StatedSettings {
  const { splits, joins } = statedBesides(bytes, []);
  return { ...(splits !== undefined && { splits }), ...(joins !== undefined && { joins }) };
}

/** All but these. Of settings that cannot be read, which count as not stated, there is none. */
function statedBesides(bytes: Uint8Array | undefined, said: readonly (keyof StatedSettings)[]): StatedSettings {
  if (bytes === undefined) return {};
  try {
    const { version: _, ...stated } = parseAthleteSettings(bytes);
    const others = Object.entries(stated).filter(([name]) => !(said as readonly string[]).includes(name));
    return Object.fromEntries(others);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return {};
  }
}

/** What is stated of an athlete. Throws KvUnavailableError and SettingsError. */
export async function readAthleteSettings(kv: KeyValue, athlete: string): Promise<AthleteSettings> {
  const entry = await kv.get(keys.athleteSettings(athlete));
  return entry === null ? NO_SETTINGS : parseAthleteSettings(entry.value);
}

/** Also of settings that cannot be read any more: what replaces them is later. 0 for what none is known of. */
function versionsOf(bytes: Uint8Array | undefined): AccountVersions & { version: number } {
  const none = { version: 0, profileVersion: 0, editsVersion: 0 };
  if (bytes === undefined) return none;
  try {
    const { version, profileVersion, editsVersion } = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const known = (said: unknown) => (Number.isSafeInteger(said) ? (said as number) : 0);
    return { version: known(version), profileVersion: known(profileVersion), editsVersion: known(editsVersion) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return none;
    throw error;
  }
}
