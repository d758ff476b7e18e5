import { evaluateInThreads } from './debugger.ts';
import type { PartName } from './deployment.ts';
import type { Fault } from './fault.ts';

const KILLED: readonly (readonly [PartName, string])[] = [
  ['ingest', 'devices connect again and resend what was not acknowledged'],
  ['questdb-sink', 'its durable brings its batches again; ClickHouse does not wait'],
  ['clickhouse-sink', 'its durable brings its batches again; QuestDB does not wait'],
  ['holder-a', 'another process takes its shards over from their checkpoints'],
  ['nats-server', 'devices wait; everything that was acknowledged is still there'],
  ['questdb', 'its sink waits, the stream keeps, ClickHouse does not wait'],
  ['clickhouse', 'its sink waits, the stream keeps, QuestDB does not wait'],
];

const FROZEN: readonly (readonly [PartName, string])[] = [
  ['ingest', 'devices resend elsewhere or later; what the sleeper still publishes is a repeat'],
  ['questdb-sink', 'its batches go elsewhere or come again; what the sleeper still writes is a repeat'],
  ['clickhouse-sink', 'its batches go elsewhere or come again; what the sleeper still writes is a repeat'],
  ['holder-a', 'its leases are taken over; what the sleeper still writes is fenced off'],
  ['nats-server', 'devices wait, and publishes are repeated under their ids'],
  ['questdb', 'its sink waits and writes again'],
  ['clickhouse', 'its sink waits and writes again'],
];

const MIN_FREEZE_MS = 2_000;
const MAX_FREEZE_MS = 8_000;

const kills = KILLED.map(
  ([part, promise]): Fault => ({
    name: `kill-${part}`,
    title: `kill -9 of ${nameOf(part)}`,
    promise,
    isRandom: true,
    async strike({ deployment, lifted }) {
      const back = deployment.parts[part].kill();
      lifted();
      await back;
    },
  }),
);

const freezes = FROZEN.map(
  ([part, promise]): Fault => ({
    name: `stop-${part}`,
    title: `SIGSTOP of ${nameOf(part)} for ${MIN_FREEZE_MS / 1_000}–${MAX_FREEZE_MS / 1_000} s`,
    promise,
    isRandom: true,
    strike: ({ deployment, random }) => deployment.parts[part].freeze(random.integer(MIN_FREEZE_MS, MAX_FREEZE_MS)),
  }),
);

/** Ends the thread at once, whatever it is in the middle of. */
const END_THREAD = 'process.exit(1)';
const BUSY_MS = 4_000;
const KEEP_THREAD_BUSY = `for (const untilMs = Date.now() + ${BUSY_MS}; Date.now() < untilMs; );`;

const threads: Fault[] = [
  {
    name: 'kill-decode-thread',
    title: 'a thread that decodes dies, five times',
    promise: 'its frames are refused as `worker_failed`, a new thread starts, devices send them again',
    isRandom: true,
    async strike({ deployment, wait }) {
      for (let i = 0; i < 5; i++) {
        await evaluateInThreads(deployment.parts.ingest, deployment.ingestLog, END_THREAD);
        await wait(300);
      }
    },
  },
  {
    name: 'stop-decode-thread',
    title: `a thread that decodes hangs for ${BUSY_MS / 1_000} s`,
    promise: 'frames gather up to a bound, then sockets are not read',
    isRandom: true,
    async strike({ deployment }) {
      await evaluateInThreads(deployment.parts.ingest, deployment.ingestLog, KEEP_THREAD_BUSY);
      await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
    },
  },
];

export const PROCESS_FAULTS: readonly Fault[] = [...kills, ...freezes, ...threads];

function nameOf(part: PartName): string {
  const words: Partial<Record<PartName, string>> = {
    'questdb-sink': 'the QuestDB sink',
    'clickhouse-sink': 'the ClickHouse sink',
    'holder-a': 'a holder of shards',
    questdb: 'QuestDB',
    clickhouse: 'ClickHouse',
  };
  return words[part] ?? part;
}
