import type { Msg } from '@nats-io/transport-node';
import type { LogMessage } from '../stream/stream.ts';

/** What JetStream writes into the reply subject of a message that it delivers (ADR-15). */
export interface Delivery {
  readonly consumer: string;
  readonly deliveries: number;
  readonly streamSeq: number;
  readonly consumerSeq: number;
  readonly timeMs: number;
  readonly pendingMessages: number;
}

/**
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<ns>.<pending>`, in clusters with a domain and
 * an account before the stream. Null for anything else.
 */
export function parseDelivery(reply: string): Delivery | null {
  if (!reply.startsWith('$JS.ACK.')) return null;
  const words = reply.split('.');
  const at = words.length === 9 ? 3 : words.length >= 11 ? 5 : -1;
  if (at < 0) return null;
  return {
    consumer: words[at],
    deliveries: Number(words[at + 1]),
    streamSeq: Number(words[at + 2]),
    consumerSeq: Number(words[at + 3]),
    // Nanoseconds do not fit a double; cut, they are milliseconds.
    timeMs: Number(words[at + 4].slice(0, -6)),
    pendingMessages: Number(words[at + 5]),
  };
}

export function toLogMessage(message: Msg, delivery: Delivery): LogMessage {
  return {
    subject: message.subject,
    seq: delivery.streamSeq,
    timeMs: delivery.timeMs,
    data: message.data,
    header: (name) => message.headers?.get(name) ?? '',
  };
}
