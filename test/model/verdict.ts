import {
  compareDeadLetters,
  createStoreCheck,
  type DeadDifferences,
  type StoreDifferences,
} from '../../device-sim/store-check.ts';
import type { Truth } from '../../device-sim/truth.ts';
import type { SampleRow } from '../../processors/batch-rows.ts';
import type { MemoryStore } from '../../processors/memory-sink.ts';
import type { RollUp } from '../../processors/roll-ups/naive-roll-ups.ts';
import { type RollUpRow, rollUpKey } from '../../processors/roll-ups/roll-up-row.ts';
import { type Ledger, readLedger } from '../../runtime/ledger.ts';
import { KINDS } from '../../schemas/channels.ts';
import type { DeadFound } from './dead.ts';
import type { Platform } from './platform.ts';

/** Everything that a run has to answer for, in sentences; [] when it kept every promise. */
export type Breaches = string[];

/** QuestDB keeps no athlete, and no device sends one. */
type GradedRow = Omit<SampleRow, 'athlete'>;

/** Acknowledged ⊆ (stored ∪ DEAD) ⊆ sent, each key once and with the values that were sent, in one store. */
export async function judgeStore(
  store: string,
  rows: Iterable<GradedRow> | AsyncIterable<GradedRow>,
  truth: Truth,
  dead: DeadFound,
): Promise<{ differences: StoreDifferences; breaches: Breaches }> {
  const check = createStoreCheck(truth);
  for await (const row of rows) check.add({ ...row, timeMs: row.deviceTimeMs });
  const differences = check.finish(new Set([...dead.contradicted, ...(dead.refusedBy.get(store) ?? [])]));
  const { missing, surplus, different, repeated } = differences;
  const breaches = missing + surplus + different + repeated === 0 ? [] : [`${store}: ${JSON.stringify(differences)}`];
  return { differences, breaches };
}

export function judgeDead(truth: Truth, { letters }: DeadFound): { differences: DeadDifferences; breaches: Breaches } {
  const differences = compareDeadLetters(truth, letters);
  const { missing, wrongReason, unexpected } = differences;
  const breaches = missing + wrongReason + unexpected === 0 ? [] : [`DEAD: ${JSON.stringify(differences)}`];
  return { differences, breaches };
}

/**
 * Roll-ups say what their definition says over the rows of the history store (`expected`). In a contested bucket
 * (`recorder.ts`) either content may be in the row, so only the number of samples counts.
 */
export function judgeRollUps(
  rollUps: readonly RollUpRow[],
  expected: ReadonlyMap<string, RollUp>,
  contested: ReadonlySet<string>,
): Breaches {
  const breaches: Breaches = [];
  const said = new Map(rollUps.map(({ version, epoch, ...row }) => [rollUpKey(row), row]));
  for (const key of new Set([...expected.keys(), ...said.keys()])) {
    const [a, b] = [said.get(key), expected.get(key)];
    const isEqual = contested.has(key) ? a?.samples === b?.samples : sorted(a) === sorted(b);
    if (!isEqual) breaches.push(`roll-up ${key} says ${sorted(a)}, its rows ${sorted(b)}`);
  }
  return breaches.length > 5 ? [...breaches.slice(0, 5), `and ${breaches.length - 5} more roll-ups`] : breaches;
}

function sorted(row: object | undefined): string {
  return JSON.stringify(row, (_, value) =>
    value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).sort()) : value,
  );
}

/** Balanced, and nothing is on its way any more. */
export function judgeLedger(ledger: Ledger): Breaches {
  return ledger.stores
    .filter((store) => !store.balanced || store.inFlight !== 0)
    .map((store) => `ledger: ${JSON.stringify(store)}`);
}

/** Sinks that have not acknowledged everything. */
export async function whatIsUndrained({ frames, names }: Platform): Promise<Breaches> {
  const log = frames.open();
  const left: Breaches = [];
  for (const sink of ['questdb', 'clickhouse']) {
    const position = await log.durablePosition(names.durable(sink));
    if (position === null) left.push(`${sink} has no durable`);
    else if (position.pendingMessages + position.unackedMessages > 0) left.push(`${sink}: ${JSON.stringify(position)}`);
  }
  return left;
}

export function readMemoryLedger({ ledger, questdb, clickhouse }: Platform): Promise<Ledger> {
  const storeOf = (name: string, store: MemoryStore) => {
    const lines = [...store.ledger.values()];
    const sum = (column: 'samples' | 'refused' | 'expired') => lines.reduce((total, line) => total + line[column], 0);
    return {
      name,
      totals: async () => ({ samples: sum('samples'), refused: sum('refused'), expired: sum('expired') }),
      distinctRows: async () => KINDS.reduce((rows, kind) => rows + store.rows(kind).length, 0),
    };
  };
  return readLedger({ kv: ledger.open(), stores: [storeOf('questdb', questdb), storeOf('clickhouse', clickhouse)] });
}
