import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { systemClock } from '../clock.ts';
import { testMessageLog } from './conformance.ts';
import { createMemoryLogStore } from './memory-stream.ts';
import { shareReads } from './shared-reads.ts';
import type { MessageLog, OrderedMessage } from './stream.ts';

testMessageLog('shared', async (options) => {
  const store = createMemoryLogStore(systemClock, options);
  return { open: async (metadata) => shareReads(store.open({ metadata })) };
});

function setUp(maxKept?: number) {
  const store = createMemoryLogStore(systemClock, {
    ...{ name: 'FACTS', subjects: ['facts.*'], maxBytes: 0, duplicateWindowMs: 60_000, metadata: {}, replicas: 1 },
  });
  const own = store.open();
  let delivered = 0;
  const counted: MessageLog = {
    ...own,
    async *readFrom(read) {
      for await (const message of own.readFrom(read)) {
        delivered++;
        yield message;
      }
    },
  };
  let published = 0;
  return {
    shared: shareReads(counted, maxKept),
    delivered: () => delivered,
    async publish(subject: string): Promise<number> {
      const { seq } = await own.publish(subject, Buffer.from(`${++published}`), { msgId: `${published}`, headers: {} });
      return seq;
    },
  };
}

/** Reads one message whenever it is told to. */
function readerOf(log: MessageLog, fromSeq: number) {
  const stop = new AbortController();
  const messages = log.readFrom({ subjects: ['facts.a'], fromSeq, signal: stop.signal })[Symbol.asyncIterator]();
  const seen: OrderedMessage[] = [];
  let reading = false;
  const read = async () => {
    if (reading) return;
    reading = true;
    const { value, done } = await messages.next();
    reading = false;
    if (done !== true) seen.push(value);
  };
  return { fromSeq, seen, read, stop: () => stop.abort() };
}

/** Lets everything happen that waits for nothing. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn();
}

const anySteps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), isOurs: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), back: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat(5) }) },
    { weight: 8, arbitrary: fc.record({ do: fc.constant('read' as const), which: fc.nat(5) }) },
  ),
  { maxLength: 120 },
);

test('whoever shares a read gets every message from where they began, once, at their own pace', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, fc.integer({ min: 1, max: 5 }), async (steps, maxKept) => {
      const { shared, publish } = setUp(maxKept);
      const seqs: number[] = [];
      const readers: ReturnType<typeof readerOf>[] = [];
      let lastSeq = 0;
      for (const step of steps) {
        if (step.do === 'publish') {
          lastSeq = await publish(step.isOurs ? 'facts.a' : 'facts.b');
          if (step.isOurs) seqs.push(lastSeq);
        } else if (step.do === 'join' && readers.length < 6) {
          readers.push(readerOf(shared, Math.max(1, lastSeq + 1 - step.back)));
        } else if (step.do === 'leave') readers[step.which]?.stop();
        else if (step.do === 'read') {
          void readers[step.which]?.read();
          await turn();
        }
      }
      for (const reader of readers) {
        const due = seqs.filter((seq) => seq >= reader.fromSeq);
        assert.deepEqual(
          reader.seen.map(({ seq }) => seq),
          due.slice(0, reader.seen.length),
        );
        reader.stop();
      }
      await settle();
    }),
    { numRuns: 100 },
  );
});

test('sixteen who have caught up cost one delivery of each message, and the last one says so', async () => {
  const { shared, publish, delivered } = setUp();
  const readers = Array.from({ length: 16 }, () => readerOf(shared, 1));
  for (let i = 0; i < 10; i++) await publish('facts.a');
  for (let i = 0; i < 10; i++) {
    for (const reader of readers) void reader.read();
    await settle();
  }
  const all = Array.from({ length: 10 }, (_, i) => i + 1);
  for (const { seen } of readers) {
    assert.deepEqual(
      seen.map(({ seq }) => seq),
      all,
    );
    assert.equal(seen.at(-1)?.pendingMessages, 0);
  }
  assert.equal(delivered(), 10);
  for (const reader of readers) reader.stop();
  await settle();
});

test('whoever is farther behind than what is kept reads alone until they have caught up', async () => {
  const { shared, publish, delivered } = setUp(2);
  const [fast, slow] = [readerOf(shared, 1), readerOf(shared, 1)];
  for (let i = 0; i < 6; i++) {
    await publish('facts.a');
    void fast.read();
    await settle();
  }
  for (let i = 0; i < 6; i++) {
    void slow.read();
    await settle();
  }
  const seqs = [1, 2, 3, 4, 5, 6];
  assert.deepEqual(
    [fast, slow].map(({ seen }) => seen.map(({ seq }) => seq)),
    [seqs, seqs],
  );
  const before = delivered();
  await publish('facts.a');
  for (const reader of [fast, slow]) void reader.read();
  await settle();
  assert.deepEqual([fast.seen.length, slow.seen.length, delivered() - before], [7, 7, 1]);
  for (const reader of [fast, slow]) reader.stop();
  await settle();
});
