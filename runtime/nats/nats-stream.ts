import { JetStreamApiError, type StreamConfig } from '@nats-io/jetstream';
import {
  LogConflictError,
  LogFullError,
  type LogInfo,
  LogMismatchError,
  type LogOptions,
  LogUnavailableError,
  type MessageLog,
  type OrderedMessage,
} from '../stream/stream.ts';
import type { NatsLink } from './connection.ts';
import { toLogMessage } from './delivery.ts';
import { addStream, findStream } from './ensure-stream.ts';
import { createNatsDurable, ensureDurable } from './nats-durable.ts';
import { openOrderedRead } from './ordered-read.ts';
import { createAckedPublisher, NatsRefusal } from './publisher.ts';

/** Wrong last sequence, with and without the one that it is. */
const NOT_LAST = new Set([10071, 10164]);
const STORE_FAILED = 10077;
const NO_ROOM = new Set([10023, 10028, 10047]);
const NO_MESSAGE = 10037;
const NO_CONSUMER = 10014;
const READ_RETRY_MS = 250;

/**
 * A {@link MessageLog} on a JetStream stream: files, `discard new`, no age limit. Makes the stream when it is missing
 * and brings an existing one up to `options`.
 *
 * Throws {@link LogMismatchError} when it has other metadata, {@link LogUnavailableError} when JetStream is silent.
 */
export async function openNatsLog(link: NatsLink, options: LogOptions): Promise<MessageLog> {
  await asking(link, () => ensureStream(link, options));
  const publisher = createAckedPublisher(link);
  const { name } = options;

  return {
    name,

    async publish(subject, data, { msgId, headers, lastSeq }) {
      const own: [string, string][] = [['Nats-Msg-Id', msgId]];
      if (lastSeq !== undefined) own.push(['Nats-Expected-Last-Subject-Sequence', String(lastSeq)]);
      try {
        return await publisher.publish(subject, data, [...own, ...Object.entries(headers)]);
      } catch (error) {
        throw publishError(error);
      }
    },

    async openDurable(consumer, durable) {
      const ensure = () => asking(link, () => ensureDurable(link.jsm, name, consumer, durable));
      await ensure();
      return createNatsDurable(link, { stream: name, consumer }, durable, ensure);
    },

    readFrom: (read) => readFrom(link, name, read),

    durables: () =>
      asking(link, async () => {
        const found: string[] = [];
        for await (const { config } of link.jsm.consumers.list(name)) {
          if (config.durable_name !== undefined) found.push(config.durable_name);
        }
        return found;
      }),

    durablePosition: (consumer) =>
      asking(link, async () => {
        try {
          const info = await link.jsm.consumers.info(name, consumer);
          return {
            ackFloorSeq: info.ack_floor.stream_seq,
            pendingMessages: info.num_pending,
            unackedMessages: info.num_ack_pending,
          };
        } catch (error) {
          if (error instanceof JetStreamApiError && error.code === NO_CONSUMER) return null;
          throw error;
        }
      }),

    nextSeq: (subject, fromSeq) =>
      asking(link, async () => {
        try {
          // Asked of the leader: a replica that lags could hide a message.
          const query = { seq: Math.max(1, fromSeq), next_by_subj: subject };
          return (await link.jsm.streams.getMessage(name, query))?.seq ?? null;
        } catch (error) {
          if (error instanceof JetStreamApiError && error.code === NO_MESSAGE) return null;
          throw error;
        }
      }),

    seqAt: (timeMs) => asking(link, () => findSeqAt(link, name, timeMs)),

    info: () =>
      asking(link, async (): Promise<LogInfo> => {
        const { state, config } = await link.jsm.streams.info(name);
        return {
          firstSeq: state.first_seq,
          lastSeq: state.last_seq,
          messages: state.messages,
          bytes: state.bytes,
          maxBytes: Math.max(0, config.max_bytes),
        };
      }),

    purgeBelow: (seq) => asking(link, async () => void (await link.jsm.streams.purge(name, { seq }))),
  };
}

/** Times grow with the sequence, so halving finds the place. Sequences that are gone count as their next one. */
async function findSeqAt(link: NatsLink, stream: string, timeMs: number): Promise<number> {
  const { state } = await link.jsm.streams.info(stream);
  let [low, high] = [Math.max(1, state.first_seq), state.last_seq + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const query = { seq: middle, next_by_subj: '>' };
    const found = await link.jsm.streams.getMessage(stream, query);
    if (!found || found.seq >= high || Date.parse(found.timestamp) >= timeMs) high = middle;
    else low = found.seq + 1;
  }
  return low;
}

async function* readFrom(
  link: NatsLink,
  stream: string,
  { subjects, fromSeq, signal }: { subjects: readonly string[]; fromSeq: number; signal: AbortSignal },
): AsyncGenerator<OrderedMessage> {
  let nextSeq = Math.max(1, fromSeq);
  while (!signal.aborted) {
    try {
      const reader = await openOrderedRead(
        link,
        stream,
        { deliver_policy: 'by_start_sequence', opt_start_seq: nextSeq, filter_subjects: [...subjects] },
        signal,
      );
      try {
        for (let one = await reader.next(); one; one = await reader.next()) {
          const { message, delivery } = one;
          // A stream that came back without its last messages (power loss) would be told twice otherwise.
          if (delivery.streamSeq < nextSeq) continue;
          nextSeq = delivery.streamSeq + 1;
          yield { ...toLogMessage(message, delivery), pendingMessages: delivery.pendingMessages };
        }
      } finally {
        reader.close();
      }
    } catch (error) {
      link.logger.warn({ err: error, stream, subjects, nextSeq }, 'an ordered read starts again');
      // Whatever broke this reader, the next one starts behind the last message that was handed out; the only end of
      // this loop is the signal. Callers see a pause, and notice a log that is out of reach by their other calls.
      await pause(link, signal);
    }
  }
}

function pause(link: NatsLink, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(() => void link.whenConnected(READ_RETRY_MS).then(finish), READ_RETRY_MS);
    if (signal.aborted) finish();
    else signal.addEventListener('abort', finish, { once: true });
  });
}

async function ensureStream(link: NatsLink, options: LogOptions): Promise<void> {
  const config: Partial<StreamConfig> & { name: string } = {
    name: options.name,
    subjects: [...options.subjects],
    storage: 'file',
    retention: 'limits',
    discard: 'new',
    max_bytes: options.maxBytes > 0 ? options.maxBytes : -1,
    duplicate_window: options.duplicateWindowMs * 1e6,
    num_replicas: options.replicas,
    metadata: { ...options.metadata },
    allow_direct: false,
  };
  const found = (await findStream(link, options.name)) ?? (await addStream(link, config));
  if (found === null) return;
  assertSameMetadata(options, found.metadata ?? {});
  const { name, storage: _storage, retention: _retention, ...changeable } = config;
  await link.jsm.streams.update(name, { ...found, ...changeable, metadata: { ...found.metadata } });
}

function assertSameMetadata(options: LogOptions, found: Record<string, string>): void {
  const text = (metadata: Readonly<Record<string, string>>) =>
    JSON.stringify(
      Object.entries(metadata)
        .filter(([key]) => !key.startsWith('_nats'))
        .sort(),
    );
  if (text(found) === text(options.metadata)) return;
  throw new LogMismatchError(
    `stream ${options.name} was made with ${text(found)}, this start asks for ${text(options.metadata)}`,
  );
}

function publishError(error: unknown): Error {
  if (error instanceof NatsRefusal) {
    if (NOT_LAST.has(error.code)) return new LogConflictError(error.message, { cause: error });
    const full = NO_ROOM.has(error.code) || (error.code === STORE_FAILED && /exceeded/.test(error.message));
    if (full) return new LogFullError(error.message, { cause: error });
  }
  return new LogUnavailableError(error instanceof Error ? error.message : String(error), { cause: error });
}

/** Runs one or more requests to JetStream; whatever fails for want of an answer becomes LogUnavailableError. */
async function asking<T>(link: NatsLink, run: () => Promise<T>): Promise<T> {
  if (!link.isConnected()) throw new LogUnavailableError('not connected to NATS');
  try {
    return await run();
  } catch (error) {
    if (error instanceof LogMismatchError) throw error;
    throw new LogUnavailableError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
