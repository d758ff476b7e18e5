import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keys } from '../../schemas/names.ts';
import { createManualClock } from '../clock.ts';
import { type KeyValue, KvUnavailableError } from '../kv/kv.ts';
import { createMemoryKvStore } from '../kv/memory-kv.ts';
import type { Fault, Faults } from '../memory-faults.ts';
import { FenceLostError, PartTooLargeError, takeCheckpoint } from './checkpoint.ts';

const SHARD = 7;
const texts = (values: Record<string, string | null>) =>
  new Map(Object.entries(values).map(([part, value]) => [part, value === null ? null : Buffer.from(value)]));

function setUp() {
  const store = createMemoryKvStore(createManualClock(), { bucket: 'C', ttlMs: 0, maxBytes: 0, replicas: 1 });
  let saves = 0;
  /** `fault` decides about each call of this term. */
  const take = (epoch: number, fault: Faults = () => 'ok', owner = `owner-${epoch}`) =>
    takeCheckpoint(store.open(fault), { shard: SHARD, epoch, owner, nextSave: () => ++saves });
  return { kv: store.open(), take };
}

/** What the next term finds. */
async function found({ take }: ReturnType<typeof setUp>, epoch: number) {
  const { checkpoint, loaded } = await take(epoch);
  const parts = [...loaded].map(([part, value]) => [part, Buffer.from(value).toString()] as const);
  return { seq: checkpoint.seq, parts: Object.fromEntries(parts) };
}

const values = (kv: KeyValue) => kv.keys(keys.checkpoints(SHARD));

test('a shard begins with nothing, and a successor has what was kept: changed, new and removed parts', async () => {
  const world = setUp();
  const { checkpoint, loaded } = await world.take(1);
  assert.deepEqual([checkpoint.seq, loaded.size], [0, 0]);
  assert.deepEqual(await checkpoint.save(10, texts({ a: 'a1', b: 'b1', c: 'c1' })), { parts: 3, bytes: 6 });
  assert.deepEqual(await checkpoint.save(20, texts({ a: 'a22', c: null, d: 'd2' })), { parts: 2, bytes: 5 });
  assert.deepEqual(await checkpoint.save(30, texts({})), { parts: 0, bytes: 0 });
  assert.equal((await values(world.kv)).length, 3);
  assert.deepEqual(await found(world, 2), { seq: 30, parts: { a: 'a22', b: 'b1', d: 'd2' } });
});

test('once a later term has the fence, nothing that an earlier one writes or removes counts', async () => {
  const world = setUp();
  const { checkpoint: old } = await world.take(1);
  await old.save(10, texts({ a: 'a1', b: 'b1' }));
  const { checkpoint: young } = await world.take(2);
  await assert.rejects(old.save(15, texts({ a: 'wrong' })), FenceLostError);
  await young.save(20, texts({ a: 'a2' }));
  await assert.rejects(old.save(16, texts({ b: 'wrong' })), FenceLostError);
  await old.clean();
  assert.deepEqual(await found(world, 3), { seq: 20, parts: { a: 'a2', b: 'b1' } });
  await assert.rejects(world.take(2), FenceLostError);
  await assert.rejects(
    world.take(3, () => 'ok', 'another process'),
    FenceLostError,
  );
});

test('an earlier term that cleans between two writes of its successor leaves those alone', async () => {
  const world = setUp();
  const { checkpoint: old } = await world.take(1);
  await old.save(10, texts({ a: 'a1' }));
  const { checkpoint: middle } = await world.take(2);
  let isSaving = false;
  const { checkpoint: young } = await world.take(3, async (call): Promise<Fault> => {
    // The values are there, the manifest that names them is not yet.
    if (isSaving && call === 'kv.update') {
      await old.clean();
      await middle.clean();
    }
    return 'ok';
  });
  isSaving = true;
  await young.save(20, texts({ a: 'a2' }));
  assert.deepEqual(await found(world, 4), { seq: 20, parts: { a: 'a2' } });
});

test('changes of a save that failed are kept by the next one', async () => {
  for (const failing of ['kv.put', 'kv.update']) {
    for (const fault of ['fail_before', 'fail_after'] as const) {
      const world = setUp();
      let isFailing = false;
      const { checkpoint } = await world.take(1, (call) => (isFailing && call === failing ? fault : 'ok'));
      await checkpoint.save(10, texts({ a: 'a1', b: 'b1' }));
      isFailing = true;
      await assert.rejects(checkpoint.save(20, texts({ a: 'a2', b: null })), KvUnavailableError);
      isFailing = false;
      await checkpoint.save(30, texts({ c: 'c3' }));
      assert.equal((await values(world.kv)).length, 2, 'nothing is left over');
      assert.deepEqual(await found(world, 2), { seq: 30, parts: { a: 'a2', c: 'c3' } });
    }
  }
});

test('a manifest that was stored without an answer is what the successor has', async () => {
  const world = setUp();
  let isFailing = false;
  const { checkpoint } = await world.take(1, (call) => (isFailing && call === 'kv.update' ? 'fail_after' : 'ok'));
  await checkpoint.save(10, texts({ a: 'a1' }));
  isFailing = true;
  await assert.rejects(checkpoint.save(20, texts({ a: 'a2' })), KvUnavailableError);
  assert.deepEqual(await found(world, 2), { seq: 20, parts: { a: 'a2' } });
});

test('what dead terms left behind is removed, what is named stays', async () => {
  const world = setUp();
  const { checkpoint: dead } = await world.take(1);
  await dead.save(10, texts({ a: 'a1' }));
  await world.kv.put(keys.checkpoint(SHARD, 1, 99, 12, 'a'), Buffer.from('never named'));
  const { checkpoint } = await world.take(2);
  await checkpoint.clean();
  assert.equal((await values(world.kv)).length, 1);
  assert.deepEqual(await found(world, 3), { seq: 10, parts: { a: 'a1' } });
});

test('a value beyond its bound or gone, and a manifest that is none, are said, not passed over', async () => {
  const world = setUp();
  const { checkpoint } = await world.take(1);
  await assert.rejects(checkpoint.save(10, new Map([['a', new Uint8Array(1_000_001)]])), PartTooLargeError);
  await checkpoint.save(10, texts({ a: 'a1' }));
  await world.kv.delete((await values(world.kv))[0]);
  await assert.rejects(world.take(2), /there is no such value/);
  await world.kv.put(keys.manifest(SHARD), Buffer.from('{}'));
  await assert.rejects(world.take(3), /no manifest/);
});
