import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../runtime/clock.ts';
import type { NotedDeletion } from '../../runtime/deletion-log.ts';
import type { NatsLink } from '../../runtime/nats/connection.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import { createDurableAt, restoreStream, streamNames } from '../../runtime/nats/stream-copies.ts';
import { encodeDeletedAthlete } from '../../schemas/deleted-athlete.ts';
import { createNames, keys } from '../../schemas/names.ts';
import type { StoredObject } from '../../schemas/sql/stored-objects.ts';
import type { ClickHouse } from '../clickhouse/clickhouse-client.ts';
import { readMigrations } from '../migrations.ts';
import type { QuestDbClient } from '../questdb/questdb-client.ts';
import { type HotProgress, type HotReport, rebuildHotFromCold } from '../rebuild/hot-from-cold.ts';
import { keepDeleted } from '../rebuild/keep-deleted.ts';
import type { Sink } from '../sink.ts';
import type { AccountsStore } from './accounts.ts';
import { restoreBucket } from './buckets.ts';
import { BUCKETS, isBucket } from './kept-buckets.ts';
import { BackupError, type Manifest, type Part, readManifest, verifyFiles } from './manifest.ts';
import type { ObjectStores } from './object-packs.ts';
import { assertAccountsFit, putObjectsBack, restoreDatabase } from './restore-accounts.ts';
import { restoreTable } from './tables.ts';

export interface RestoreDeps {
  readonly dir: string;
  readonly region: string;
  readonly shards: number;
  readonly replicas: number;
  /** A connection that has made no stream yet; the platform makes the buckets. */
  readonly link: NatsLink;
  openPlatform(): Promise<Platform>;
  readonly clickHouse: ClickHouse;
  /** Bring the schemas up to date. */
  readonly sinks: readonly Pick<Sink, 'name' | 'open'>[];
  readonly hot: Pick<QuestDbClient, 'send' | 'sql'>;
  readonly hotRetentionMs: number;
  readonly pageRows: number;
  /** Null leaves accounts and objects out. */
  readonly accounts: AccountsStore | null;
  /** Of the restored platform; null leaves objects out. */
  objects(platform: Platform): ObjectStores | null;
  /** Deletions that are noted apart from the backup: what they are about does not come back. */
  readonly deletions: readonly NotedDeletion[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  onPart(part: Part): void;
  onLacking(objects: readonly StoredObject[]): void;
  onHot(progress: HotProgress): void;
}

/**
 * Puts a backup into engines that are empty, with no service running. When it fails on the way the engines hold part
 * of it: empty them and begin again. Afterwards services may start; they find everything as after a crash.
 */
export async function restoreBackup(deps: RestoreDeps): Promise<{ manifest: Manifest; hot: HotReport }> {
  const { dir, link, clickHouse, signal } = deps;
  const manifest = await readManifest(dir);
  assertFits(manifest, deps);
  assertAccountsFit(manifest, deps.accounts);
  await verifyFiles(dir, manifest);
  await deps.accounts?.assertEmpty();
  await assertNoStreams(deps);
  for (const sink of deps.sinks) await sink.open();
  await assertNoRows(deps.clickHouse);
  const [[lines]] = await deps.hot.sql('SELECT count() FROM ledger');
  if (lines !== 0) throw new BackupError(`QuestDB is not empty: its ledger has ${lines} lines`);

  let wanted: readonly StoredObject[] = [];
  for (const part of manifest.parts) {
    signal.throwIfAborted();
    if (part.kind === 'database') {
      if (deps.accounts === null) continue;
      wanted = await restoreDatabase(deps.accounts, part, dir);
    }
    if (part.kind === 'table') await restoreTable(clickHouse, part.name, { ...part, dir, signal });
    if (part.kind === 'stream') {
      if (!part.head) throw new BackupError(`the stream ${part.name} has no head in the manifest`);
      const [file] = part.files;
      await restoreStream(link, part.head, deps.replicas, createReadStream(join(dir, file.path)));
    }
    if (part.kind !== 'bucket' && part.kind !== 'objects') deps.onPart(part);
  }
  // The sinks go on where ClickHouse's copy is sure to be whole. Before the platform opens the stream for anybody.
  const names = createNames(deps.region);
  for (const { name } of deps.sinks) {
    await createDurableAt(link, names.framesStream, names.durable(name), manifest.storedSeq + 1);
  }
  const platform = await deps.openPlatform();
  for (const part of manifest.parts) {
    if (part.kind !== 'bucket') continue;
    if (!isBucket(part.name)) throw new BackupError(`this version knows no bucket ${part.name}`);
    const kv = await BUCKETS[part.name].open(platform);
    for (const { path } of part.files) await restoreBucket(kv, dir, path);
    deps.onPart(part);
  }
  const objects = deps.objects(platform);
  if (objects !== null) await putObjectsBack(wanted, { ...deps, manifest, objects });
  const config = await platform.config();
  for (const { athlete, ...said } of deps.deletions) {
    await config.put(keys.deletedAthlete(athlete), encodeDeletedAthlete(said));
  }
  // Tables were copied before the tombstones that are there now. QuestDB is made of what is left.
  await keepDeleted({ config, command: clickHouse.command });
  const hot = await rebuildHotFromCold({ ...deps, cold: clickHouse, onProgress: deps.onHot });
  if (hot.lacking.length > 0) throw new BackupError('QuestDB lacks rows that ClickHouse has: run the rebuild again');
  return { manifest, hot };
}

/**
 * Puts only the tables of a backup into an empty ClickHouse: the stream and everything else are alive. What was stored
 * after the backup is in the stream from the message behind `storedSeq` on, as far as it was not trimmed.
 */
export async function restoreClickHouse(
  deps: Pick<RestoreDeps, 'dir' | 'region' | 'shards' | 'clickHouse' | 'signal' | 'onPart'> & {
    /** Brings the schema up to date. */
    readonly sink: Pick<Sink, 'open'>;
  },
): Promise<Manifest> {
  const { dir, clickHouse, signal } = deps;
  const manifest = await readManifest(dir);
  assertFits(manifest, deps);
  await verifyFiles(dir, manifest);
  await deps.sink.open();
  await assertNoRows(clickHouse);
  for (const part of manifest.parts) {
    if (part.kind !== 'table') continue;
    await restoreTable(clickHouse, part.name, { ...part, dir, signal });
    deps.onPart(part);
  }
  return manifest;
}

function assertFits({ region, shards, versions }: Manifest, deps: Pick<RestoreDeps, 'region' | 'shards'>): void {
  if (region !== deps.region) throw new BackupError(`it is of region "${region}", this is "${deps.region}"`);
  if (shards !== deps.shards) throw new BackupError(`it has ${shards} shards, this deployment ${deps.shards}`);
  const known = readMigrations('clickhouse').length;
  if (versions.clickhouseSchema > known) {
    throw new BackupError(
      `it has step ${versions.clickhouseSchema} of ClickHouse's schema, this program knows ${known}`,
    );
  }
}

async function assertNoStreams({ link, region }: RestoreDeps): Promise<void> {
  const names = createNames(region);
  const { framesStream, deadStream, factsStream } = names;
  const buckets = [names.checkpointsBucket, names.ledgerBucket, names.offsetsBucket, names.boardCheckpointsBucket];
  const others = [names.leasesBucket, names.revocationsBucket, names.configBucket, names.boardLeasesBucket];
  const values = [...buckets, ...others, names.boardsBucket].map((name) => `KV_${name}`);
  const objects = [names.photosBucket, names.uploadsBucket].map((name) => `OBJ_${name}`);
  const ours = [framesStream, deadStream, factsStream, ...values, ...objects];
  const found = (await streamNames(link)).filter((name) => ours.includes(name));
  if (found.length > 0) throw new BackupError(`NATS is not empty: it has ${found.join(', ')}`);
}

async function assertNoRows(clickHouse: Pick<ClickHouse, 'select'>): Promise<void> {
  const [cold] = await clickHouse.select('SELECT toString(count()) AS n FROM slipstream.ledger');
  if (cold.n !== '0') throw new BackupError(`ClickHouse is not empty: its ledger has ${cold.n} lines`);
}
