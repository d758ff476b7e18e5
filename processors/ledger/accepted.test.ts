import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import { readAccepted } from '../../runtime/ledger.ts';
import { BATCH_HEADERS, createNames } from '../../schemas/names.ts';
import { logMessage } from '../batches-for-tests.ts';
import { createAcceptedReducers } from './accepted.ts';

const SHARD = 3;
const names = createNames();
const instances = ['00000000000000aa', '00000000000000bb', '00000000000000cc'];

function setUp() {
  const kv = createMemoryKvStore(createManualClock(), {
    bucket: 'LEDGER',
    ttlMs: 0,
    maxBytes: 0,
    replicas: 1,
  }).open();
  return { kv, factory: createAcceptedReducers({ kv, names }) };
}

function message(instance: string, batch: number, samples: number) {
  const timesMs = Array.from({ length: samples }, (_, i) => 1_000 + i);
  const columns = { heart_rate: timesMs.map(() => 100) };
  const frame = { device: 'watch', boot: '00000000000000ff', seq: batch, source: 'hr', timesMs, columns };
  return logMessage({ frames: [frame], instance, shard: SHARD, batch });
}

/** Instances whose batches come in order, mixed, each batch once or several times in a row of later ones. */
const anyStream = fc
  .array(
    fc.record({
      instance: fc.constantFrom(...instances),
      samples: fc.integer({ min: 1, max: 5 }),
      repeats: fc.nat({ max: 2 }),
    }),
    {
      maxLength: 40,
    },
  )
  .map((steps) => {
    const last = new Map<string, number>();
    const sent = steps.map(({ instance, samples, repeats }) => {
      const batch = (last.get(instance) ?? 0) + 1;
      last.set(instance, batch);
      return { once: message(instance, batch, samples), samples, repeats };
    });
    return {
      messages: sent.flatMap(({ once, repeats }) => [once, ...Array.from({ length: repeats }, () => once)]),
      samples: sent.reduce((sum, one) => sum + one.samples, 0),
    };
  });

test('each batch counts once, also when the shard changes hands in the middle', async () => {
  await fc.assert(
    fc.asyncProperty(anyStream, fc.nat({ max: 100 }), async ({ messages, samples }, cut) => {
      const { kv, factory } = setUp();
      const first = factory.create(SHARD, new Map());
      for (const one of messages.slice(0, cut)) first.apply(one);
      const parts = new Map([...first.takeDirty()].map(([name, value]) => [name, value as Uint8Array]));
      await first.emit({ epoch: 1, seq: cut, signal: new AbortController().signal });
      const second = factory.create(SHARD, parts);
      for (const one of messages.slice(cut)) second.apply(one);
      await second.emit({ epoch: 2, seq: messages.length, signal: new AbortController().signal });
      assert.equal(await readAccepted(kv), samples);
    }),
    { numRuns: 50 },
  );
});

test('ticks and messages that are no batch do not count', async () => {
  const { kv, factory } = setUp();
  const reducer = factory.create(SHARD, new Map());
  const one = message(instances[0], 1, 2);
  const withHeader = (name: string, value: string) => ({
    ...one,
    header: (asked: string) => (asked === name ? value : one.header(asked)),
  });
  reducer.apply(withHeader(BATCH_HEADERS.kind, 'tick'));
  reducer.apply(withHeader(BATCH_HEADERS.instance, 'nobody'));
  assert.equal(reducer.takeDirty().size, 0);
  assert.throws(() => reducer.apply(withHeader(BATCH_HEADERS.schema, '99')), /newer/);
  await reducer.emit({ epoch: 1, seq: 2, signal: new AbortController().signal });
  assert.equal(await readAccepted(kv), 0);
});
