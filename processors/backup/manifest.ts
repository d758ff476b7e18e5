import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StreamCopyHead } from '../../runtime/nats/stream-copies.ts';

/** What a backup consists of. It is written last: a folder without one is no backup. */
export interface Manifest {
  /** 1 has no accounts, objects or boards. */
  readonly format: 1 | 2;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly region: string;
  readonly shards: number;
  readonly versions: { readonly nats: string; readonly clickhouse: string; readonly clickhouseSchema: number };
  /**
   * Where the sinks go on after a restore: ClickHouse's copy has every message up to here. QuestDB is made anew from
   * that copy, so it goes on from here too.
   */
  readonly storedSeq: number;
  readonly parts: readonly Part[];
}

export type PartKind = 'bucket' | 'database' | 'objects' | 'stream' | 'table';

/** One bucket, stream, table or other, in the order in which they were copied. */
export interface Part {
  readonly kind: PartKind;
  readonly name: string;
  /** What is in it, for a person. */
  readonly covers: string;
  /** Keys, messages, rows, accounts or objects. */
  readonly count: number;
  /** None of a database that was not made yet, because nobody had signed up. */
  readonly files: readonly FileDigest[];
  /** Of a stream. */
  readonly head?: StreamCopyHead;
  /** Of a database: only into the same it goes back. */
  readonly engine?: AccountsEngine;
}

export type AccountsEngine = 'pglite' | 'postgresql';

export interface FileDigest {
  /** Inside the backup's folder. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A backup that is not whole, not one, or not for this program. */
export class BackupError extends Error {
  override name = 'BackupError';
}

export const MANIFEST_FILE = 'manifest.json';

export interface BackupFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves once it is on disk. */
  close(): Promise<FileDigest>;
}

/** A new file of a backup. Throws when it is there already. */
export async function createFile(dir: string, path: string): Promise<BackupFile> {
  const file = join(dir, path);
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'wx');
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    async write(piece) {
      await handle.writeFile(piece);
      hash.update(piece);
      bytes += piece.length;
    },
    async close() {
      await handle.sync();
      await handle.close();
      return { path, bytes, sha256: hash.digest('hex') };
    },
  };
}

export async function writeManifest(dir: string, manifest: Manifest): Promise<void> {
  const unfinished = `${MANIFEST_FILE}.unfinished`;
  const file = await createFile(dir, unfinished);
  await file.write(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  await file.close();
  await rename(join(dir, unfinished), join(dir, MANIFEST_FILE));
}

/** Throws BackupError. */
export async function readManifest(dir: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(dir, MANIFEST_FILE), 'utf8');
  } catch (cause) {
    throw new BackupError(`${dir} holds no finished backup: it has no ${MANIFEST_FILE}`, { cause });
  }
  let manifest: Manifest;
  try {
    manifest = JSON.parse(text) as Manifest;
  } catch (cause) {
    throw new BackupError(`${dir} is damaged: its ${MANIFEST_FILE} cannot be read`, { cause });
  }
  const { format } = manifest;
  if (format !== 1 && format !== 2) throw new BackupError(`${dir} has format ${format}, this program reads 1 and 2`);
  return manifest;
}

/** Reads every file once and compares it with the manifest. Throws BackupError that names the first that differs. */
export async function verifyFiles(dir: string, { parts }: Manifest): Promise<{ files: number; bytes: number }> {
  let files = 0;
  let total = 0;
  for (const { path, bytes, sha256 } of parts.flatMap((part) => part.files)) {
    const hash = createHash('sha256');
    let found = 0;
    try {
      for await (const piece of createReadStream(join(dir, path))) {
        hash.update(piece);
        found += piece.length;
      }
    } catch (cause) {
      throw new BackupError(`${path} cannot be read`, { cause });
    }
    if (found !== bytes || hash.digest('hex') !== sha256) throw new BackupError(`${path} is not what was backed up`);
    files++;
    total += found;
  }
  return { files, bytes: total };
}
