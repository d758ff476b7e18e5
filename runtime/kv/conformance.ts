import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BucketOptions, KeyConflictError, type KeyValue } from './kv.ts';

/** Makes a bucket that no other test uses; `open` again is another process. */
export type MakeBucket = (
  options: BucketOptions,
) => Promise<{ open(): Promise<KeyValue>; loseWatches(): Promise<void> }>;

const bytes = (value: string) => Buffer.from(value);
let made = 0;

/** What every {@link KeyValue} does, as tests. */
export function testKeyValue(kind: string, make: MakeBucket): void {
  async function fresh(ttlMs = 0) {
    const shared = await make({ bucket: `T${++made}_KV`, ttlMs, maxBytes: 1_000_000, replicas: 1 });
    return { ...shared, kv: await shared.open() };
  }
  const read = async (kv: KeyValue, key: string) => {
    const entry = await kv.get(key);
    return entry && { key: entry.key, value: Buffer.from(entry.value).toString(), revision: entry.revision };
  };

  test(`${kind}: a created value is there for everyone, and is created once`, async () => {
    const { kv, open } = await fresh();
    assert.equal(await kv.get('shard.1'), null);
    const revision = await kv.create('shard.1', bytes('a'));
    assert.deepEqual(await read(await open(), 'shard.1'), { key: 'shard.1', value: 'a', revision });
    assert.ok(Math.abs((await kv.get('shard.1'))!.writtenMs - Date.now()) < 60_000);
    await assert.rejects(kv.create('shard.1', bytes('b')), KeyConflictError);
    assert.deepEqual(await read(kv, 'shard.1'), { key: 'shard.1', value: 'a', revision });
  });

  test(`${kind}: an update needs the newest revision, and revisions grow`, async () => {
    const { kv } = await fresh();
    const first = await kv.create('k', bytes('a'));
    await kv.put('other', bytes('x'));
    const second = await kv.update('k', bytes('b'), first);
    assert.ok(second > first);
    await assert.rejects(kv.update('k', bytes('c'), first), KeyConflictError);
    const third = await kv.put('k', bytes('d'));
    assert.deepEqual(await read(kv, 'k'), { key: 'k', value: 'd', revision: third });
  });

  test(`${kind}: of many who update at once one wins`, async () => {
    const { kv, open } = await fresh();
    const revision = await kv.create('k', bytes('start'));
    const ends = await Promise.all(Array.from({ length: 8 }, open));
    const results = await Promise.allSettled(ends.map((end, i) => end.update('k', bytes(`${i}`), revision)));
    const winners = results.flatMap((result, i) => (result.status === 'fulfilled' ? [i] : []));
    assert.equal(winners.length, 1);
    assert.equal((await read(kv, 'k'))?.value, `${winners[0]}`);
    for (const result of results) {
      if (result.status === 'rejected') assert.ok(result.reason instanceof KeyConflictError, result.reason);
    }
  });

  test(`${kind}: a deleted key is gone, may be created again, and is deleted only at its revision`, async () => {
    const { kv } = await fresh();
    const first = await kv.create('k', bytes('a'));
    await assert.rejects(kv.delete('k', first + 1), KeyConflictError);
    await kv.delete('k', first);
    await kv.delete('k');
    await kv.delete('never.there');
    assert.equal(await kv.get('k'), null);
    await assert.rejects(kv.update('k', bytes('b'), first), KeyConflictError);
    const again = await kv.create('k', bytes('c'));
    assert.ok(again > first);
    assert.deepEqual(await read(kv, 'k'), { key: 'k', value: 'c', revision: again });
  });

  test(`${kind}: keys are found by prefix`, async () => {
    const { kv } = await fresh();
    assert.deepEqual(await kv.keys('>'), []);
    for (const key of ['shard.1', 'shard.2', 'member.a', 'shard.10.x']) await kv.create(key, bytes(key));
    await kv.delete('shard.2');
    assert.deepEqual((await kv.keys('shard.>')).sort(), ['shard.1', 'shard.10.x']);
    assert.deepEqual((await kv.keys('>')).sort(), ['member.a', 'shard.1', 'shard.10.x']);
    assert.deepEqual(await kv.keys('member.a'), ['member.a']);
    assert.deepEqual(await kv.keys('nothing.>'), []);
  });

  test(`${kind}: a key that would reach beyond itself is refused`, async () => {
    const { kv } = await fresh();
    for (const key of ['', 'a.*', '>', 'a..b', 'a b', 'a.>']) await assert.rejects(async () => kv.get(key), RangeError);
    await assert.rejects(async () => kv.put('a.*', bytes('x')), RangeError);
    await assert.rejects(async () => kv.keys('*'), RangeError);
  });

  test(`${kind}: a value that is not written again expires`, async () => {
    const { kv } = await fresh(1_000);
    await kv.create('k', bytes('a'));
    await until(async () => (await kv.get('k')) === null);
    assert.ok((await kv.create('k', bytes('b'))) > 1);
  });

  test(`${kind}: a watch tells what is there, then that it is ready, then every change in order`, async () => {
    const { kv, open } = await fresh();
    await kv.create('device.a', bytes('1'));
    await kv.create('device.b', bytes('2'));
    await kv.delete('device.b');
    await kv.create('token.x', bytes('3'));
    const told: string[] = [];
    const watch = await kv.watch('device.>', {
      onChange: ({ key, value }) => told.push(`${key}=${value ? Buffer.from(value).toString() : 'deleted'}`),
      onReady: () => told.push('ready'),
      onLost: (error) => told.push(`lost ${error.message}`),
    });
    await until(() => told.includes('ready'));
    const other = await open();
    await other.put('device.c', bytes('4'));
    await other.put('token.y', bytes('5'));
    await other.put('device.a', bytes('6'));
    await other.delete('device.c');
    await until(() => told.includes('device.c=deleted'));
    assert.deepEqual(
      told.filter((line) => line !== 'device.b=deleted'),
      ['device.a=1', 'ready', 'device.c=4', 'device.a=6', 'device.c=deleted'],
    );
    watch.stop();
  });

  test(`${kind}: a watch on nothing is ready at once, and a lost one says so once`, async () => {
    const { kv, loseWatches } = await fresh();
    const told: string[] = [];
    await kv.watch('>', {
      onChange: () => told.push('change'),
      onReady: () => told.push('ready'),
      onLost: () => told.push('lost'),
    });
    await until(() => told.length === 1);
    await loseWatches();
    await until(() => told.includes('lost'));
    await until(() => kv.put('k', bytes('a')).then(Boolean, () => false));
    assert.deepEqual(told, ['ready', 'lost']);
  });
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + 15_000;
  while (!(await isTrue())) {
    assert.ok(Date.now() < untilMs, 'it did not happen within 15 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
