import type { Clock } from '../runtime/clock.ts';
import { LogFullError, LogUnavailableError, type MessageLog } from '../runtime/stream/stream.ts';
import { BATCH_HEADERS, type Names, SCHEMA_VERSION } from '../schemas/names.ts';
import type { RefusedReason } from '../schemas/reasons.ts';
import type { DecodedBatch } from './lane/task.ts';

export interface Publisher {
  /** Resolves with null once the batch is durable, or with the reason why it is not and will not be. Never rejects. */
  store(batch: DecodedBatch, receivedMs: number): Promise<RefusedReason | null>;
  /** False while publishes go unanswered: nothing new should be taken. */
  readonly isReachable: boolean;
}

export interface PublisherDeps {
  readonly log: MessageLog;
  readonly names: Names;
  /** 16 hex digits, drawn at the start of the process. */
  readonly instance: string;
  readonly clock: Clock;
  /** A lost leader takes seconds to replace; asking more often than this only adds load. */
  readonly retryDelayMs: number;
  readonly onRetry: (error: Error) => void;
  readonly signal: AbortSignal;
}

/**
 * Publishes batches, one in flight for each shard, so that a shard's batches stand in the log in the order of their
 * numbers. A publish without an answer is repeated with the same id until there is one: giving up would leave a batch
 * of which nobody can say whether it is stored, and its number could then arrive after a later one.
 */
export function createPublisher(deps: PublisherDeps): Publisher {
  const { log, names, instance, clock, signal } = deps;
  const lastOf: Promise<unknown>[] = [];
  const batchNumber: number[] = [];
  let unanswered = 0;

  async function publish(batch: DecodedBatch, receivedMs: number): Promise<RefusedReason | null> {
    const number = (batchNumber[batch.shard] ?? 0) + 1;
    batchNumber[batch.shard] = number;
    const headers = headersOf(batch, number, receivedMs);
    const msgId = `${instance}.${batch.shard}.${number}`;
    for (let attempt = 0; ; attempt++) {
      try {
        await log.publish(names.frames(batch.shard), batch.block, { msgId, headers });
        if (attempt > 0) unanswered--;
        return null;
      } catch (error) {
        if (error instanceof LogFullError) {
          if (attempt > 0) unanswered--;
          return 'stream_full';
        }
        if (!(error instanceof LogUnavailableError)) throw error;
        if (attempt === 0) unanswered++;
        deps.onRetry(error);
        await clock.sleep(deps.retryDelayMs, signal);
      }
    }
  }

  function headersOf(batch: DecodedBatch, number: number, receivedMs: number): Record<string, string> {
    return {
      [BATCH_HEADERS.schema]: String(SCHEMA_VERSION),
      [BATCH_HEADERS.kind]: batch.kind,
      [BATCH_HEADERS.instance]: instance,
      [BATCH_HEADERS.batch]: String(number),
      [BATCH_HEADERS.frames]: String(batch.frames),
      [BATCH_HEADERS.samples]: String(batch.samples),
      [BATCH_HEADERS.nulled]: String(batch.nulled),
      [BATCH_HEADERS.receivedMs]: String(receivedMs),
    };
  }

  return {
    store(batch, receivedMs) {
      const stored = Promise.resolve(lastOf[batch.shard])
        .then(() => publish(batch, receivedMs))
        .catch((error: unknown): RefusedReason => {
          deps.onRetry(error as Error);
          return signal.aborted ? 'draining' : 'stream_unavailable';
        });
      lastOf[batch.shard] = stored;
      return stored;
    },
    get isReachable() {
      return unanswered === 0;
    },
  };
}
