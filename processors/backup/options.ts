import { platformOptions } from '../../runtime/nats/platform.ts';
import { defineOptions } from '../../runtime/options.ts';
import { processorsOptions } from '../options.ts';

export const BACKUP_COMMANDS = ['create', 'restore', 'restore-clickhouse', 'verify'] as const;

/** `npm run backup -- create /backups/2026-01-31`. */
export const backupOptions = defineOptions({
  command: {
    type: 'choice',
    choices: BACKUP_COMMANDS,
    positional: true,
    env: 'SLIPSTREAM_BACKUP_COMMAND',
    description:
      'create: copies streams, buckets and ClickHouse into a folder, while everything runs. ' +
      'restore: puts such a folder into empty engines, with no service running, and makes QuestDB anew. ' +
      'restore-clickhouse: puts only its tables into an empty ClickHouse, with no sink of it running. ' +
      'verify: reads every file of a backup and compares it with its manifest.',
  },
  dir: {
    type: 'string',
    positional: true,
    env: 'SLIPSTREAM_BACKUP_DIR',
    description: 'Folder of the backup; each has one of its own.',
  },
  ...platformOptions,
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
