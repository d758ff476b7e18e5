import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS } from '../schemas/channels.ts';
import { rowsOf } from './batch-rows.ts';
import { sinkMessage } from './batches-for-tests.ts';
import { createMemoryStore } from './memory-sink.ts';
import { testSink } from './sink.conformance.ts';
import { StoreUnavailableError } from './sink.ts';

testSink('the twin', async () => {
  const store = createMemoryStore({ name: 'twin' });
  return {
    sink: store.open(),
    rows: async () => KINDS.flatMap((kind) => store.rows(kind)),
    async ledger(instance) {
      const lines = [...store.ledger].filter(([key]) => key.startsWith(`${instance}.`)).map(([, line]) => line);
      const sum = (name: 'frames' | 'samples' | 'refused') => lines.reduce((total, line) => total + line[name], 0);
      return { lines: lines.length, frames: sum('frames'), samples: sum('samples'), refused: sum('refused') };
    },
  };
});

const frame = { device: 'watch', boot: '00000000000000ff', seq: 1, source: 'hr', columns: { heart_rate: [99, 98] } };
const message = sinkMessage({ frames: [{ ...frame, timesMs: [1_000, 2_000] }], batch: 7 });

test('a write whose answer is lost has stored its rows, one that fails before has not', async () => {
  const store = createMemoryStore({ name: 'twin' });
  await assert.rejects(store.open(() => 'fail_before').write([message]), StoreUnavailableError);
  assert.deepEqual(store.rows('samples'), []);
  await assert.rejects(store.open(() => 'fail_after').write([message]), StoreUnavailableError);
  assert.deepEqual(store.rows('samples'), rowsOf(message));
});

test('rows that are older than the store keeps are counted instead', async () => {
  const store = createMemoryStore({ name: 'twin', expireBeforeMs: () => 1_500 });
  assert.deepEqual(await store.open().write([message]), { rows: 1, expired: 1 });
  assert.deepEqual([...store.ledger], [['00000000000000aa.0.7', { frames: 1, samples: 2, refused: 0, expired: 1 }]]);
});
