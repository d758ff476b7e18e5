import { platformOptions } from '../runtime/nats/platform.ts';
import { defineOptions } from '../runtime/options.ts';

const DAY_MS = 86_400_000;

export const SINKS = ['questdb', 'clickhouse'] as const;

const BIGGER = 'bigger batches cost the store less for each row.';
const flushInterval = (value: number, description: string) =>
  ({ type: 'integer', default: value, min: 1, max: 60_000, unit: 'ms', description }) as const;
const batchRows = (value: number, store: string) =>
  ({
    type: 'integer',
    default: value,
    min: 1,
    unit: 'rows',
    description: `Rows that go to ${store} at once.`,
  }) as const;

export const processorsOptions = defineOptions({
  ...platformOptions,
  sinks: {
    type: 'list',
    choices: [...SINKS, 'none'],
    default: SINKS,
    description: 'Stores that this process writes, or none.',
  },
  holdShards: {
    type: 'boolean',
    default: true,
    description: 'Take part in holding the shards: roll-ups, what was accepted, trimming of the frame stream.',
  },
  deploymentSinks: {
    type: 'list',
    choices: SINKS,
    default: SINKS,
    description: 'Stores of the deployment, whoever writes them: a frame stays in the stream until each has it.',
  },
  trimMinAgeMs: {
    type: 'integer',
    default: 600_000,
    min: 0,
    unit: 'ms',
    description: 'Frames that every store has stay in the stream for this long, to be read again.',
  },
  forgetSilentMs: {
    type: 'integer',
    default: 30 * DAY_MS,
    min: 1_000,
    unit: 'ms',
    description:
      'Who sent nothing for this long leaves the state of the shards; what comes later is found in the store.',
  },
  questdbUrl: { type: 'string', default: 'http://127.0.0.1:9000', description: "QuestDB's HTTP." },
  clickhouseUrl: {
    type: 'string',
    default: 'http://127.0.0.1:8123',
    description: "ClickHouse's HTTP.",
  },
  adminHost: { type: 'string', default: '127.0.0.1', description: 'Address of health and metrics.' },
  processorsAdminPort: {
    type: 'integer',
    default: 9102,
    min: 0,
    max: 65_535,
    description: "The processors' health and metrics.",
  },
  questdbFlushIntervalMs: flushInterval(300, 'Longest wait before a batch goes to QuestDB, while few rows come.'),
  questdbBusyFlushIntervalMs: flushInterval(1_000, `The same while many come: ${BIGGER}`),
  questdbBatchRows: batchRows(200_000, 'QuestDB'),
  clickhouseFlushIntervalMs: flushInterval(400, 'Longest wait before a batch goes to ClickHouse, while few rows come.'),
  clickhouseBusyFlushIntervalMs: flushInterval(1_500, `The same while many come: ${BIGGER}`),
  clickhouseBatchRows: batchRows(250_000, 'ClickHouse'),
  hotRetentionMs: {
    type: 'integer',
    default: 7 * DAY_MS,
    min: 1,
    unit: 'ms',
    description: 'Older rows are not written to QuestDB.',
  },
});
