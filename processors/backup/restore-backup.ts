import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../runtime/clock.ts';
import type { NatsLink } from '../../runtime/nats/connection.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import { createDurableAt, restoreStream, streamNames } from '../../runtime/nats/stream-copies.ts';
import { createNames } from '../../schemas/names.ts';
import type { ClickHouse } from '../clickhouse/clickhouse-client.ts';
import { readMigrations } from '../migrations.ts';
import type { QuestDbClient } from '../questdb/questdb-client.ts';
import { type HotProgress, type HotReport, rebuildHotFromCold } from '../rebuild/hot-from-cold.ts';
import type { Sink } from '../sink.ts';
import { restoreBucket } from './buckets.ts';
import { BUCKETS, isBucket } from './create-backup.ts';
import { BackupError, type Manifest, type Part, readManifest, verifyFiles } from './manifest.ts';
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
  readonly clock: Clock;
  readonly signal: AbortSignal;
  onPart(part: Part): void;
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
  await verifyFiles(dir, manifest);
  await assertNoStreams(deps);
  for (const sink of deps.sinks) await sink.open();
  await assertNoRows(deps.clickHouse);
  const [[lines]] = await deps.hot.sql('SELECT count() FROM ledger');
  if (lines !== 0) throw new BackupError(`QuestDB is not empty: its ledger has ${lines} lines`);

  for (const part of manifest.parts) {
    signal.throwIfAborted();
    if (part.kind === 'table') await restoreTable(clickHouse, part.name, { ...part, dir, signal });
    if (part.kind === 'stream') {
      if (!part.head) throw new BackupError(`the stream ${part.name} has no head in the manifest`);
      const [file] = part.files;
      await restoreStream(link, part.head, deps.replicas, createReadStream(join(dir, file.path)));
    }
    if (part.kind !== 'bucket') deps.onPart(part);
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
  const buckets = [names.checkpointsBucket, names.ledgerBucket, names.offsetsBucket];
  const others = [names.leasesBucket, names.revocationsBucket, names.configBucket];
  const ours = [framesStream, deadStream, factsStream, ...[...buckets, ...others].map((name) => `KV_${name}`)];
  const found = (await streamNames(link)).filter((name) => ours.includes(name));
  if (found.length > 0) throw new BackupError(`NATS is not empty: it has ${found.join(', ')}`);
}

async function assertNoRows(clickHouse: Pick<ClickHouse, 'select'>): Promise<void> {
  const [cold] = await clickHouse.select('SELECT toString(count()) AS n FROM slipstream.ledger');
  if (cold.n !== '0') throw new BackupError(`ClickHouse is not empty: its ledger has ${cold.n} lines`);
}
