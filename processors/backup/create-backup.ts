import { mkdir, readdir } from 'node:fs/promises';
import type { Clock } from '../../runtime/clock.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import { copyStream, holdStream, streamNames } from '../../runtime/nats/stream-copies.ts';
import type { ClickHouse } from '../clickhouse/clickhouse-client.ts';
import { saveBucket, saveCheckpoints } from './buckets.ts';
import { BackupError, createFile, type Manifest, type Part, writeManifest } from './manifest.ts';
import { saveTable, TABLES } from './tables.ts';

export interface BackupDeps {
  readonly platform: Platform;
  readonly shards: number;
  readonly clickHouse: Pick<ClickHouse, 'select' | 'read'>;
  /** New or empty. */
  readonly dir: string;
  /** Rows of a table that are in memory at once. */
  readonly pageRows: number;
  /** The frame stream is kept whole for so long; a backup that takes longer fails. */
  readonly maxDurationMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  onPart(part: Part): void;
}

/**
 * Copies everything while everything runs. There is no instant that all parts show, so their order has to do:
 *
 * 1. The frame stream is *held*: the trimmer removes nothing from it until the end.
 * 2. `storedSeq` is noted: ClickHouse has every message up to there, so its copy, made later, has too.
 * 3. The checkpoints. What one calls emitted or stored was so before, hence it is in ClickHouse's copy; what it has not
 *    seen is behind it in the stream, whose copy, made later, goes further.
 * 4. ClickHouse. Versions of its roll-ups are positions of the stream, and none is behind the end of the stream's copy:
 *    so no number is ever given twice with different contents.
 * 5. The frame stream. After a restore the sinks go on from `storedSeq`, the holders from their checkpoints, and both
 *    find everything there. What they read twice is one row, one line, one roll-up.
 * 6. All that must not be older than the stream. The clock correction of every boot in it: a boot that got a second one
 *    would send its samples twice under different keys. Leases, whose epochs may not fall behind the checkpoints'.
 *    Dead letters and revocations, because the newest are best.
 *
 * Whatever was acknowledged before the beginning is in the stream's copy, or in ClickHouse's, or in that of the dead
 * letters. QuestDB is not copied: a restore makes it anew from ClickHouse, which a test does every time. PostgreSQL
 * belongs between 4 and 5: facts in it are applied only when newer, and come again from the streams copied after it.
 */
export async function createBackup(deps: BackupDeps): Promise<Manifest> {
  const { platform, dir, clock, signal } = deps;
  const { names, link } = platform;
  await assertEmpty(dir);
  const startedAt = new Date(clock.nowMs()).toISOString();
  const startedMs = clock.monotonicMs();
  const frames = await platform.frames();
  const hold = await holdStream(link, frames.name, `backup-${startedAt.replace(/\D/g, '')}`, deps.maxDurationMs);
  try {
    const position = await frames.durablePosition(names.durable('clickhouse'));
    const storedSeq = position?.ackFloorSeq ?? 0;
    const parts: Part[] = [];
    const add = (part: Part) => {
      parts.push(part);
      deps.onPart(part);
    };
    const bucket = async (name: keyof typeof BUCKETS) => add(await saveOneBucket(deps, name));
    const stream = async (name: string, covers: string) => add(await saveStream(deps, name, covers));

    await bucket('checkpoints');
    await bucket('ledger');
    for (const { table, covers } of TABLES) {
      const saved = await saveTable(deps.clickHouse, table, deps);
      add({ kind: 'table', name: table.name, covers, ...saved });
    }
    await stream(names.framesStream, 'Batches of samples, as ingest acknowledged them');
    await bucket('offsets');
    await bucket('leases');
    await bucket('revocations');
    await bucket('config');
    for (const name of await otherStreams(deps)) {
      await stream(name, name === names.deadStream ? 'Dead letters' : 'Facts');
    }

    if (clock.monotonicMs() - startedMs > deps.maxDurationMs) {
      throw new BackupError(`it took longer than ${deps.maxDurationMs} ms: what the copy needs may have been trimmed`);
    }
    const manifest: Manifest = {
      format: 1,
      startedAt,
      finishedAt: new Date(clock.nowMs()).toISOString(),
      region: names.region,
      shards: deps.shards,
      versions: { nats: link.nc.info?.version ?? '', ...(await clickHouseVersions(deps.clickHouse)) },
      storedSeq,
      parts,
    };
    signal.throwIfAborted();
    await writeManifest(dir, manifest);
    return manifest;
  } finally {
    await hold.release();
  }
}

type BucketName = 'checkpoints' | 'ledger' | 'offsets' | 'leases' | 'revocations' | 'config';

interface Bucket {
  open(platform: Platform): Promise<KeyValue>;
  readonly filter: string;
  readonly covers: string;
}

/** How each bucket is opened, and what of it is kept. */
export const BUCKETS: Record<BucketName, Bucket> = {
  checkpoints: {
    open: (platform) => platform.checkpoints(),
    filter: '>',
    covers: 'State of the reducers of each shard',
  },
  ledger: { open: (platform) => platform.ledger(), filter: '>', covers: 'What was accepted on each shard' },
  offsets: {
    open: (platform) => platform.offsets(),
    filter: '>',
    covers: 'Clock corrections, frozen for each boot of a device',
  },
  // Members are processes, and those of the old time are no more.
  leases: { open: (platform) => platform.leases(), filter: 'shard.>', covers: 'Epochs of the shards' },
  revocations: {
    open: (platform) => platform.revocations(),
    filter: '>',
    covers: 'Tokens and devices that are no longer let in',
  },
  config: { open: (platform) => platform.config(), filter: '>', covers: 'What operators have set' },
};

export function isBucket(name: string): name is BucketName {
  return Object.hasOwn(BUCKETS, name);
}

async function saveOneBucket({ platform, shards, dir, signal }: BackupDeps, name: BucketName): Promise<Part> {
  const { open, filter, covers } = BUCKETS[name];
  const kv = await open(platform);
  const path = `buckets/${name}.jsonl`;
  const saved = await (name === 'checkpoints'
    ? saveCheckpoints(kv, shards, dir, path, signal)
    : saveBucket(kv, filter, dir, path, signal));
  return { kind: 'bucket', name, covers, ...saved };
}

async function saveStream({ platform, dir, signal }: BackupDeps, name: string, covers: string): Promise<Part> {
  const file = await createFile(dir, `streams/${name}.tar.s2`);
  const head = await copyStream(platform.link, name, async (chunk) => {
    signal.throwIfAborted();
    await file.write(chunk);
  });
  return { kind: 'stream', name, covers, count: head.state.messages, files: [await file.close()], head };
}

/** Streams of this deployment besides the frames and the buckets, as far as there are any. */
async function otherStreams({ platform }: BackupDeps): Promise<string[]> {
  const { names, link } = platform;
  const all = new Set(await streamNames(link));
  return [names.deadStream, names.factsStream].filter((name) => all.has(name));
}

async function clickHouseVersions(store: Pick<ClickHouse, 'select'>) {
  const [row] = await store.select('SELECT version() AS version, max(number) AS schema FROM slipstream.migrations');
  return { clickhouse: String(row.version), clickhouseSchema: Number(row.schema) };
}

async function assertEmpty(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  if ((await readdir(dir)).length > 0)
    throw new BackupError(`${dir} is not empty: each backup has a folder of its own`);
}
