import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../runtime/objects/objects.ts';
import type { StoredObject } from '../../schemas/sql/stored-objects.ts';
import { BackupError, type BackupFile, createFile, type FileDigest } from './manifest.ts';

export type ObjectStores = Readonly<Record<StoredObject['store'], Pick<ObjectStore, 'get' | 'put'>>>;

/** Stands as a line of JSON before the bytes of each object. */
interface Head extends StoredObject {
  readonly bytes: number;
  readonly sha256: string;
}

/** A pack is closed once it has so many; one is held in memory when it is read. */
const PACK_BYTES = 64 * 1024 * 1024;
/** Each is 64 MiB at most. */
const AT_ONCE = 4;
const NEW_LINE = 10;

/** One object of all stores. */
export const nameOf = ({ store, key }: StoredObject) => `${store} ${key}`;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export interface ObjectPacks {
  /** Copies those that it has not yet, and gives back those that are not in their store. */
  add(objects: readonly StoredObject[]): Promise<StoredObject[]>;
  close(): Promise<{ count: number; files: FileDigest[] }>;
}

/** Packs objects into files of a backup. A key never means other bytes, so each is copied once. */
export function createObjectPacks(dir: string, stores: ObjectStores, signal: AbortSignal): ObjectPacks {
  const has = new Set<string>();
  const files: FileDigest[] = [];
  let pack: BackupFile | null = null;
  let packBytes = 0;

  async function write(object: StoredObject, bytes: Uint8Array): Promise<void> {
    if (pack !== null && packBytes >= PACK_BYTES) {
      files.push(await pack.close());
      pack = null;
    }
    if (pack === null) {
      pack = await createFile(dir, `objects/${String(files.length + 1).padStart(6, '0')}.pack`);
      packBytes = 0;
    }
    const head: Head = { store: object.store, key: object.key, bytes: bytes.length, sha256: sha256(bytes) };
    await pack.write(Buffer.from(`${JSON.stringify(head)}\n`));
    await pack.write(bytes);
    packBytes += bytes.length;
    has.add(nameOf(object));
  }

  return {
    async add(objects) {
      const gone: StoredObject[] = [];
      const wanted = objects.filter((object) => !has.has(nameOf(object)));
      for (let at = 0; at < wanted.length; at += AT_ONCE) {
        signal.throwIfAborted();
        const some = wanted.slice(at, at + AT_ONCE);
        const found = await Promise.all(some.map(({ store, key }) => stores[store].get(key)));
        for (const [i, bytes] of found.entries()) {
          if (bytes === null) gone.push(some[i]);
          else await write(some[i], bytes);
        }
      }
      return gone;
    },
    async close() {
      if (pack !== null) files.push(await pack.close());
      return { count: has.size, files };
    },
  };
}

/**
 * Puts back those objects of the packs that rows tell of, and says how many they are and which of the wanted are in no
 * pack. Throws BackupError for one whose bytes are not what was copied.
 */
export async function restoreObjects(
  wanted: readonly StoredObject[],
  {
    dir,
    files,
    stores,
    signal,
  }: {
    dir: string;
    files: readonly FileDigest[];
    stores: ObjectStores;
    signal: AbortSignal;
  },
): Promise<{ count: number; lacking: StoredObject[] }> {
  const left = new Map(wanted.map((object) => [nameOf(object), object]));
  let count = 0;
  for (const { path } of files) {
    const pack = await readFile(join(dir, path));
    for (let at = 0; at < pack.length; ) {
      signal.throwIfAborted();
      const end = pack.indexOf(NEW_LINE, at);
      const head = JSON.parse(pack.subarray(at, end).toString()) as Head;
      const bytes = pack.subarray(end + 1, end + 1 + head.bytes);
      at = end + 1 + head.bytes;
      if (sha256(bytes) !== head.sha256) throw new BackupError(`${nameOf(head)} in ${path} is not what was copied`);
      if (!left.delete(nameOf(head))) continue;
      await stores[head.store].put(head.key, bytes);
      count++;
    }
  }
  return { count, lacking: [...left.values()] };
}
