import { createInbox, type Msg } from '@nats-io/transport-node';
import type { NatsLink } from './connection.ts';
import { type Delivery, parseDelivery } from './delivery.ts';

/**
 * How a request for messages ended.
 *
 * done: all came, or the time was up
 * too_large: the next message alone is larger than the bytes asked for
 * gone: the consumer is not there, or JetStream is not
 * lost: the request may have been forgotten (connection, leader, restart)
 */
export type PullEnd = 'done' | 'too_large' | 'gone' | 'lost';

export interface PullHandlers {
  onMessage(message: Msg, delivery: Delivery): void;
  onEnd(end: PullEnd): void;
}

export interface PullSource {
  /** True while the server may still send for the last request. */
  isOpen(): boolean;
  /** Asks for messages; only when no request is open. `maxBytes` 0: no limit. */
  ask(request: { batch: number; maxBytes: number; expiresMs: number }): void;
  close(): void;
}

/** An answer later than this after the request's own end means that the server forgot it. */
const GRACE_MS = 1_000;

/** One pull consumer's inbox with at most one request open (ADR-13), each with an end that comes in bounded time. */
export function createPullSource(
  link: NatsLink,
  target: { stream: string; consumer: string },
  handlers: PullHandlers,
): PullSource {
  const inbox = `${createInbox()}.`;
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${target.stream}.${target.consumer}`;
  let token = 0;
  let left = 0;
  let received = 0;
  let forgotten: NodeJS.Timeout | null = null;

  function end(how: PullEnd): void {
    if (!forgotten) return;
    clearTimeout(forgotten);
    forgotten = null;
    handlers.onEnd(how);
  }

  const subscription = link.nc.subscribe(`${inbox}*`, {
    callback: (error, message) => {
      if (error) return end('gone');
      const delivery = message.reply ? parseDelivery(message.reply) : null;
      if (delivery) {
        received++;
        left--;
        handlers.onMessage(message, delivery);
        if (left === 0) end('done');
      } else if (message.subject === inbox + token) {
        const how = endOf(message.headers?.code ?? 0, message.headers?.description ?? '', received);
        if (how) end(how);
      }
    },
  });
  const stopListening = link.onLost(() => end('lost'));

  return {
    isOpen: () => forgotten !== null,
    ask({ batch, maxBytes, expiresMs }) {
      if (forgotten) throw new Error('a request is open already');
      token++;
      left = batch;
      received = 0;
      forgotten = setTimeout(() => end('lost'), expiresMs + GRACE_MS);
      const request = { batch, expires: Math.round(expiresMs) * 1e6, ...(maxBytes > 0 && { max_bytes: maxBytes }) };
      link.nc.publish(subject, JSON.stringify(request), { reply: inbox + token });
    },
    close() {
      stopListening();
      if (forgotten) clearTimeout(forgotten);
      forgotten = null;
      if (!link.nc.isClosed()) subscription.unsubscribe();
    },
  };
}

function endOf(code: number, description: string, received: number): PullEnd | null {
  if (code === 100) return null;
  if (code === 404 || code === 408) return 'done';
  if (code === 503) return 'gone';
  if (/exceeds maxbytes/i.test(description)) return received === 0 ? 'too_large' : 'done';
  if (/deleted|not found/i.test(description)) return 'gone';
  if (/batch completed/i.test(description)) return 'done';
  return 'lost';
}
