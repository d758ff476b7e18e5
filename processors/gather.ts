import type { PulledMessage } from '../runtime/stream/stream.ts';
import type { SinkMessage } from './sink.ts';

/** A message that was pulled and not yet acknowledged or given back. */
export interface Held {
  readonly pulled: PulledMessage;
  readonly message: SinkMessage;
}

export interface GatherOptions {
  readonly maxBatchRows: number;
  readonly maxBatchBytes: number;
  readonly flushIntervalMs: number;
  /** A batch of so many rows waits longer, for what a store does once for each batch is dear under load. */
  readonly busyRows: number;
  readonly busyFlushIntervalMs: number;
}

/** Collects messages into one batch, bounded in rows and bytes, due a while after its first message. */
export function createGather(options: GatherOptions) {
  let batch: Held[] = [];
  let rows = 0;
  let bytes = 0;
  let firstAtMs = Number.POSITIVE_INFINITY;
  const dueAtMs = () => firstAtMs + (rows < options.busyRows ? options.flushIntervalMs : options.busyFlushIntervalMs);

  return {
    get messages() {
      return batch.length;
    },
    dueAtMs,
    isDue: (nowMs: number) => batch.length > 0 && nowMs >= dueAtMs(),
    isFull: () => rows >= options.maxBatchRows || bytes >= options.maxBatchBytes,
    /** A message that is larger than a whole batch fits into an empty one. */
    hasRoomFor({ message }: Held): boolean {
      if (batch.length === 0) return true;
      return rows + message.samples <= options.maxBatchRows && bytes + message.payload.length <= options.maxBatchBytes;
    },
    add(one: Held, nowMs: number): void {
      if (batch.length === 0) firstAtMs = nowMs;
      batch.push(one);
      rows += one.message.samples;
      bytes += one.message.payload.length;
    },
    take(): Held[] {
      const taken = batch;
      batch = [];
      rows = 0;
      bytes = 0;
      firstAtMs = Number.POSITIVE_INFINITY;
      return taken;
    },
  };
}
