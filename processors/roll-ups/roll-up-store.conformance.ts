import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LogMessage } from '../../runtime/stream/stream.ts';
import { rowsOf } from '../batch-rows.ts';
import { HOUR_MS, hourStartMs } from './bucket-time.ts';
import { naiveRollUps } from './naive-roll-ups.ts';
import { createRollUps } from './roll-up-reducer.ts';
import { type RollUpRow, rollUpKey } from './roll-up-row.ts';
import type { RollUpStore } from './roll-up-store.ts';
import { anyStream, messagesOf, names } from './roll-up-stream.arbitrary.ts';

/** A store with empty tables. */
export interface EmptyRollUps {
  readonly store: RollUpStore;
  /** Puts the samples of these messages into the raw table, as the sink does. */
  storeRaw(messages: readonly LogMessage[]): Promise<void>;
  /** The rows that hold. */
  rows(): Promise<RollUpRow[]>;
}

const never = new AbortController().signal;
const byKey = (rows: Iterable<RollUpRow>) =>
  [...rows].sort((a, b) => (rollUpKey(a) < rollUpKey(b) ? -1 : 1)).map((row) => ({ ...row }));

/** A fixed choice of streams: the same for the twin and the real store. */
const streams = fc.sample(anyStream, { numRuns: 6, seed: 1 }).map(messagesOf);

/** Holds a store of roll-ups to its contract. `open` gives empty tables. */
export function testRollUpStore(name: string, open: () => Promise<EmptyRollUps>): void {
  test(`${name}: a recompute says what the definition says, repeated rows counted once`, async () => {
    for (const messages of streams) {
      const { store, storeRaw, rows } = await open();
      await storeRaw(messages);
      await storeRaw(messages.slice(0, 3));
      const samples = messages.filter(({ data }) => data.length > 0).flatMap(({ data }) => rowsOf(toSink(data)));
      const hours = new Map(samples.map((row) => [`${row.device} ${row.source} ${hourStartMs(row.tsMs)}`, row]));
      for (const { device, source, tsMs } of hours.values()) {
        const fromMs = hourStartMs(tsMs);
        const untilMs = fromMs + HOUR_MS;
        await store.recompute({ device, source, fromMs, untilMs, version: 7, epoch: 2 });
      }
      const wanted = [...naiveRollUps(samples).values()].map((row) => ({ ...row, version: 7, epoch: 2 }));
      assert.deepEqual(byKey(await rows()), byKey(wanted));
    }
  });

  test(`${name}: what the reducer writes and what a recompute writes is the same`, async () => {
    for (const messages of streams) {
      const { store, storeRaw, rows } = await open();
      const reducer = createRollUps({
        store,
        names,
        sinkPosition: async () => 0,
        onRecomputeFailed: assert.ifError,
        // Nothing is ever late, so every row comes from the reducer.
        options: { latenessMs: 1e9, idleMs: 1e9, maxOpenBuckets: 1e6 },
      }).create(0, new Map());
      for (const message of messages) reducer.apply(message);
      await reducer.emit({ epoch: 3, seq: messages[messages.length - 1].seq, signal: never });
      const folded = await rows();
      await storeRaw(messages);
      for (const { device, source, tsMs, version } of folded) {
        const span = { device, source, fromMs: tsMs, untilMs: tsMs + 10_000 };
        await store.recompute({ ...span, version: version + 1, epoch: 3 });
      }
      const wanted = folded.map((row) => ({ ...row, version: row.version + 1 }));
      assert.deepEqual(byKey(await rows()), byKey(wanted));
    }
  });

  test(`${name}: a recompute keeps to its span and its series, and the greatest version holds`, async () => {
    const { store, storeRaw, rows } = await open();
    const [messages] = streams.filter((one) => one.some(({ data }) => data.length > 0));
    await storeRaw(messages);
    const samples = messages.filter(({ data }) => data.length > 0).flatMap(({ data }) => rowsOf(toSink(data)));
    const wanted = [...naiveRollUps(samples).values()][0];
    const span = { device: wanted.device, source: wanted.source, fromMs: wanted.tsMs, untilMs: wanted.tsMs + 10_000 };
    await store.recompute({ ...span, version: 2 ** 40, epoch: 1 });
    await store.recompute({ ...span, version: 5, epoch: 2 });
    await store.recompute({ ...span, source: 'nothing', version: 2 ** 50, epoch: 2 });
    assert.deepEqual(byKey(await rows()), [{ ...wanted, version: 2 ** 40, epoch: 1 }]);
  });
}

function toSink(payload: Uint8Array) {
  return { kind: 'samples', payload } as const;
}
