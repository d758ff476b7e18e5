import type { Clock } from '../clock.ts';
import { type Faults, faulted, subjectMatches } from '../memory-faults.ts';
import {
  assertFilter,
  assertKey,
  type BucketOptions,
  type Entry,
  KeyConflictError,
  type KeyValue,
  KvUnavailableError,
  type WatchHandlers,
} from './kv.ts';

/** The in-memory twin of one bucket; each process opens its own end. */
export interface MemoryKvStore {
  open(faults?: Faults): KeyValue;
  /** Ends every watch as a lost connection does. */
  loseWatches(): void;
}

interface Stored extends Entry {
  readonly deleted: boolean;
}

interface Watching {
  readonly filter: string;
  tell(entry: Stored): void;
  lose(): void;
}

/** What a message costs in the real store beside its key and value. */
const OVERHEAD_BYTES = 22;

export function createMemoryKvStore(clock: Clock, options: BucketOptions): MemoryKvStore {
  const stored = new Map<string, Stored>();
  const watches = new Set<Watching>();
  let lastRevision = 0;
  let bytes = 0;

  function newest(key: string): Stored | null {
    assertKey(key);
    const entry = stored.get(key);
    if (!entry) return null;
    if (options.ttlMs === 0 || clock.nowMs() - entry.writtenMs < options.ttlMs) return entry;
    forget(entry);
    return null;
  }

  function forget(entry: Stored): void {
    stored.delete(entry.key);
    bytes -= sizeOf(entry);
  }

  function present(key: string): Entry | null {
    const entry = newest(key);
    if (!entry || entry.deleted) return null;
    const { value, revision, writtenMs } = entry;
    return { key, value: value.slice(), revision, writtenMs };
  }

  function write(key: string, value: Uint8Array, deleted: boolean, expected?: number): number {
    const before = newest(key);
    if (expected !== undefined && (before?.revision ?? 0) !== expected) {
      throw new KeyConflictError(`${key} is at revision ${before?.revision ?? 0}, not ${expected}`);
    }
    const entry = { key, value: value.slice(), revision: lastRevision + 1, writtenMs: clock.nowMs(), deleted };
    const grownBytes = sizeOf(entry) - (before ? sizeOf(before) : 0);
    if (options.maxBytes > 0 && bytes + grownBytes > options.maxBytes) {
      throw new KvUnavailableError(`bucket ${options.bucket} is full`);
    }
    lastRevision++;
    bytes += grownBytes;
    stored.set(key, entry);
    for (const watch of watches) if (subjectMatches(watch.filter, key)) watch.tell(entry);
    return entry.revision;
  }

  function presentKeys(filter: string): string[] {
    assertFilter(filter);
    return [...stored.values()]
      .filter((entry) => subjectMatches(filter, entry.key) && present(entry.key) !== null)
      .sort((a, b) => a.revision - b.revision)
      .map((entry) => entry.key);
  }

  function open(faults?: Faults): KeyValue {
    function run<T>(call: string, act: () => T): Promise<Awaited<T>> {
      return faulted(faults, `kv.${call}`, act, () => new KvUnavailableError(`${call}: no answer`));
    }
    return {
      get: (key) => run('get', () => present(key)),
      create: (key, value) => run('create', () => write(key, value, false, present(key) ? 0 : newest(key)?.revision)),
      update: (key, value, revision) => run('update', () => write(key, value, false, revision)),
      put: (key, value) => run('put', () => write(key, value, false)),
      delete: (key, revision) =>
        run('delete', () => {
          if (newest(key) || revision !== undefined) write(key, new Uint8Array(0), true, revision);
        }),
      keys: (filter) => run('keys', () => presentKeys(filter)),
      watch: (filter, handlers) => run('watch', () => watch(filter, handlers, faults)),
    };
  }

  function watch(filter: string, handlers: WatchHandlers, faults?: Faults) {
    // One chain of promises keeps what is told in order, behind the caller's own turn.
    let told = Promise.resolve();
    const later = (act: () => void) => {
      told = told.then(() =>
        faulted(
          faults,
          'kv.tell',
          () => watches.has(self) && act(),
          () => new KvUnavailableError('lost'),
        ).then(
          () => undefined,
          (error) => self.fail(error),
        ),
      );
    };
    const self = {
      filter,
      tell: ({ key, value, revision, deleted }: Stored) =>
        later(() => handlers.onChange({ key, value: deleted ? null : value.slice(), revision })),
      fail: (error: Error) => {
        if (watches.delete(self)) handlers.onLost(error);
      },
      lose: () => self.fail(new KvUnavailableError('the connection was lost')),
    };
    watches.add(self);
    for (const key of presentKeys(filter)) self.tell(stored.get(key)!);
    later(() => handlers.onReady());
    return { stop: () => void watches.delete(self) };
  }

  return {
    open,
    loseWatches: () => {
      for (const one of [...watches]) one.lose();
    },
  };
}

function sizeOf(entry: Entry): number {
  return entry.key.length + entry.value.length + OVERHEAD_BYTES;
}
