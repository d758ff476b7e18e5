import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readManifest as readCheckpoint } from '../../runtime/holder/manifest.ts';
import type { Entry, KeyValue } from '../../runtime/kv/kv.ts';
import { keys } from '../../schemas/names.ts';
import { BackupError, createFile, type FileDigest } from './manifest.ts';

const MAX_ATTEMPTS = 20;
/** Keys asked for together. */
const AT_ONCE = 64;

interface Saved {
  readonly count: number;
  readonly files: readonly FileDigest[];
}

/**
 * The keys of a bucket that `filter` takes, with their values, one line each. Keys come and go meanwhile: one that is
 * there from beginning to end is saved with a value that it had.
 */
export async function saveBucket(
  kv: KeyValue,
  filter: string,
  dir: string,
  path: string,
  signal: AbortSignal,
): Promise<Saved> {
  const file = await createFile(dir, path);
  const names = await kv.keys(filter);
  let count = 0;
  for (let at = 0; at < names.length; at += AT_ONCE) {
    signal.throwIfAborted();
    const entries = await Promise.all(names.slice(at, at + AT_ONCE).map((name) => kv.get(name)));
    const found = entries.filter((entry) => entry !== null);
    await file.write(Buffer.concat(found.map(lineOf)));
    count += found.length;
  }
  return { count, files: [await file.close()] };
}

/**
 * The newest checkpoint of each shard: its manifest and the values that this names. A holder that keeps the next one
 * meanwhile removes values under our hands; then its manifest is another, and the shard is read again.
 */
export async function saveCheckpoints(
  kv: KeyValue,
  shards: number,
  dir: string,
  path: string,
  signal: AbortSignal,
): Promise<Saved> {
  const file = await createFile(dir, path);
  let count = 0;
  for (let shard = 0; shard < shards; shard++) {
    let isSaved = false;
    for (let attempt = 0; attempt < MAX_ATTEMPTS && !isSaved; attempt++) {
      signal.throwIfAborted();
      const manifest = await kv.get(keys.manifest(shard));
      isSaved = true;
      if (manifest === null) break;
      for (const name of Object.values(readCheckpoint(manifest.value).parts)) {
        const value = await kv.get(name);
        isSaved = value !== null;
        if (value === null) break;
        // One of an attempt that fails is harmless: names are never used twice, and no manifest names it.
        await file.write(lineOf(value));
        count++;
      }
      if (!isSaved) continue;
      await file.write(lineOf(manifest));
      count++;
    }
    if (!isSaved) throw new BackupError(`the checkpoint of shard ${shard} does not stand still`);
  }
  return { count, files: [await file.close()] };
}

/** Puts the keys of a file into a bucket; each is in it once. */
export async function restoreBucket(kv: KeyValue, dir: string, path: string): Promise<number> {
  let count = 0;
  let gathered: string[] = [];
  async function put(): Promise<void> {
    const entries = gathered.map((line) => JSON.parse(line) as { key: string; value: string });
    await Promise.all(entries.map(({ key, value }) => kv.put(key, Buffer.from(value, 'base64'))));
    count += gathered.length;
    gathered = [];
  }
  for await (const line of createInterface({ input: createReadStream(join(dir, path)) })) {
    gathered.push(line);
    if (gathered.length === AT_ONCE) await put();
  }
  await put();
  return count;
}

function lineOf({ key, value }: Entry): Uint8Array {
  return Buffer.from(`${JSON.stringify({ key, value: Buffer.from(value).toString('base64') })}\n`);
}
