import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from './clock.ts';
import { KvUnavailableError } from './kv/kv.ts';
import { createMemoryKvStore } from './kv/memory-kv.ts';
import type { Fault } from './memory-faults.ts';
import { createOffsets, TooManyOffsetsError } from './offsets.ts';

const DAY_MS = 86_400_000;
const boot = '00000000000000ff';

function setUp(faults?: (call: string) => Fault) {
  const clock = createManualClock(1_000);
  const store = createMemoryKvStore(clock, { bucket: 'OFFSETS', ttlMs: 4 * DAY_MS, maxBytes: 0, replicas: 1 });
  const calls: string[] = [];
  const process = (overrides: object = {}) =>
    createOffsets({
      kv: store.open((call) => {
        calls.push(call);
        return faults?.(call) ?? 'ok';
      }),
      clock,
      ttlMs: 4 * DAY_MS,
      ...overrides,
    });
  return { clock, store, calls, process };
}

test('the first proposal is frozen for every process', async () => {
  const { process, store } = setUp();
  const [one, two] = [process(), process()];
  const frozen = { offsetMs: 250, validUntilMs: 1_000 + DAY_MS };
  assert.deepEqual(await one.resolve('d1', boot, { offsetMs: 250 }), frozen);
  assert.deepEqual(await two.resolve('d1', boot, { offsetMs: -9 }), frozen);
  assert.deepEqual(await one.resolve('d1', 'aaaaaaaaaaaaaaaa', { offsetMs: -9 }), { ...frozen, offsetMs: -9 });
  const entry = await store.open().get(`d1.${boot}`);
  assert.equal(Buffer.from(entry!.value).toString(), '{"offsetMs":250}');
});

test('processes that ask at the same time agree', async () => {
  const { process } = setUp();
  const all = await Promise.all(Array.from({ length: 6 }, (_, i) => process().resolve('d1', boot, { offsetMs: i })));
  assert.equal(new Set(all.map((frozen) => frozen.offsetMs)).size, 1);
});

test('questions for one boot at the same time are asked once, and later ones not at all', async () => {
  const { process, calls } = setUp();
  const offsets = process();
  await Promise.all([1, 2, 3].map((offsetMs) => offsets.resolve('d1', boot, { offsetMs })));
  await offsets.resolve('d1', boot, { offsetMs: 4 });
  assert.deepEqual(calls, ['kv.get', 'kv.create']);
});

test('a boot in use is kept beyond the age limit of the bucket, an unused one is not', async () => {
  const { process, clock, store } = setUp();
  const offsets = process();
  await offsets.resolve('used', boot, { offsetMs: 7 });
  await offsets.resolve('unused', boot, { offsetMs: 7 });
  for (let day = 0; day < 12; day++) {
    await clock.advance(DAY_MS + 1);
    assert.equal((await offsets.resolve('used', boot, { offsetMs: 99 })).offsetMs, 7);
  }
  assert.deepEqual(await store.open().keys('>'), [`used.${boot}`]);
});

test('an answer that never came is asked for again, and may have been frozen', async () => {
  let fault: Fault = 'fail_after';
  const { process } = setUp((call) => (call === 'kv.create' ? fault : 'ok'));
  const offsets = process();
  await assert.rejects(offsets.resolve('d1', boot, { offsetMs: 1 }), KvUnavailableError);
  fault = 'ok';
  assert.equal((await offsets.resolve('d1', boot, { offsetMs: 2 })).offsetMs, 1);
});

test('the cache and the questions are bounded', async () => {
  const { process, calls } = setUp();
  const offsets = process({ maxCachedBoots: 2, maxWaitingBoots: 3 });
  for (const device of ['a', 'b', 'c']) await offsets.resolve(device, boot, { offsetMs: 1 });
  calls.length = 0;
  await offsets.resolve('c', boot, { offsetMs: 1 });
  assert.deepEqual(calls, []);
  await offsets.resolve('a', boot, { offsetMs: 1 });
  assert.deepEqual(calls, ['kv.get']);
  const many = Array.from({ length: 5 }, (_, i) => offsets.resolve(`x${i}`, boot, { offsetMs: 1 }));
  const results = await Promise.allSettled(many);
  assert.deepEqual(
    results.map((result) => result.status === 'rejected' && result.reason instanceof TooManyOffsetsError),
    [false, false, false, true, true],
  );
});
