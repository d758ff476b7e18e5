import { keys } from '../schemas/names.ts';
import {
  DEFAULT_PRIORITY,
  encodePriority,
  type Priority,
  type PrioritySetting,
  parsePriority,
} from '../schemas/priority.ts';
import { createBackoff } from './backoff.ts';
import type { Clock, Timer } from './clock.ts';
import { KeyConflictError, type KeyValue, type Watch } from './kv/kv.ts';
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

const RETRY_DELAYS_MS = [100, 250, 500, 1_000, 5_000];
/** How long a setting may outlive its end. */
const EXPIRY_PERIOD_MS = 1_000;

/**
 * The priorities of all devices and athletes, held in memory and kept fresh by a watch on their bucket.
 *
 * opening → known → opening … → stopped. While the bucket is out of reach, what is known goes on counting: whoever was
 * in a race still is, and nobody is kept out for want of an answer.
 */
export function createPriorities(deps: PrioritiesDeps): Priorities {
  const { kv, clock, logger, maxSettings = 100_000, random } = deps;
  const backoff = createBackoff({ delaysMs: RETRY_DELAYS_MS, random });
  let settings = new Map<string, PrioritySetting>();
  let version = 0;
  let watch: Watch | null = null;
  let retrying: Timer | null = null;
  let isStopped = false;

  async function open(): Promise<void> {
    // What is told first is all there is; until it is complete the older answers count.
    const told = new Map<string, PrioritySetting>();
    let isCurrent = true;
    const lost = (err: unknown) => {
      if (!isCurrent || isStopped) return;
      isCurrent = false;
      watch = null;
      logger.warn({ err }, 'the priorities are out of reach: those that are known go on counting');
      retrying = clock.setTimer(() => void open(), backoff.nextMs());
    };
    try {
      const opened = await kv.watch(keys.priorities, {
        onChange({ key, value }) {
          if (isCurrent && learn(told, key, value) && settings === told) version += 1;
        },
        onReady() {
          if (!isCurrent) return;
          settings = told;
          version += 1;
          backoff.reset();
          logger.info({ settings: told.size }, 'the priorities are known');
        },
        onLost: lost,
      });
      if (isCurrent && !isStopped) watch = opened;
      else opened.stop();
    } catch (err) {
      lost(err);
    }
  }

  function learn(told: Map<string, PrioritySetting>, key: string, value: Uint8Array | null): boolean {
    if (value === null) return told.delete(key);
    const setting = keys.parsePriority(key) && parsePriority(value);
    if (setting === null) {
      logger.error({ key }, 'a priority cannot be read: it counts as not said');
      return told.delete(key);
    }
    if (!told.has(key) && told.size >= maxSettings) {
      logger.error({ key, maxSettings }, 'there are more priorities than are kept: it counts as not said');
      return false;
    }
    told.set(key, setting);
    return true;
  }

  function isOver({ untilMs }: PrioritySetting): boolean {
    return untilMs !== null && untilMs <= clock.nowMs();
  }

  const expiring = clock.setRepeating(() => {
    const before = settings.size;
    for (const [key, setting] of settings) if (isOver(setting)) settings.delete(key);
    if (settings.size !== before) version += 1;
  }, EXPIRY_PERIOD_MS);

  void open();
  return {
    of(device, athlete) {
      if (settings.size === 0) return DEFAULT_PRIORITY;
      const own = settings.get(keys.priority('device', device));
      if (own !== undefined && !isOver(own)) return own.priority;
      const theirs = athlete === '' ? undefined : settings.get(keys.priority('athlete', athlete));
      return theirs === undefined || isOver(theirs) ? DEFAULT_PRIORITY : theirs.priority;
    },
    get version() {
      return version;
    },
    stop() {
      isStopped = true;
      expiring.cancel();
      retrying?.cancel();
      watch?.stop();
    },
  };
}

const MAX_ATTEMPTS = 5;

/** Writes the entity's next version. Throws KvUnavailableError, and KeyConflictError while others keep writing it. */
export async function setPriority(
  kv: KeyValue,
  key: string,
  { priority, untilMs }: Pick<PrioritySetting, 'priority' | 'untilMs'>,
): Promise<PrioritySetting> {
  for (let attempt = 1; ; attempt++) {
    const entry = await kv.get(key);
    const setting = { version: (entry ? (parsePriority(entry.value)?.version ?? 0) : 0) + 1, priority, untilMs };
    try {
      if (entry) await kv.update(key, encodePriority(setting), entry.revision);
      else await kv.create(key, encodePriority(setting));
      return setting;
    } catch (error) {
      if (!(error instanceof KeyConflictError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
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
