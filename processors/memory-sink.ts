import { type Faults, faulted } from '../runtime/memory-faults.ts';
import { BatchError } from '../schemas/batch/block-map.ts';
import type { Kind } from '../schemas/channels.ts';
import { rowKey, rowsOf, type SampleRow } from './batch-rows.ts';
import {
  type Sink,
  type SinkHealth,
  type SinkMessage,
  StoreRefusedError,
  StoreUnavailableError,
  type WriteResult,
} from './sink.ts';

export interface LedgerRow {
  readonly frames: number;
  readonly samples: number;
  readonly refused: number;
  readonly expired: number;
}

/** The in-memory twin of a store: keeps rows by key, so a repeat replaces itself. Each process opens its own end. */
export interface MemoryStore {
  open(faults?: Faults): Sink;
  rows(kind: Kind): SampleRow[];
  /** By `instance.shard.batch`. */
  readonly ledger: ReadonlyMap<string, LedgerRow>;
  /** What `health` says until it is set again. */
  setHealth(health: SinkHealth): void;
}

export interface MemoryStoreOptions {
  readonly name: string;
  /** Messages that the store can never take. */
  refuses?(message: SinkMessage): boolean;
  /** Rows older than this are left out and counted. */
  expireBeforeMs?(): number;
}

export function createMemoryStore(options: MemoryStoreOptions): MemoryStore {
  const { name, refuses = () => false, expireBeforeMs = () => Number.NEGATIVE_INFINITY } = options;
  const tables: Record<Kind, Map<string, SampleRow>> = { samples: new Map(), rr: new Map(), events: new Map() };
  const ledger = new Map<string, LedgerRow>();
  let health: SinkHealth = { ok: true };

  function note({ instance, shard, batch, frames, samples }: SinkMessage, refused: number, expired: number): void {
    ledger.set(`${instance}.${shard}.${batch}`, { frames, samples, refused, expired });
  }

  function write(messages: readonly SinkMessage[]): WriteResult {
    let rows = 0;
    let expired = 0;
    // All or nothing, as one request to the real stores.
    const decoded = messages.map((message) => ({ message, rows: decode(message) }));
    const oldestMs = expireBeforeMs();
    for (const one of decoded) {
      const kept = one.rows.filter((row) => row.tsMs >= oldestMs);
      for (const row of kept) tables[one.message.kind].set(rowKey(row), row);
      note(one.message, 0, one.rows.length - kept.length);
      rows += kept.length;
      expired += one.rows.length - kept.length;
    }
    return { rows, expired };
  }

  function decode(message: SinkMessage): SampleRow[] {
    if (refuses(message)) throw new StoreRefusedError(`${name} does not take batch ${message.batch}`);
    try {
      return rowsOf(message);
    } catch (err) {
      if (!(err instanceof BatchError)) throw err;
      throw new StoreRefusedError(err.message, { cause: err });
    }
  }

  return {
    open(faults) {
      const run = <T>(call: string, act: () => T) =>
        faulted(faults, `${name}.${call}`, act, () => new StoreUnavailableError(`${name}.${call}: no answer`));
      return {
        name,
        open: () => run('open', () => undefined),
        write: (messages) => run('write', () => write(messages)),
        writeRefused: (messages) =>
          run('writeRefused', () => {
            for (const message of messages) note(message, message.samples, 0);
          }),
        health: () => run('health', () => health),
        close: async () => undefined,
      };
    },
    rows: (kind) => [...tables[kind].values()],
    ledger,
    setHealth(now) {
      health = now;
    },
  };
}
