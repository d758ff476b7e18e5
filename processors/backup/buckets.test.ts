import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '../../runtime/clock.ts';
import { takeCheckpoint } from '../../runtime/holder/checkpoint.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import { createMemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import { restoreBucket, saveBucket, saveCheckpoints } from './buckets.ts';

const dir = mkdtempSync(join(tmpdir(), 'slip-buckets-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const SHARDS = 2;
const { signal } = new AbortController();
const bytes = (text: string) => Buffer.from(text);
const emptyBucket = (): KeyValue =>
  createMemoryKvStore(systemClock, { bucket: 'B', ttlMs: 0, maxBytes: 0, replicas: 1 }).open();

/** A term of a holder, and what it finds. */
async function hold(kv: KeyValue, epoch: number) {
  let saves = 0;
  const { checkpoint, loaded } = await takeCheckpoint(kv, {
    ...{ shard: 1, epoch, owner: `holder-${epoch}` },
    nextSave: () => ++saves,
  });
  const parts = Object.fromEntries([...loaded].map(([name, value]) => [name, Buffer.from(value).toString()]));
  return { checkpoint, parts };
}

test('every key comes back with its value, whatever bytes it has', async () => {
  const kv = emptyBucket();
  const values = { 'device.a': Buffer.from([0, 255, 10, 13]), 'token.b': bytes(''), 'x.y.z': bytes('{"a":1}') };
  for (const [key, value] of Object.entries(values)) await kv.put(key, value);
  await kv.put('gone', bytes('x'));
  await kv.delete('gone');
  const { count, files } = await saveBucket(kv, '>', dir, 'all.jsonl', signal);
  assert.deepEqual(
    [count, files[0].path, files[0].bytes],
    [3, 'all.jsonl', readFileSync(join(dir, 'all.jsonl')).length],
  );
  const back = emptyBucket();
  assert.equal(await restoreBucket(back, dir, 'all.jsonl'), 3);
  assert.deepEqual((await back.keys('>')).sort(), Object.keys(values));
  for (const [key, value] of Object.entries(values)) {
    assert.deepEqual(Buffer.from((await back.get(key))!.value), value);
  }
});

test('a checkpoint that moves on while it is copied is copied whole, older or newer', async () => {
  const kv = emptyBucket();
  const first = await hold(kv, 1);
  await first.checkpoint.save(
    10,
    new Map([
      ['counts', bytes('ten')],
      ['open', bytes('ten')],
    ]),
  );
  let reads = 0;
  const moving: KeyValue = {
    ...kv,
    async get(key) {
      // Between the manifest and its second value, the holder keeps the next one and removes what this replaces.
      if (++reads === 4)
        await first.checkpoint.save(
          20,
          new Map([
            ['counts', bytes('twenty')],
            ['open', null],
          ]),
        );
      return kv.get(key);
    },
  };
  await saveCheckpoints(moving, SHARDS, dir, 'moving.jsonl', signal);
  assert.ok(reads >= 5, 'it was read again');
  const back = emptyBucket();
  await restoreBucket(back, dir, 'moving.jsonl');
  const { checkpoint, parts } = await hold(back, 2);
  assert.deepEqual({ seq: checkpoint.seq, parts }, { seq: 20, parts: { counts: 'twenty' } });
});

test('a checkpoint whose values are never there is an error, not a shorter backup', async () => {
  const kv = emptyBucket();
  const { checkpoint } = await hold(kv, 1);
  await checkpoint.save(10, new Map([['counts', bytes('ten')]]));
  for (const key of await kv.keys('value.1.>')) await kv.delete(key);
  await assert.rejects(saveCheckpoints(kv, SHARDS, dir, 'broken.jsonl', signal), {
    name: 'BackupError',
    message: 'the checkpoint of shard 1 does not stand still',
  });
});
