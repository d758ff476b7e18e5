import { type Bus, BusTimeoutError, NoRespondersError } from './bus.ts';
import type { Clock } from './clock.ts';
import { type Faults, faulted, subjectMatches } from './memory-faults.ts';

/** The in-memory twin of NATS core; each process opens its own end. */
export interface MemoryBusHub {
  /** `disconnect` ends every subscription of this end, as the death of its process does. */
  open(faults?: Faults): Bus & { disconnect(): void };
}

type Deliver = (subject: string, data: Uint8Array, reply: ((data: Uint8Array) => void) | null) => void;

interface Subscribed {
  readonly filter: string;
  readonly deliver: Deliver;
  readonly queue: string | null;
}

export function createMemoryBusHub(clock: Clock): MemoryBusHub {
  const subscriptions = new Set<Subscribed>();

  function send(subject: string, data: Uint8Array, reply: ((data: Uint8Array) => void) | null): number {
    const copy = data.slice();
    const matching = onePerQueue([...subscriptions].filter((one) => subjectMatches(one.filter, subject)));
    // Like a socket: handlers run after the sender's own turn, in order.
    for (const { deliver } of matching) queueMicrotask(() => deliver(subject, copy, reply));
    return matching.length;
  }

  return {
    open(faults) {
      const own = new Set<Subscribed>();
      const lost = (call: string) => () => new BusTimeoutError(`${call}: the connection was lost`);
      return {
        publish(subject, data) {
          // Nobody is told when a core message is lost.
          void faulted(faults, 'bus.publish', () => send(subject, data, null), lost('publish')).catch(() => undefined);
        },
        subscribe(filter, handler, { queue = null } = {}) {
          const deliver: Deliver = (subject, data, reply) => {
            const respond = (answer: Uint8Array) => {
              reply?.(answer);
              return reply !== null;
            };
            const act = () => {
              if (own.has(subscription)) handler({ subject, data, respond });
            };
            void faulted(faults, 'bus.deliver', act, lost('deliver')).catch((error) => {
              if (!(error instanceof BusTimeoutError)) throw error;
            });
          };
          const subscription = { filter, deliver, queue };
          own.add(subscription);
          subscriptions.add(subscription);
          return {
            stop() {
              own.delete(subscription);
              subscriptions.delete(subscription);
            },
          };
        },
        request: (subject, data, timeoutMs) =>
          faulted(faults, 'bus.request', () => request(subject, data, timeoutMs), lost('request')),
        flush: () => faulted(faults, 'bus.flush', () => undefined, lost('flush')),
        disconnect() {
          for (const subscription of own) subscriptions.delete(subscription);
          own.clear();
        },
      };
    },
  };

  function request(subject: string, data: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(
        () => reject(new BusTimeoutError(`no answer from ${subject} within ${timeoutMs} ms`)),
        timeoutMs,
      );
      const responders = send(subject, data, (answer) => {
        timer.cancel();
        resolve(answer.slice());
      });
      if (responders > 0) return;
      timer.cancel();
      reject(new NoRespondersError(`nobody serves ${subject}`));
    });
  }
}

/** Of each queue the one that subscribed first: any will do. */
function onePerQueue(matching: readonly Subscribed[]): Subscribed[] {
  return matching.filter(({ queue }, i) => queue === null || matching.findIndex((one) => one.queue === queue) === i);
}
