import { keys } from '../schemas/names.ts';
import {
  DEFAULT_PRIORITY,
  encodePriority,
  type Priority,
  type PrioritySetting,
  parsePriority,
} from '../schemas/priority.ts';
import type { Clock } from './clock.ts';
import { changeEntity, createConfigView } from './config-view.ts';
import type { KeyValue } from './kv/kv.ts';
import type { Logger } from './log.ts';

/** Who comes first, as operators said in CONFIG. */
export interface Priorities {
  /** What was said of the device itself counts before what was said of its athlete ('' for none). */
  of(device: string, athlete: string): Priority;
  /** Grows whenever an answer may have changed: connections keep theirs until then. */
  readonly version: number;
  stop(): void;
}

export interface PrioritiesDeps {
  /** The bucket CONFIG. */
  readonly kv: KeyValue;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Beyond these what comes is not kept: it counts as not said. About 150 bytes apiece. */
  readonly maxSettings?: number;
  readonly random?: () => number;
}

/** How long a setting may outlive its end. */
const EXPIRY_PERIOD_MS = 1_000;
/** Several times what a setting takes. */
const MAX_BYTES_EACH = 256;

/**
 * The priorities of all devices and athletes, held in memory and kept fresh by a watch on their bucket. While it is out
 * of reach, whoever was in a race still is, and nobody is kept out for want of an answer.
 */
export function createPriorities(deps: PrioritiesDeps): Priorities {
  const { clock, maxSettings = 100_000 } = deps;
  const settings = createConfigView<PrioritySetting>({
    ...deps,
    filter: keys.priorities,
    what: 'priorities',
    read: (key, value) => keys.parsePriority(key) && parsePriority(value),
    maxEntries: maxSettings,
    maxBytes: maxSettings * MAX_BYTES_EACH,
  });
  const isOver = ({ untilMs }: PrioritySetting) => untilMs !== null && untilMs <= clock.nowMs();
  const expiring = clock.setRepeating(() => settings.forget(isOver), EXPIRY_PERIOD_MS);
  return {
    of(device, athlete) {
      if (settings.size === 0) return DEFAULT_PRIORITY;
      const own = settings.get(keys.priority('device', device));
      if (own !== undefined && !isOver(own)) return own.priority;
      const theirs = athlete === '' ? undefined : settings.get(keys.priority('athlete', athlete));
      return theirs === undefined || isOver(theirs) ? DEFAULT_PRIORITY : theirs.priority;
    },
    get version() {
      return settings.version;
    },
    stop() {
      expiring.cancel();
      settings.stop();
    },
  };
}

/** Writes the entity's next version. Throws KvUnavailableError, and KeyConflictError while others keep writing it. */
export async function setPriority(
  kv: KeyValue,
  key: string,
  { priority, untilMs }: Pick<PrioritySetting, 'priority' | 'untilMs'>,
): Promise<PrioritySetting> {
  return changeEntity(kv, key, (before) => {
    const version = (before ? (parsePriority(before.value)?.version ?? 0) : 0) + 1;
    const value = { version, priority, untilMs };
    return { value, bytes: encodePriority(value) };
  });
}

/** Everything that is set, by key. Throws KvUnavailableError. */
export async function readPriorities(kv: KeyValue): Promise<Map<string, PrioritySetting>> {
  const found = new Map<string, PrioritySetting>();
  for (const key of (await kv.keys(keys.priorities)).toSorted()) {
    const entry = await kv.get(key);
    const setting = entry && parsePriority(entry.value);
    if (setting) found.set(key, setting);
  }
  return found;
}
