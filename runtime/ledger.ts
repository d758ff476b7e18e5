import { keys } from '../schemas/names.ts';
import { DISTINCT_ROWS_SQL, LEDGER_TOTALS_SQL, type LedgerStoreName } from '../schemas/sql/ledger-queries.ts';
import { KeyConflictError, type KeyValue } from './kv/kv.ts';

/**
 * The ledger says whether anything was lost, in samples: for each store, accepted = written + refused + expired + in
 * flight. What was accepted is counted from the headers of FRAMES by one holder for each shard; what became of it is
 * counted by each store beside its rows. A message that comes twice counts once on both sides.
 */
export interface Ledger {
  /** True when every store is. */
  readonly balanced: boolean;
  readonly stores: readonly StoreLedger[];
}

export interface StoreLedger {
  readonly store: string;
  readonly accepted: number;
  readonly written: number;
  readonly refused: number;
  readonly expired: number;
  /**
   * Accepted and not in the store's ledger yet. Below 0 for a moment when a store is faster than the count of what was
   * accepted; below 0 for longer means that something is counted twice.
   */
  readonly inFlight: number;
  readonly balanced: boolean;
}

/** What was accepted on one shard, up to a sequence of its stream. */
export interface Accepted {
  readonly epoch: number;
  readonly seq: number;
  readonly batches: number;
  readonly frames: number;
  readonly samples: number;
  /** Values that became NULL because they were outside their limits. */
  readonly nulled: number;
}

/** Sums over a store's ledger; `samples` includes those refused and expired. */
export interface StoreTotals {
  readonly samples: number;
  readonly refused: number;
  readonly expired: number;
}

export interface LedgerStore {
  readonly name: string;
  totals(): Promise<StoreTotals>;
  /** Rows that a reader sees, each key once. */
  distinctRows(): Promise<number>;
}

/** One store's side of the account. */
export function balanceOf(store: string, accepted: number, totals: StoreTotals): StoreLedger {
  const { refused, expired } = totals;
  const written = totals.samples - refused - expired;
  const counts = { accepted, written, refused, expired, inFlight: accepted - totals.samples };
  return { store, ...counts, balanced: isBalanced(counts) };
}

/** No count is below 0; what is in flight may be, by the `uncounted` samples that no count has as accepted yet. */
export function isBalanced(counts: Omit<StoreLedger, 'store' | 'balanced'>, uncounted = 0): boolean {
  const { accepted, written, refused, expired, inFlight } = counts;
  return [accepted, written, refused, expired, inFlight + uncounted].every((count) => count >= 0);
}

/** Throws KvUnavailableError, and what the stores throw. */
export async function readLedger(deps: { kv: KeyValue; stores: readonly LedgerStore[] }): Promise<Ledger> {
  // Stores first: what they have was accepted before, so the difference is what is still on its way.
  const totals = await Promise.all(deps.stores.map((store) => store.totals()));
  const accepted = await readAccepted(deps.kv);
  const stores = deps.stores.map(({ name }, i) => balanceOf(name, accepted, totals[i]));
  return { balanced: stores.every(({ balanced }) => balanced), stores };
}

/** The account of one store by itself. Throws KvUnavailableError, and what the store throws. */
export async function readAccount(kv: KeyValue, store: LedgerStore): Promise<StoreLedger> {
  const totals = await store.totals();
  return balanceOf(store.name, await readAccepted(kv), totals);
}

/** Samples accepted on all shards. */
export async function readAccepted(kv: KeyValue): Promise<number> {
  const entries = await Promise.all((await kv.keys('accepted.>')).map((key) => kv.get(key)));
  return entries.reduce((sum, entry) => sum + (entry ? parseAccepted(entry.value).samples : 0), 0);
}

/**
 * Publishes a shard's count. False when a later holder, or this one at a later sequence, has written already: a
 * process that was stopped for a while must not turn the count back. Throws KvUnavailableError.
 */
export async function writeAccepted(kv: KeyValue, shard: number, accepted: Accepted): Promise<boolean> {
  const key = keys.accepted(shard);
  const value = Buffer.from(JSON.stringify(accepted));
  for (;;) {
    const entry = await kv.get(key);
    if (entry && isLater(parseAccepted(entry.value), accepted)) return false;
    try {
      if (entry) await kv.update(key, value, entry.revision);
      else await kv.create(key, value);
      return true;
    } catch (error) {
      // Somebody else wrote in between: each round one of the writers gets through, so this ends.
      if (!(error instanceof KeyConflictError)) throw error;
    }
  }
}

function isLater(a: Accepted, b: Accepted): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.seq > b.seq);
}

function parseAccepted(value: Uint8Array): Accepted {
  return JSON.parse(Buffer.from(value).toString('utf8')) as Accepted;
}

/** A store behind SQL. `query` answers the rows of a statement by column name. */
export function createLedgerStore(
  name: LedgerStoreName,
  query: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>,
): LedgerStore {
  const [totalsSql, rowsSql] = [LEDGER_TOTALS_SQL[name], DISTINCT_ROWS_SQL[name]];
  return {
    name,
    async totals() {
      const [row] = await query(totalsSql);
      return { samples: count(row, 'samples'), refused: count(row, 'refused'), expired: count(row, 'expired') };
    },
    distinctRows: async () => count((await query(rowsSql))[0], 'rows'),
  };
}

/** A sum over no rows is NULL in QuestDB; 64-bit counts come as digits from ClickHouse. */
function count(row: Readonly<Record<string, unknown>> | undefined, name: string): number {
  const value = row?.[name];
  if (value === undefined) throw new Error(`the store's answer has no ${name}`);
  const number = value === null ? 0 : Number(value);
  if (!Number.isSafeInteger(number)) throw new Error(`the store's ${name} is not a count: ${value}`);
  return number;
}
