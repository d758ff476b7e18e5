import { resolve } from 'node:path';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import { connectNats } from '../../runtime/nats/connection.ts';
import { openPlatform } from '../../runtime/nats/platform.ts';
import type { Options } from '../../runtime/options.ts';
import type { ReleaseStack } from '../../runtime/release.ts';
import { createClickHouse } from '../clickhouse/clickhouse-client.ts';
import { createClickHouseSink } from '../clickhouse/sink.ts';
import { createQuestDbClient } from '../questdb/questdb-client.ts';
import { createQuestDbSink } from '../questdb/sink.ts';
import { createBackup } from './create-backup.ts';
import { type Part, readManifest, verifyFiles } from './manifest.ts';
import type { backupOptions } from './options.ts';
import { restoreBackup, restoreClickHouse } from './restore-backup.ts';

export interface BackupCommandDeps {
  readonly options: Options<typeof backupOptions>;
  readonly clock: Clock;
  readonly release: ReleaseStack;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  say(text: string): void;
}

const count = (value: number) => value.toLocaleString('en-US');
const WHAT = { bucket: 'keys', stream: 'messages', table: 'rows' } as const;

/** Runs one command to its end. Throws BackupError, and what the engines' adapters throw. */
export async function runBackupCommand(deps: BackupCommandDeps): Promise<void> {
  const { command } = deps.options;
  const dir = resolve(deps.options.dir);
  if (command === 'verify') {
    const { files, bytes } = await verifyFiles(dir, await readManifest(dir));
    return deps.say(`${count(files)} files with ${count(bytes)} bytes are what was backed up`);
  }
  if (command === 'create') return create(deps, dir);
  if (command === 'restore-clickhouse') return restoreTables(deps, dir);
  return restore(deps, dir);
}

const partLine = ({ name, kind, count: n, files }: Part) => {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `  ${name.padEnd(12)} ${`${count(n)} ${WHAT[kind]}`.padStart(24)} ${`${count(bytes)} bytes`.padStart(24)}`;
};

async function create(deps: BackupCommandDeps, dir: string): Promise<void> {
  const { options, clock, release, logger, signal, say } = deps;
  const platform = await openPlatform(options, { name: 'backup', logger, release });
  const clickHouse = createClickHouse(options.clickhouseUrl);
  release.add('ClickHouse', () => clickHouse.close());
  const { shards, pageRows, maxDurationMs } = options;
  const onPart = (part: Part) => say(partLine(part));
  await createBackup({ platform, shards, clickHouse, dir, pageRows, maxDurationMs, clock, signal, onPart });
  say(`the backup is whole: ${dir}`);
}

async function restore(deps: BackupCommandDeps, dir: string): Promise<void> {
  const { options, clock, release, logger, signal, say } = deps;
  const { questdbUrl, clickhouseUrl, region, shards, hotRetentionMs, pageRows } = options;
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
    openPlatform: () => openPlatform(options, { name: 'restore', logger, release }),
    onPart: (part) => say(partLine(part)),
    onHot: ({ what, rows }) => say(`  QuestDB      ${what}, ${count(rows)} rows`),
  });
  say(`QuestDB was made anew: ${count(made.rows)} rows, ${count(made.ledgerLines)} lines of the ledger`);
  say(`everything of ${manifest.startedAt} is back; the services may start`);
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
