import type { ConsumerConfig } from '@nats-io/jetstream';
import { type Msg, nuid } from '@nats-io/transport-node';
import type { NatsLink } from './connection.ts';
import type { Delivery } from './delivery.ts';
import { createPullSource, type PullSource } from './pull-source.ts';

export interface Ordered {
  readonly message: Msg;
  readonly delivery: Delivery;
}

export interface OrderedRead {
  /** The next message; null when `signal` was aborted. Throws when this reader can promise nothing any more. */
  next(): Promise<Ordered | null>;
  /** Messages that waited when the reader was made. */
  readonly pendingMessages: number;
  close(): void;
}

/** This reader missed something or may have: make another one, from the last sequence seen + 1. */
export class ReaderLostError extends Error {
  override name = 'ReaderLostError';
}

const BATCH = 512;
const BATCH_BYTES = 2 * 1024 * 1024;
const EXPIRES_MS = 5_000;
const INACTIVE_NS = 30e9;

/**
 * One ephemeral consumer without acknowledgements, read strictly in order: the server numbers its deliveries, and a
 * number that does not follow ends the reader. So does a lost connection, a consumer that is gone and a server that
 * forgot the request. Holds at most 2 × `BATCH` messages and 2 × `BATCH_BYTES` bytes (or one larger message).
 */
export async function openOrderedRead(
  link: NatsLink,
  stream: string,
  config: Partial<ConsumerConfig>,
  signal: AbortSignal,
): Promise<OrderedRead> {
  if (!link.isConnected()) throw new ReaderLostError('not connected to NATS');
  const consumer = `read-${nuid.next()}`;
  const info = await link.jsm.consumers.add(stream, {
    name: consumer,
    ack_policy: 'none',
    inactive_threshold: INACTIVE_NS,
    mem_storage: true,
    num_replicas: 1,
    ...config,
  });

  const queue: Ordered[] = [];
  let queuedBytes = 0;
  let lastConsumerSeq = 0;
  let failure: ReaderLostError | null = null;
  let whole = false;
  let wake: (() => void) | null = null;

  const source: PullSource = createPullSource(
    link,
    { stream, consumer },
    {
      onMessage(message, delivery) {
        if (delivery.consumerSeq !== lastConsumerSeq + 1) {
          failure ??= new ReaderLostError(`delivery ${delivery.consumerSeq} came after ${lastConsumerSeq}`);
        } else if (!failure) {
          lastConsumerSeq = delivery.consumerSeq;
          queue.push({ message, delivery });
          queuedBytes += message.data.length;
        }
        wake?.();
      },
      onEnd(end) {
        whole = end === 'too_large';
        if (end === 'gone' || end === 'lost') failure ??= new ReaderLostError(`the reader's request is ${end}`);
        wake?.();
      },
    },
  );
  const onAbort = () => wake?.();
  signal.addEventListener('abort', onAbort);

  function askForMore(): void {
    if (failure || source.isOpen() || queue.length >= BATCH || queuedBytes >= BATCH_BYTES) return;
    source.ask({ batch: whole ? 1 : BATCH, maxBytes: whole ? 0 : BATCH_BYTES, expiresMs: EXPIRES_MS });
  }

  return {
    pendingMessages: info.num_pending,
    async next() {
      for (;;) {
        if (signal.aborted) return null;
        askForMore();
        const first = queue.shift();
        if (first) {
          queuedBytes -= first.message.data.length;
          return first;
        }
        if (failure) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = null;
      }
    },
    close() {
      signal.removeEventListener('abort', onAbort);
      source.close();
      queue.length = 0;
      // Best effort: the server removes an unused one by itself after the inactive threshold.
      if (link.isConnected()) link.nc.publish(`$JS.API.CONSUMER.DELETE.${stream}.${consumer}`);
    },
  };
}
