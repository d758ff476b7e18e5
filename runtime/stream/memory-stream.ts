import type { Clock } from '../clock.ts';
import { lowerBound } from '../lower-bound.ts';
import { type Faults, faulted, subjectMatches } from '../memory-faults.ts';
import type { MemoryMessages } from './memory-durable.ts';
import { createMemoryDurables } from './memory-durable.ts';
import {
  LogConflictError,
  LogFullError,
  type LogMessage,
  LogMismatchError,
  type LogOptions,
  LogUnavailableError,
  type MessageLog,
  type OrderedMessage,
  type PublishAck,
  type PublishOptions,
} from './stream.ts';

/** The in-memory twin of one stream: what the server keeps. Each process opens its own end. */
export interface MemoryLogStore {
  /** Throws {@link LogMismatchError} when `metadata` is given and is not the store's. */
  open(end?: { faults?: Faults; metadata?: Readonly<Record<string, string>> }): MessageLog;
}

const OVERHEAD_BYTES = 30;

export function createMemoryLogStore(clock: Clock, options: LogOptions): MemoryLogStore {
  const messages: { message: LogMessage; bytes: number }[] = [];
  const seqsBySubject = new Map<string, number[]>();
  const seqByMsgId = new Map<string, { seq: number; atMs: number }>();
  const growth = new Set<() => void>();
  let firstSeq = 1;
  let bytes = 0;

  const store: MemoryMessages = {
    firstSeq: () => firstSeq,
    nextSeq: () => firstSeq + messages.length,
    at: (seq) => messages[seq - firstSeq].message,
    find(filters, fromSeq) {
      for (let seq = Math.max(fromSeq, firstSeq); seq < firstSeq + messages.length; seq++) {
        if (isTaken(filters, messages[seq - firstSeq].message.subject)) return seq;
      }
      return null;
    },
    count(filters, fromSeq) {
      let count = 0;
      for (const [subject, seqs] of seqsBySubject) {
        if (isTaken(filters, subject)) count += seqs.length - lowerBound(seqs, Math.max(fromSeq, firstSeq));
      }
      return count;
    },
    onGrowth(run) {
      growth.add(run);
      return () => void growth.delete(run);
    },
  };
  const durables = createMemoryDurables(clock, store);

  function publish(subject: string, data: Uint8Array, { msgId, headers, lastSeq }: PublishOptions): PublishAck {
    if (!isTaken(options.subjects, subject)) throw new LogUnavailableError(`nobody stores ${subject}`);
    const nowMs = clock.nowMs();
    // The window is searched from its oldest end, which insertion order gives.
    for (const [id, { atMs }] of seqByMsgId) {
      if (nowMs - atMs < options.duplicateWindowMs) break;
      seqByMsgId.delete(id);
    }
    const last = seqsBySubject.get(subject)?.at(-1) ?? 0;
    if (lastSeq !== undefined && lastSeq !== last) throw new LogConflictError(`the last on ${subject} is ${last}`);
    const before = seqByMsgId.get(msgId);
    if (before) return { seq: before.seq, duplicate: true };
    const headerBytes = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
    const size = data.length + subject.length + msgId.length + headerBytes + OVERHEAD_BYTES;
    if (options.maxBytes > 0 && bytes + size > options.maxBytes) throw new LogFullError('maximum bytes exceeded');
    const seq = firstSeq + messages.length;
    const kept = { ...headers };
    const message = { subject, seq, timeMs: nowMs, data: data.slice(), header: (name: string) => kept[name] ?? '' };
    messages.push({ message, bytes: size });
    bytes += size;
    seqByMsgId.set(msgId, { seq, atMs: nowMs });
    const seqs = seqsBySubject.get(subject);
    if (seqs) seqs.push(seq);
    else seqsBySubject.set(subject, [seq]);
    for (const run of [...growth]) run();
    return { seq, duplicate: false };
  }

  function purgeBelow(seq: number): void {
    const removed = messages.splice(0, Math.max(0, Math.min(messages.length, seq - firstSeq)));
    for (const one of removed) bytes -= one.bytes;
    firstSeq += removed.length;
    for (const [subject, seqs] of seqsBySubject) seqsBySubject.set(subject, seqs.slice(lowerBound(seqs, firstSeq)));
  }

  return {
    open({ faults, metadata = options.metadata } = {}) {
      if (JSON.stringify(Object.entries(metadata).sort()) !== JSON.stringify(Object.entries(options.metadata).sort())) {
        throw new LogMismatchError(`log ${options.name} was made with other metadata`);
      }
      function run<T>(call: string, act: () => T): Promise<Awaited<T>> {
        return faulted(faults, call, act, () => new LogUnavailableError(`${call}: no answer`));
      }
      return {
        name: options.name,
        publish: (subject, data, publishOptions) => run('publish', () => publish(subject, data, publishOptions)),
        openDurable: (name, durable) => run('openDurable', () => durables.open(name, durable, faults)),
        readFrom: (read) => readFrom(store, read, faults),
        durables: () => run('durables', () => durables.names()),
        durablePosition: (name) => run('durablePosition', () => durables.position(name)),
        nextSeq: (subject, fromSeq) => run('nextSeq', () => store.find([subject], fromSeq)),
        seqAt: (timeMs) =>
          run('seqAt', () => {
            const at = messages.findIndex(({ message }) => message.timeMs >= timeMs);
            return at < 0 ? store.nextSeq() : firstSeq + at;
          }),
        info: () =>
          run('info', () => ({
            firstSeq,
            lastSeq: firstSeq + messages.length - 1,
            messages: messages.length,
            bytes,
            maxBytes: options.maxBytes,
          })),
        purgeBelow: (seq) => run('purgeBelow', () => purgeBelow(seq)),
      };
    },
  };
}

async function* readFrom(
  store: MemoryMessages,
  { subjects, fromSeq, signal }: { subjects: readonly string[]; fromSeq: number; signal: AbortSignal },
  faults?: Faults,
): AsyncGenerator<OrderedMessage> {
  let nextSeq = fromSeq;
  while (!signal.aborted) {
    const seq = store.find(subjects, nextSeq);
    if (seq === null) {
      await grown(store, signal);
      continue;
    }
    const message = store.at(seq);
    const pendingMessages = store.count(subjects, seq + 1);
    nextSeq = seq + 1;
    // A real reader mends itself, so only a stopped or killed process shows here.
    const held = faults?.('read');
    if (held && typeof held !== 'string') await held;
    if (!signal.aborted) yield { ...message, pendingMessages };
  }
}

function grown(store: MemoryMessages, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      forget();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const forget = store.onGrowth(finish);
    signal.addEventListener('abort', finish, { once: true });
    if (signal.aborted) finish();
  });
}

function isTaken(filters: readonly string[], subject: string): boolean {
  return filters.some((filter) => subjectMatches(filter, subject));
}
