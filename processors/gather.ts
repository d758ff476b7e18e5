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
  /** At so many rows a millisecond a batch waits this long, at fewer in proportion: what a store does once for each
   * batch is dear under load, and what little comes need not wait for it. */
  readonly busyRowsPerMs: number;
  readonly busyFlushIntervalMs: number;
}

/** Collects messages into one batch, bounded in rows and bytes, due a while after its first message. */
export function createGather(options: GatherOptions) {
  let batch: Held[] = [];
  let rows = 0;
  let bytes = 0;
  let firstAtMs = Number.POSITIVE_INFINITY;

  /** How fast rows come is known once the first has waited for the short while. */
  function dueAtMs(nowMs: number): number {
    const { flushIntervalMs, busyFlushIntervalMs, busyRowsPerMs } = options;
    const waitedMs = nowMs - firstAtMs;
    if (waitedMs < flushIntervalMs) return firstAtMs + flushIntervalMs;
    const patienceMs = (busyFlushIntervalMs * rows) / (waitedMs * busyRowsPerMs);
    return firstAtMs + Math.min(busyFlushIntervalMs, Math.max(flushIntervalMs, patienceMs));
  }

  return {
    get messages() {
      return batch.length;
    },
    dueAtMs,
    isDue: (nowMs: number) => batch.length > 0 && nowMs >= dueAtMs(nowMs),
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
