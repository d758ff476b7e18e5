import type { PulledMessage } from '../runtime/stream/stream.ts';
import type { SinkMessage } from './sink.ts';

/** A message that was pulled and not yet acknowledged or given back. */
export interface Held {
  readonly pulled: PulledMessage;
  readonly message: SinkMessage;
}

/** Collects messages into one batch, bounded in rows and bytes, due a while after its first message. */
export function createGather(options: { maxBatchRows: number; maxBatchBytes: number; flushIntervalMs: number }) {
  let batch: Held[] = [];
  let rows = 0;
  let bytes = 0;
  let dueAtMs = Number.POSITIVE_INFINITY;

  return {
    get messages() {
      return batch.length;
    },
    dueAtMs: () => dueAtMs,
    isDue: (nowMs: number) => batch.length > 0 && nowMs >= dueAtMs,
    isFull: () => rows >= options.maxBatchRows || bytes >= options.maxBatchBytes,
    /** A message that is larger than a whole batch fits into an empty one. */
    hasRoomFor({ message }: Held): boolean {
      if (batch.length === 0) return true;
      return rows + message.samples <= options.maxBatchRows && bytes + message.payload.length <= options.maxBatchBytes;
    },
    add(one: Held, nowMs: number): void {
      if (batch.length === 0) dueAtMs = nowMs + options.flushIntervalMs;
      batch.push(one);
      rows += one.message.samples;
      bytes += one.message.payload.length;
    },
    take(): Held[] {
      const taken = batch;
      batch = [];
      rows = 0;
      bytes = 0;
      dueAtMs = Number.POSITIVE_INFINITY;
      return taken;
    },
  };
}
