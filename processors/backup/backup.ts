import { join, resolve } from 'node:path';
import type { Clock } from '../../runtime/clock.ts';
import { NOTED_FOR_MS, type NotedDeletion, readDeletions } from '../../runtime/deletion-log.ts';
import type { Logger } from '../../runtime/log.ts';
import { connectNats } from '../../runtime/nats/connection.ts';
import { openPlatform } from '../../runtime/nats/platform.ts';
import type { Options } from '../../runtime/options.ts';
import type { ReleaseStack } from '../../runtime/release.ts';
import type { StoredObject } from '../../schemas/sql/stored-objects.ts';
import { createClickHouse } from '../clickhouse/clickhouse-client.ts';
import { createClickHouseSink } from '../clickhouse/sink.ts';
import { createQuestDbClient } from '../questdb/questdb-client.ts';
import { createQuestDbSink } from '../questdb/sink.ts';
import { createBackup } from './create-backup.ts';
import { BackupError, type Part, readManifest, verifyFiles } from './manifest.ts';
import { openAccounts, openObjectStores } from './open-accounts.ts';
import type { backupOptions } from './options.ts';
import { pruneBackups } from './prune.ts';
import { restoreAccounts } from './restore-accounts.ts';
import { restoreBackup, restoreClickHouse } from './restore-backup.ts';

export interface BackupCommandDeps {
  readonly options: Options<typeof backupOptions>;
  readonly clock: Clock;
  readonly release: ReleaseStack;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Of this process: where PostgreSQL's programs are found. */
  readonly env: Readonly<Record<string, string | undefined>>;
  say(text: string): void;
}

const count = (value: number) => value.toLocaleString('en-US');
const WHAT = { bucket: 'keys', stream: 'messages', table: 'rows', database: 'accounts', objects: 'objects' } as const;

/** Runs one command to its end. Throws BackupError, and what the engines' adapters throw. */
export async function runBackupCommand(deps: BackupCommandDeps): Promise<void> {
  const { command } = deps.options;
  const dir = resolve(deps.options.dir);
  if (command === 'verify') {
    const { files, bytes } = await verifyFiles(dir, await readManifest(dir));
    return deps.say(`${count(files)} files with ${count(bytes)} bytes are what was backed up`);
  }
  if (command === 'prune') return prune(deps, dir);
  if (command === 'create') return create(deps, dir);
  if (command === 'restore-clickhouse') return restoreTables(deps, dir);
  if (command === 'restore-accounts') return restorePeople(deps, dir);
  return restore(deps, dir);
}

async function prune({ options, clock, say }: BackupCommandDeps, dir: string): Promise<void> {
  const { removed, kept } = await pruneBackups(dir, options.keepDays, clock.nowMs());
  for (const name of removed) say(`  removed ${name}`);
  say(`${count(removed.length)} backups were older than ${options.keepDays} days; ${count(kept.length)} folders stay`);
}

const partLine = ({ name, kind, covers, count: n, files }: Part) => {
  if (kind === 'database' && files.length === 0) return `  ${name.padEnd(16)} ${covers}`;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `  ${name.padEnd(16)} ${`${count(n)} ${WHAT[kind]}`.padStart(24)} ${`${count(bytes)} bytes`.padStart(24)}`;
};

function lackingLine(objects: readonly StoredObject[]): string {
  const [{ store, key }] = objects;
  return `  ${count(objects.length)} objects are gone of which rows tell, such as ${key} of ${store}`;
}

async function create(deps: BackupCommandDeps, dir: string): Promise<void> {
  const { options, clock, release, logger, signal, say } = deps;
  const platform = await openPlatform(options, { name: 'backup', logger, release });
  const clickHouse = createClickHouse(options.clickhouseUrl);
  release.add('ClickHouse', () => clickHouse.close());
  const { shards, pageRows, maxDurationMs } = options;
  const accounts = openAccounts({ ...deps, bus: async () => platform.bus });
  await createBackup({
    ...{ platform, shards, clickHouse, dir, pageRows, maxDurationMs, clock, signal, accounts },
    objects: openObjectStores(options, platform),
    onPart: (part) => say(partLine(part)),
    onLacking: (objects) => say(lackingLine(objects)),
  });
  say(`the backup is whole: ${dir}`);
}

async function restore(deps: BackupCommandDeps, dir: string): Promise<void> {
  const { options, clock, release, logger, signal, say } = deps;
  const { questdbUrl, clickhouseUrl, region, shards, hotRetentionMs, pageRows } = options;
  const deletions = await notedDeletions(deps, dir);
  const link = await connectNats({ servers: options.natsUrls, name: 'restore', logger });
  release.add('the NATS connection', () => link.close());
  const clickHouse = createClickHouse(clickhouseUrl);
  release.add('ClickHouse', () => clickHouse.close());
  const hot = await createQuestDbClient(questdbUrl);
  release.add('QuestDB', () => hot.close());
  const sinks = [
    createQuestDbSink({ url: questdbUrl, clock, hotRetentionMs, maxWalLagTransactions: Number.MAX_SAFE_INTEGER }),
    createClickHouseSink({ url: clickhouseUrl, clock }),
  ];
  for (const sink of sinks) release.add(`the sink of ${sink.name}`, () => sink.close());
  const { manifest, hot: made } = await restoreBackup({
    ...{ dir, region, shards, link, clickHouse, sinks, hot, hotRetentionMs, pageRows, clock, signal },
    replicas: options.streamReplicas,
    deletions,
    accounts: openAccounts({ ...deps, bus: nobody }),
    objects: (platform) => openObjectStores(options, platform),
    onLacking: (objects) => say(lackingLine(objects)),
    openPlatform: () => openPlatform(options, { name: 'restore', logger, release }),
    onPart: (part) => say(partLine(part)),
    onHot: ({ what, rows }) => say(`  QuestDB          ${what}, ${count(rows)} rows`),
  });
  say(`QuestDB was made anew: ${count(made.rows)} rows, ${count(made.ledgerLines)} lines of the ledger`);
  say(`everything of ${manifest.startedAt} is back; the services may start`);
}

/** No service runs during a restore. */
async function nobody(): Promise<never> {
  throw new BackupError('a restore asks nobody for a copy');
}

/**
 * Who was deleted, as it is noted apart from the engines. Throws DeletionLogError without notes, and BackupError for a
 * backup that is older than they reach back.
 */
async function notedDeletions({ options, clock }: BackupCommandDeps, dir: string): Promise<NotedDeletion[]> {
  if (!options.deletions || !options.accounts) return [];
  const { startedAt } = await readManifest(dir);
  if (Date.parse(startedAt) + NOTED_FOR_MS < clock.nowMs()) {
    throw new BackupError(
      `it is of ${startedAt}, and notes of deletions are not kept so long: with --no-deletions people come back who ` +
        'were deleted since, and you have to find and delete them',
    );
  }
  return readDeletions(resolve(options.deletionsDir || join(options.dataDir, 'deletions')));
}

async function restorePeople(deps: BackupCommandDeps, dir: string): Promise<void> {
  const { options, release, logger, signal, say } = deps;
  const platform = await openPlatform(options, { name: 'restore', logger, release });
  const accounts = openAccounts({ ...deps, bus: nobody });
  if (accounts === null) throw new BackupError('restore-accounts restores accounts: leave --no-accounts out');
  const manifest = await restoreAccounts({
    ...{ dir, accounts, signal, link: platform.link, factsStream: (await platform.facts()).name },
    objects: openObjectStores(options, platform),
    onPart: (part) => say(partLine(part)),
    onLacking: (objects) => say(lackingLine(objects)),
  });
  say(`the accounts of ${manifest.startedAt} are back; the API may start, and applies what the facts say since`);
}

async function restoreTables(deps: BackupCommandDeps, dir: string): Promise<void> {
  const { options, clock, release, signal, say } = deps;
  const { clickhouseUrl, region, shards } = options;
  const clickHouse = createClickHouse(clickhouseUrl);
  release.add('ClickHouse', () => clickHouse.close());
  const sink = createClickHouseSink({ url: clickhouseUrl, clock });
  release.add('the sink of clickhouse', () => sink.close());
  const onPart = (part: Part) => say(partLine(part));
  const manifest = await restoreClickHouse({ dir, region, shards, clickHouse, sink, signal, onPart });
  say(`the tables of ${manifest.startedAt} are back. What came since is in the stream; bring it in with`);
  say(`  npm run rebuild -- replay --store clickhouse --from ${manifest.storedSeq + 1}`);
  say('  npm run rebuild -- roll-ups');
}
