import {
  compareDeadLetters,
  createStoreCheck,
  type DeadDifferences,
  type StoreDifferences,
} from '../../device-sim/store-check.ts';
import type { Truth } from '../../device-sim/truth.ts';
import { rowKey, rowsOf, type SampleRow } from '../../processors/batch-rows.ts';
import { bucketStartMs } from '../../processors/roll-ups/bucket-time.ts';
import { naiveRollUps } from '../../processors/roll-ups/naive-roll-ups.ts';
import { type RollUpRow, rollUpKey } from '../../processors/roll-ups/roll-up-row.ts';
import type { Ledger } from '../../runtime/ledger.ts';
import type { MessageLog } from '../../runtime/stream/stream.ts';
import type { Kind } from '../../schemas/channels.ts';
import { BATCH_HEADERS, type Names } from '../../schemas/names.ts';
import { type DeadFound, readAll } from './dead.ts';

/** Everything that a run has to answer for, in sentences; [] when it kept every promise. */
export type Breaches = string[];

/** Acknowledged ⊆ (stored ∪ DEAD) ⊆ sent, each key once and with the values that were sent, in one store. */
export async function judgeStore(
  store: string,
  rows: Iterable<SampleRow> | AsyncIterable<SampleRow>,
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

/** Buckets with a key that the stream holds with two contents: a conflict that a restarted ingest could not know. */
export async function contestedBuckets(frames: MessageLog, names: Names): Promise<Set<string>> {
  const contents = new Map<string, string>();
  const contested = new Set<string>();
  for await (const message of readAll(frames, names.framesFilter)) {
    const kind = message.header(BATCH_HEADERS.kind) as Kind;
    if (kind !== 'samples') continue;
    for (const row of rowsOf({ kind, payload: message.data })) {
      const content = JSON.stringify([row.seq, row.values]);
      const before = contents.get(rowKey(row));
      if (before === undefined) contents.set(rowKey(row), content);
      else if (before !== content) contested.add(rollUpKey({ ...row, tsMs: bucketStartMs(row.tsMs) }));
    }
  }
  return contested;
}

/**
 * Roll-ups say what their definition says over the rows of the history store. In a contested bucket either content may
 * be in the row, so only the number of samples counts.
 */
export function judgeRollUps(
  rollUps: readonly RollUpRow[],
  rows: Iterable<SampleRow>,
  contested: ReadonlySet<string>,
): Breaches {
  const expected = naiveRollUps(rows);
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
