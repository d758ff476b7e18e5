import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import type { Msg } from '@nats-io/transport-node';
import { type Durable, type DurableOptions, LogUnavailableError, type PulledMessage } from '../stream/stream.ts';
import type { NatsLink } from './connection.ts';
import { type Delivery, toLogMessage } from './delivery.ts';
import { createPullSource, type PullEnd } from './pull-source.ts';

/** How long a pull that has its first message waits for the rest of what the server has ready. */
const GATHER_MS = 20;
const MIN_EXPIRES_MS = 100;

/** Creates the durable, or gives the one that exists these options; its position stays. */
export async function ensureDurable(
  jsm: JetStreamManager,
  stream: string,
  name: string,
  options: DurableOptions,
): Promise<void> {
  const changeable = {
    ack_wait: options.ackWaitMs * 1e6,
    max_ack_pending: options.maxAckPending,
    filter_subjects: [...options.subjects],
  };
  try {
    await jsm.consumers.add(stream, {
      durable_name: name,
      ack_policy: 'explicit',
      deliver_policy: 'all',
      max_deliver: -1,
      ...changeable,
    });
  } catch (error) {
    const exists = error instanceof JetStreamApiError && (error.code === 10148 || error.code === 10013);
    if (!exists) throw error;
    await jsm.consumers.update(stream, name, changeable);
  }
}

interface Held {
  readonly message: PulledMessage;
  readonly bytes: number;
  readonly pendingMessages: number;
  /** Past this the server gives it to somebody, so it is not ours any more. */
  readonly untilMs: number;
}

/**
 * Pulls for one durable. A request stays open at the server for `maxWaitMs`, and what it brings after the pull that
 * made it has returned is kept for the next pull; so an idle sink has a message as soon as it is stored.
 */
export function createNatsDurable(
  link: NatsLink,
  target: { stream: string; consumer: string },
  options: DurableOptions,
  ensure: () => Promise<void>,
): Durable {
  const held: Held[] = [];
  let end: PullEnd | null = null;
  let wake: (() => void) | null = null;
  let closed = false;
  let pulling = false;

  const source = createPullSource(link, target, {
    onMessage(message, delivery) {
      const untilMs = performance.now() + options.ackWaitMs * 0.8;
      const bytes = message.data.length;
      held.push({
        message: toPulled(link, message, delivery),
        bytes,
        pendingMessages: delivery.pendingMessages,
        untilMs,
      });
      wake?.();
    },
    onEnd(how) {
      end = how;
      wake?.();
    },
  });

  async function until(isTrue: () => boolean, deadlineMs: number): Promise<void> {
    while (!isTrue() && !closed) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = null;
    }
  }

  function dropStale(): void {
    const nowMs = performance.now();
    while (held.length > 0 && held[0].untilMs < nowMs) held.shift();
  }

  function take(maxMessages: number, maxBytes: number): PulledMessage[] {
    let count = 0;
    let bytes = 0;
    while (count < held.length && count < maxMessages) {
      bytes += held[count].bytes;
      if (count > 0 && bytes > maxBytes) break;
      count++;
    }
    return held.splice(0, count).map((one) => one.message);
  }

  /** After a request that ended because one message is larger than its bytes, that message is asked for alone. */
  function ask(maxMessages: number, maxBytes: number, maxWaitMs: number): void {
    const expiresMs = Math.max(MIN_EXPIRES_MS, maxWaitMs);
    const alone = end === 'too_large';
    end = null;
    source.ask(alone ? { batch: 1, maxBytes: 0, expiresMs } : { batch: maxMessages, maxBytes, expiresMs });
  }

  function assertOpen(): void {
    if (closed) throw new LogUnavailableError(`durable ${target.consumer} is closed`);
  }

  async function pull(maxMessages: number, maxBytes: number, maxWaitMs: number): Promise<PulledMessage[]> {
    assertOpen();
    const deadlineMs = performance.now() + maxWaitMs;
    if (!(await link.whenConnected(maxWaitMs))) throw new LogUnavailableError('not connected to NATS');
    assertOpen();
    dropStale();
    while (held.length === 0) {
      // The request of the pull before may end with its time while this one still has some.
      const leftMs = deadlineMs - performance.now();
      if (!source.isOpen()) {
        if (leftMs <= 0) return [];
        ask(maxMessages, maxBytes, leftMs);
      }
      await until(() => held.length > 0 || !source.isOpen(), deadlineMs);
      assertOpen();
      if (held.length > 0) break;
      if (source.isOpen()) return [];
      if (end === 'gone') {
        await ensure();
        throw new LogUnavailableError(`durable ${target.consumer} was not there; it is made anew`);
      }
      if (end === 'lost') throw new LogUnavailableError('the pull was lost');
    }
    const gathered = () =>
      !source.isOpen() || held.length >= maxMessages || held[held.length - 1].pendingMessages === 0;
    await until(gathered, performance.now() + GATHER_MS);
    return take(maxMessages, maxBytes);
  }

  return {
    async pull({ maxMessages, maxBytes, maxWaitMs }) {
      if (pulling) throw new Error(`two pulls at once on durable ${target.consumer}`);
      pulling = true;
      try {
        return await pull(maxMessages, maxBytes, maxWaitMs);
      } finally {
        pulling = false;
      }
    },
    async close() {
      closed = true;
      source.close();
      // What was pulled ahead goes back at once rather than after ackWaitMs.
      if (link.isConnected()) for (const one of held) one.message.nak(0);
      held.length = 0;
      wake?.();
    },
  };
}

function toPulled(link: NatsLink, message: Msg, delivery: Delivery): PulledMessage {
  const reply = message.reply ?? '';
  // An answer that cannot be sent now is not kept: the message comes again after ackWaitMs.
  const answer = (text: string) => {
    if (link.isConnected()) link.nc.publish(reply, text);
  };
  return {
    ...toLogMessage(message, delivery),
    deliveries: delivery.deliveries,
    ack: () => answer('+ACK'),
    nak: (delayMs) => answer(delayMs > 0 ? `-NAK {"delay": ${Math.round(delayMs * 1e6)}}` : '-NAK'),
    working: () => answer('+WPI'),
  };
}
