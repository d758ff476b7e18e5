import { retry } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { MessageLog, OrderedMessage } from '../../runtime/stream/stream.ts';
import type { Names } from '../../schemas/names.ts';
import { readBatchMessage } from '../batch-message.ts';
import { type Sink, type SinkMessage, StoreRefusedError, StoreUnavailableError } from '../sink.ts';

export interface ReplayDeps {
  readonly frames: MessageLog;
  readonly names: Names;
  /** It is open. */
  readonly sink: Sink;
  readonly clock: Clock;
  readonly fromSeq: number;
  /** Bounds of what is gathered into one write. */
  readonly maxBatchRows: number;
  readonly maxBatchBytes: number;
  readonly signal: AbortSignal;
  onProgress(progress: { seq: number; lastSeq: number; rows: number }): void;
}

export interface ReplayReport {
  /** The first message that was there, and the last one that was there at the beginning. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly messages: number;
  readonly rows: number;
  readonly expired: number;
  /** Sequences of messages that the store would not take, and of those that nobody can read. */
  readonly refused: readonly number[];
  readonly unreadable: readonly number[];
}

const RETRY_DELAYS_MS = [250, 500, 1_000, 2_000, 5_000, 5_000, 5_000];
/** Beyond this something is wrong with the store and not with the data. */
const MAX_REFUSED = 1_000;

/**
 * Writes what FRAMES holds from `fromSeq` to its present end into one store, again: rows are named by their keys and
 * lines of the ledger by their batch, so what is there already stays as it is. It moves no durable; sinks and replays
 * may run at once. Throws StoreUnavailableError when the store stays away for twenty seconds, and Error when the stream
 * holds a schema that is newer than this program.
 */
export async function replay(deps: ReplayDeps): Promise<ReplayReport> {
  const { frames, names, sink, clock, fromSeq, maxBatchRows, maxBatchBytes, signal } = deps;
  const info = await frames.info();
  const firstSeq = Math.max(info.firstSeq, fromSeq);
  const { lastSeq } = info;
  const refused: number[] = [];
  const unreadable: number[] = [];
  let gathered: SinkMessage[] = [];
  let gatheredRows = 0;
  let gatheredBytes = 0;
  let messages = 0;
  let rows = 0;
  let expired = 0;

  async function write(part: readonly SinkMessage[]): Promise<void> {
    try {
      const result = await persistently(() => sink.write(part));
      rows += result.rows;
      expired += result.expired;
    } catch (error) {
      if (!(error instanceof StoreRefusedError)) throw error;
      if (part.length > 1) {
        const middle = part.length >> 1;
        await write(part.slice(0, middle));
        return write(part.slice(middle));
      }
      refused.push(part[0].seq);
      if (refused.length > MAX_REFUSED) throw error;
      await persistently(() => sink.writeRefused(part));
    }
  }

  function persistently<T>(act: () => Promise<T>): Promise<T> {
    const isRetryable = (error: unknown) => error instanceof StoreUnavailableError;
    return retry(act, { isRetryable, delaysMs: RETRY_DELAYS_MS, signal, clock });
  }

  async function flush(seq: number): Promise<void> {
    if (gathered.length > 0) await write(gathered);
    gathered = [];
    gatheredRows = 0;
    gatheredBytes = 0;
    deps.onProgress({ seq, lastSeq, rows });
  }

  async function take(message: OrderedMessage): Promise<void> {
    messages++;
    const read = readBatchMessage(message, names);
    if (read.type === 'newer') throw new Error(`message ${message.seq} has schema version ${read.version}: upgrade`);
    if (read.type === 'malformed') unreadable.push(message.seq);
    if (read.type !== 'batch') return;
    gathered.push(read.message);
    gatheredRows += read.message.samples;
    gatheredBytes += read.message.payload.length;
    if (gatheredRows >= maxBatchRows || gatheredBytes >= maxBatchBytes) await flush(message.seq);
  }

  // What arrives while this runs is the sinks' own; without a message up to the end there is nothing to wait for.
  const ending = new AbortController();
  const reading = AbortSignal.any([signal, ending.signal]);
  const hasAny = firstSeq <= lastSeq && info.messages > 0;
  if (hasAny) {
    for await (const message of frames.readFrom({
      subjects: [names.framesFilter],
      fromSeq: firstSeq,
      signal: reading,
    })) {
      if (message.seq <= lastSeq) await take(message);
      if (message.seq >= lastSeq || message.pendingMessages === 0) break;
    }
  }
  signal.throwIfAborted();
  await flush(lastSeq);
  return { firstSeq, lastSeq, messages, rows, expired, refused, unreadable };
}
