import { accountOptions } from '../../runtime/account-options.ts';
import { NOTED_FOR_MS } from '../../runtime/deletion-log.ts';
import { platformOptions } from '../../runtime/nats/platform.ts';
import { objectOptions } from '../../runtime/objects/open-objects.ts';
import { defineOptions } from '../../runtime/options.ts';
import { processorsOptions } from '../options.ts';

export const BACKUP_COMMANDS = [
  'create',
  'restore',
  'restore-clickhouse',
  'restore-accounts',
  'verify',
  'prune',
] as const;

const MAX_BACKUP_DAYS = Math.floor(NOTED_FOR_MS / 86_400_000);

/** `npm run backup -- create /backups/2026-01-31`. */
export const backupOptions = defineOptions({
  command: {
    type: 'choice',
    choices: BACKUP_COMMANDS,
    positional: true,
    env: 'SLIPSTREAM_BACKUP_COMMAND',
    description:
      'create: copies streams, buckets, ClickHouse, accounts, photos and uploads into a folder, while all runs. ' +
      'restore: puts such a folder into empty engines, with no service running, and makes QuestDB anew. ' +
      'restore-clickhouse: puts only its tables into an empty ClickHouse, with no sink of it running. ' +
      'restore-accounts: puts only accounts, photos and uploads back, with an empty database and no API running. ' +
      'verify: reads every file of a backup and compares it with its manifest. ' +
      'prune: removes the backups in a folder of them that are older than --keep-days.',
  },
  dir: {
    type: 'string',
    positional: true,
    env: 'SLIPSTREAM_BACKUP_DIR',
    description: 'Folder of the backup; each has one of its own. prune: the folder that they are in.',
  },
  ...platformOptions,
  accounts: {
    type: 'boolean',
    default: true,
    description: 'Copy or restore accounts, and with them photos and uploads; --no-accounts leaves them out.',
  },
  objects: {
    type: 'boolean',
    default: true,
    description: 'Photos and uploads too; --no-objects leaves them out, where an S3 keeps copies of its own.',
  },
  ...accountOptions,
  pgliteDir: {
    ...accountOptions.pgliteDir,
    description: 'Folder of the PGlite that keeps accounts, on this machine; else the one in --data-dir.',
  },
  deletionsDir: {
    ...accountOptions.deletionsDir,
    description:
      'restore: folder of the notes of deletions, so that who was deleted since the backup does not come back; ' +
      'else the one in --data-dir.',
  },
  dataDir: {
    type: 'string',
    default: '.slipstream',
    description: 'Folder of `npm start`, with accounts and notes of deletions unless they are said to be elsewhere.',
  },
  deletions: {
    type: 'boolean',
    default: true,
    description: 'restore: --no-deletions goes on without notes, and people come back whom you have to delete again.',
  },
  keepDays: {
    type: 'integer',
    default: 30,
    min: 1,
    max: MAX_BACKUP_DAYS,
    description: 'prune: how old a backup may be. Notes of deletions are kept longer than any backup may be.',
  },
  ...objectOptions,
  objectTimeoutMs: {
    type: 'integer',
    default: 60_000,
    min: 1_000,
    unit: 'ms',
    description: 'Longest wait for one object of an S3.',
  },
  questdbUrl: processorsOptions.questdbUrl,
  clickhouseUrl: processorsOptions.clickhouseUrl,
  hotRetentionMs: processorsOptions.hotRetentionMs,
  pageRows: {
    type: 'integer',
    default: 100_000,
    min: 100,
    max: 500_000,
    unit: 'rows',
    env: 'SLIPSTREAM_BACKUP_PAGE_ROWS',
    description: 'Rows held in memory at once, and in one file.',
  },
  maxDurationMs: {
    type: 'integer',
    default: 6 * 3_600_000,
    min: 10_000,
    unit: 'ms',
    env: 'SLIPSTREAM_BACKUP_MAX_DURATION_MS',
    description:
      'create: longest time. Nothing is trimmed from the frame stream meanwhile, so it needs room for what comes.',
  },
});
