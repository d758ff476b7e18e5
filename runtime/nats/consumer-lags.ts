import type { ConsumerInfo } from '@nats-io/jetstream';
import { LogUnavailableError } from '../stream/stream.ts';
import type { NatsLink } from './connection.ts';

/** How far those who read a stream are behind it. */
export interface ReaderLag {
  readonly stream: string;
  /** The durable, or '' for all ordered reads of the stream together. */
  readonly consumer: string;
  readonly readers: number;
  /** Of a durable what it has not acknowledged, of ordered reads what was not sent to them. */
  readonly waitingMessages: number;
  /** Age of the oldest of those, ms; 0 when there is none. */
  readonly behindMs: number;
}

/**
 * The lag of every reader of these streams, as JetStream itself knows it; streams that are not there are left out.
 * `nowMs` is compared with the times at which the server stored messages. Throws LogUnavailableError.
 */
export async function readConsumerLags(
  link: NatsLink,
  streams: readonly string[],
  nowMs: () => number,
): Promise<ReaderLag[]> {
  if (!link.isConnected()) throw new LogUnavailableError('not connected to NATS');
  try {
    const present = new Set<string>();
    for await (const name of link.jsm.streams.names()) present.add(name);
    const lags = await Promise.all(
      streams.filter((name) => present.has(name)).map((name) => lagsOf(link, name, nowMs)),
    );
    return lags.flat();
  } catch (cause) {
    throw new LogUnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function lagsOf(link: NatsLink, stream: string, nowMs: () => number): Promise<ReaderLag[]> {
  const durables: ReaderLag[] = [];
  let [readers, waitingMessages, behindMs] = [0, 0, 0];
  for await (const info of link.jsm.consumers.list(stream)) {
    const one = await lagOf(link, info, nowMs);
    if (info.config.durable_name !== undefined) {
      durables.push({ stream, consumer: info.config.durable_name, readers: 1, ...one });
      continue;
    }
    readers++;
    waitingMessages += one.waitingMessages;
    behindMs = Math.max(behindMs, one.behindMs);
  }
  durables.sort((a, b) => (a.consumer < b.consumer ? -1 : 1));
  return readers === 0 ? durables : [...durables, { stream, consumer: '', readers, waitingMessages, behindMs }];
}

async function lagOf(link: NatsLink, info: ConsumerInfo, nowMs: () => number) {
  const { config, num_pending, num_ack_pending, ack_floor, delivered, stream_name } = info;
  const waitingMessages = num_pending + num_ack_pending;
  if (waitingMessages === 0) return { waitingMessages, behindMs: 0 };
  const doneSeq = config.ack_policy === 'none' ? delivered.stream_seq : ack_floor.stream_seq;
  // Of several subjects the next message on any is at least as old as the one that waits.
  const subjects = config.filter_subjects ?? (config.filter_subject ? [config.filter_subject] : []);
  const query = { seq: doneSeq + 1, next_by_subj: subjects.length === 1 ? subjects[0] : '>' };
  const oldest = await link.jsm.streams.getMessage(stream_name, query);
  // It may have been read, and trimmed, in between.
  if (oldest === null) return { waitingMessages, behindMs: 0 };
  return { waitingMessages, behindMs: Math.max(0, nowMs() - Date.parse(oldest.timestamp)) };
}
