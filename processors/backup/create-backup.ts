import { mkdir, readdir } from 'node:fs/promises';
import type { Clock } from '../../runtime/clock.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import { copyStream, holdStream, streamNames } from '../../runtime/nats/stream-copies.ts';
import type { StoredObject } from '../../schemas/sql/stored-objects.ts';
import type { ClickHouse } from '../clickhouse/clickhouse-client.ts';
import type { AccountsStore } from './accounts.ts';
import { type BucketName, saveKept } from './kept-buckets.ts';
import { BackupError, createFile, type Manifest, type Part, writeManifest } from './manifest.ts';
import type { ObjectStores } from './object-packs.ts';
import { saveAccounts } from './save-accounts.ts';
import { type CopiedTable, saveTable, TABLES, TABLES_OF_ACCOUNTS } from './tables.ts';

export interface BackupDeps {
  readonly platform: Platform;
  readonly shards: number;
  readonly clickHouse: Pick<ClickHouse, 'select' | 'read'>;
  /** Null leaves them out, and with them what their rows tell of. */
  readonly accounts: AccountsStore | null;
  /** Null leaves photos and uploads out. */
  readonly objects: ObjectStores | null;
  /** New or empty. */
  readonly dir: string;
  /** Rows of a table that are in memory at once. */
  readonly pageRows: number;
  /** The frame stream is kept whole for so long; a backup that takes longer fails. */
  readonly maxDurationMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  onPart(part: Part): void;
  onLacking(objects: readonly StoredObject[]): void;
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
 * 7. Accounts in PostgreSQL; at once after them what they have told others, which is in two tables of ClickHouse and in
 *    CONFIG: what waits in the outbox is told again, and what was told of accounts is hardly ever newer than they are.
 *    Then photos and uploads that their rows tell of, by the rule in `save-accounts.ts`.
 * 8. Revocations, dead letters and facts, because the newest are best. Facts come after accounts: a restored API
 *    applies all of them again, by id and revision.
 *
 * Whatever was acknowledged before the beginning is in the stream's copy, or in ClickHouse's, or in that of the dead
 * letters. QuestDB is not copied: a restore makes it anew from ClickHouse, which a test does every time.
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
    const bucket = async (name: BucketName) => add(await saveKept(deps, name, 'buckets'));
    const stream = async (name: string, covers: string) => add(await saveStream(deps, name, covers));

    for (const name of ['checkpoints', 'boardCheckpoints', 'ledger'] as const) await bucket(name);
    for (const one of TABLES) add(await saveOneTable(deps, one, 'clickhouse'));
    await stream(names.framesStream, 'Batches of samples, as ingest acknowledged them');
    for (const name of ['offsets', 'leases', 'boardLeases', 'boards'] as const) await bucket(name);
    for (const part of await saveWhatPeopleKeep(deps)) add(part);
    await bucket('revocations');
    for (const name of await otherStreams(deps)) {
      await stream(name, name === names.deadStream ? 'Dead letters' : 'Facts');
    }

    if (clock.monotonicMs() - startedMs > deps.maxDurationMs) {
      throw new BackupError(`it took longer than ${deps.maxDurationMs} ms: what the copy needs may have been trimmed`);
    }
    const manifest: Manifest = {
      format: 2,
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

async function saveOneTable(deps: BackupDeps, { table, covers }: CopiedTable, folder: string): Promise<Part> {
  return { kind: 'table', name: table.name, covers, ...(await saveTable(deps.clickHouse, table, { ...deps, folder })) };
}

/** Accounts, what they have told others, and the objects that they tell of. */
async function saveWhatPeopleKeep(deps: BackupDeps): Promise<Part[]> {
  const { accounts } = deps;
  async function saveBeside(folder: string): Promise<Part[]> {
    const parts: Part[] = [];
    for (const one of TABLES_OF_ACCOUNTS) parts.push(await saveOneTable(deps, one, folder));
    return [...parts, await saveKept(deps, 'config', folder)];
  }
  return accounts === null ? saveBeside('accounts') : saveAccounts({ ...deps, accounts, saveBeside });
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
  const found = await mkdir(dir, { recursive: true })
    .then(() => readdir(dir))
    .catch((cause: Error) => {
      throw new BackupError(`${dir} cannot be used for a backup: ${cause.message}`, { cause });
    });
  if (found.length > 0) throw new BackupError(`${dir} is not empty: each backup has a folder of its own`);
}
