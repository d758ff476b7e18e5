import type { Clock } from './clock.ts';
import { keepWatch } from './kept-watch.ts';
import { type Entry, KeyConflictError, type KeyValue } from './kv/kv.ts';
import type { Logger } from './log.ts';

/** Some entities of CONFIG, as this process knows them now. */
export interface ConfigView<Value> {
  get(key: string): Value | undefined;
  readonly size: number;
  /** Grows whenever an answer may have changed. */
  readonly version: number;
  /** Forgets what holds no more by itself, as no change tells of that. */
  forget(isOver: (value: Value) => boolean): void;
  /** Resolves once everything that is set is known. Throws {@link ConfigUnknownError} after `timeoutMs`. */
  untilKnown(timeoutMs: number): Promise<void>;
  stop(): void;
}

export interface ConfigViewDeps<Value> {
  /** The bucket CONFIG. */
  readonly kv: KeyValue;
  /** Of the keys that are watched. */
  readonly filter: string;
  /** The entities, for people: `priorities`. */
  readonly what: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Null when it cannot be read: it counts as not set. */
  read(key: string, value: Uint8Array, revision: number): Value | null;
  /** Beyond these what comes is not kept: it counts as not set. */
  readonly maxEntries: number;
  /** Of all values together. */
  readonly maxBytes: number;
  readonly random?: () => number;
}

/** CONFIG did not say what is set. */
export class ConfigUnknownError extends Error {
  override name = 'ConfigUnknownError';
}

interface Known<Value> {
  readonly value: Value;
  readonly bytes: number;
}

/**
 * Entities held in memory and kept fresh by a watch on their bucket. While it is out of reach, what is known goes on
 * counting.
 */
export function createConfigView<Value>(deps: ConfigViewDeps<Value>): ConfigView<Value> {
  const { what, clock, logger, maxEntries, maxBytes } = deps;
  let held = createHeld();
  let version = 0;
  const known = Promise.withResolvers<void>();

  function createHeld() {
    return { entries: new Map<string, Known<Value>>(), bytes: 0 };
  }

  const watch = keepWatch({
    ...deps,
    begin() {
      // Until all is told the older answers count.
      const told = createHeld();
      return {
        onChange({ key, value, revision }) {
          if (learn(told, key, value, revision) && held === told) version += 1;
        },
        onReady() {
          held = told;
          version += 1;
          known.resolve();
          logger.info({ settings: told.entries.size }, `the ${what} are known`);
        },
      };
    },
    onLost: (err) => logger.warn({ err }, `the ${what} are out of reach: those that are known go on counting`),
  });

  /** False when nothing changed. */
  function learn(told: typeof held, key: string, bytes: Uint8Array | null, revision: number): boolean {
    const value = bytes === null ? null : deps.read(key, bytes, revision);
    if (bytes === null || value === null) {
      if (bytes !== null) logger.error({ key }, `one of the ${what} cannot be read: it counts as not set`);
      return drop(told, key);
    }
    const isFull = !told.entries.has(key) && told.entries.size >= maxEntries;
    const before = told.entries.get(key)?.bytes ?? 0;
    if (isFull || told.bytes - before + bytes.length > maxBytes) {
      logger.error({ key, maxEntries, maxBytes }, `there are more ${what} than are kept: it counts as not set`);
      return drop(told, key);
    }
    told.entries.set(key, { value, bytes: bytes.length });
    told.bytes += bytes.length - before;
    return true;
  }

  function drop(from: typeof held, key: string): boolean {
    from.bytes -= from.entries.get(key)?.bytes ?? 0;
    return from.entries.delete(key);
  }

  return {
    get: (key) => held.entries.get(key)?.value,
    get size() {
      return held.entries.size;
    },
    get version() {
      return version;
    },
    forget(isOver) {
      const before = held.entries.size;
      for (const [key, { value }] of held.entries) if (isOver(value)) drop(held, key);
      if (held.entries.size !== before) version += 1;
    },
    async untilKnown(timeoutMs) {
      const late = Promise.withResolvers<never>();
      const timer = clock.setTimer(() => {
        late.reject(new ConfigUnknownError(`the ${what} were not told within ${timeoutMs} ms`));
      }, timeoutMs);
      try {
        await Promise.race([known.promise, late.promise]);
      } finally {
        timer.cancel();
      }
    },
    stop: watch.stop,
  };
}

const MAX_ATTEMPTS = 5;

interface Changed<Value> {
  readonly value: Value;
  readonly bytes: Uint8Array;
}

/**
 * Writes what `next` makes of the entity as it is, unless others keep writing it; where that is null the entity is left
 * as it is. Throws KvUnavailableError, KeyConflictError, and what `next` throws.
 */
export function changeEntity<Value>(
  kv: KeyValue,
  key: string,
  next: (before: Entry | null) => Changed<Value>,
): Promise<Value>;
export function changeEntity<Value>(
  kv: KeyValue,
  key: string,
  next: (before: Entry | null) => Changed<Value> | null,
): Promise<Value | null>;
export async function changeEntity<Value>(
  kv: KeyValue,
  key: string,
  next: (before: Entry | null) => Changed<Value> | null,
): Promise<Value | null> {
  for (let attempt = 1; ; attempt++) {
    const entry = await kv.get(key);
    const changed = next(entry);
    if (changed === null) return changed;
    const { value, bytes } = changed;
    try {
      if (entry) await kv.update(key, bytes, entry.revision);
      else await kv.create(key, bytes);
      return value;
    } catch (error) {
      if (!(error instanceof KeyConflictError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}
