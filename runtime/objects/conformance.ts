import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { ObjectStore } from './objects.ts';

let made = 0;

/** What every {@link ObjectStore} does, as tests. `open` again is another process. */
export function testObjects(kind: string, open: () => Promise<ObjectStore>): void {
  const newKey = () => `imports/a-1/${process.pid}_${++made}`;
  const hash = (bytes: Uint8Array | null) => bytes && createHash('sha256').update(bytes).digest('hex');

  test(`${kind}: an object is there for everyone, byte for byte, until it is deleted`, async () => {
    const objects = await open();
    const key = newKey();
    assert.equal(await objects.get(key), null);
    await objects.put(key, Uint8Array.of(0, 255, 10, 13));
    assert.deepEqual(Buffer.from((await (await open()).get(key))!), Buffer.of(0, 255, 10, 13));
    await objects.delete(key);
    assert.equal(await objects.get(key), null);
    await objects.delete(key);
  });

  test(`${kind}: a later object replaces an earlier one, and others stay`, async () => {
    const objects = await open();
    const [key, other] = [newKey(), newKey()];
    await objects.put(other, Buffer.from('other'));
    await objects.put(key, Buffer.from('first'));
    await objects.put(key, Buffer.from('second'));
    assert.equal(Buffer.from((await objects.get(key))!).toString(), 'second');
    assert.equal(Buffer.from((await objects.get(other))!).toString(), 'other');
  });

  test(`${kind}: nothing at all and megabytes are objects too`, async () => {
    const objects = await open();
    const key = newKey();
    await objects.put(key, new Uint8Array());
    assert.equal((await objects.get(key))?.length, 0);
    const large = Buffer.alloc(5_000_003, 'slipstream ');
    await objects.put(key, large);
    assert.equal(hash(await objects.get(key)), hash(large));
    await objects.delete(key);
  });

  test(`${kind}: a key that is none is refused`, async () => {
    const objects = await open();
    for (const key of ['', '/', '../secrets', 'a//b', 'a b', 'ä', 'x'.repeat(201)]) {
      await assert.rejects(async () => objects.get(key), RangeError, key);
    }
  });
}
