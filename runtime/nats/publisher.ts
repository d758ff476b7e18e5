import { createInbox, headers, type Msg } from '@nats-io/transport-node';
import type { NatsLink } from './connection.ts';

/** What JetStream answered instead of an acknowledgement; `code` is its error code (10077 …), 503 without a server. */
export class NatsRefusal extends Error {
  override name = 'NatsRefusal';
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Nobody can say whether the message was stored. */
export class NatsSilence extends Error {
  override name = 'NatsSilence';
}

export interface AckedPublisher {
  /**
   * Publishes and resolves with JetStream's acknowledgement. Throws {@link NatsRefusal} when it says no,
   * {@link NatsSilence} when it says nothing.
   */
  publish(
    subject: string,
    data: Uint8Array,
    header: Iterable<readonly [string, string]>,
  ): Promise<{ seq: number; duplicate: boolean }>;
  close(): void;
}

interface Waiting {
  resolve(ack: { seq: number; duplicate: boolean }): void;
  reject(error: Error): void;
  deadlineMs: number;
}

const MAX_IN_FLIGHT = 16_384;
const SWEEP_MS = 100;

/**
 * Publishes with one reply inbox and one timer for all that is in flight. The client's own request costs a timer and
 * a promise race each, which is most of the time that a small publish takes.
 */
export function createAckedPublisher(link: NatsLink): AckedPublisher {
  const inbox = `${createInbox()}.`;
  // Insertion order is the order of deadlines, because every publish waits equally long.
  const inFlight = new Map<string, Waiting>();
  let lastToken = 0;
  let sweep: NodeJS.Timeout | null = null;

  const subscription = link.nc.subscribe(`${inbox}*`, {
    callback: (error, message) => {
      if (error) return rejectAll(new NatsSilence('the server refused the reply subject', { cause: error }));
      const token = message.subject.slice(inbox.length);
      const waiting = inFlight.get(token);
      if (!waiting) return;
      inFlight.delete(token);
      settle(waiting, message);
    },
  });
  const stopListening = link.onLost(() => rejectAll(new NatsSilence('the connection was lost')));

  function rejectAll(error: Error): void {
    const all = [...inFlight.values()];
    inFlight.clear();
    for (const waiting of all) waiting.reject(error);
  }

  function rejectOverdue(): void {
    const nowMs = performance.now();
    for (const [token, waiting] of inFlight) {
      if (waiting.deadlineMs > nowMs) break;
      inFlight.delete(token);
      waiting.reject(new NatsSilence(`no acknowledgement within ${link.requestTimeoutMs} ms`));
    }
    sweep = inFlight.size > 0 ? setTimeout(rejectOverdue, SWEEP_MS) : null;
  }

  return {
    publish(subject, data, header) {
      if (!link.isConnected()) return Promise.reject(new NatsSilence('not connected to NATS'));
      if (inFlight.size >= MAX_IN_FLIGHT) {
        return Promise.reject(new NatsSilence(`${MAX_IN_FLIGHT} publishes wait for an acknowledgement already`));
      }
      const token = String(++lastToken);
      const fields = headers();
      for (const [name, value] of header) fields.append(name, value);
      return new Promise((resolve, reject) => {
        link.nc.publish(subject, data, { reply: inbox + token, headers: fields });
        inFlight.set(token, { resolve, reject, deadlineMs: performance.now() + link.requestTimeoutMs });
        sweep ??= setTimeout(rejectOverdue, SWEEP_MS);
      });
    },
    close() {
      stopListening();
      subscription.unsubscribe();
      if (sweep) clearTimeout(sweep);
      rejectAll(new NatsSilence('the publisher was closed'));
    },
  };
}

function settle(waiting: Waiting, message: Msg): void {
  if (message.data.length === 0) {
    const code = message.headers?.code ?? 0;
    waiting.reject(new NatsRefusal(code, code === 503 ? 'JetStream does not answer' : 'an empty answer'));
    return;
  }
  try {
    const answer = message.json<{
      seq: number;
      duplicate?: boolean;
      error?: { err_code: number; description: string };
    }>();
    if (answer.error) waiting.reject(new NatsRefusal(answer.error.err_code, answer.error.description));
    else waiting.resolve({ seq: answer.seq, duplicate: answer.duplicate ?? false });
  } catch (error) {
    waiting.reject(new NatsSilence('an answer that is not JSON', { cause: error }));
  }
}
