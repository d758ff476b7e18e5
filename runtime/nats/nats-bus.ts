import { errors, RequestError } from '@nats-io/transport-node';
import { type Bus, BusTimeoutError, NoRespondersError } from '../bus.ts';
import type { NatsLink } from './connection.ts';

/**
 * A {@link Bus} on NATS core. What is published while the connection is lost is dropped: nothing here needs keeping.
 */
export function createNatsBus(link: NatsLink): Bus {
  const { nc } = link;
  return {
    publish(subject, data) {
      if (link.isConnected()) nc.publish(subject, data);
    },

    subscribe(subject, handler, { queue } = {}) {
      const subscription = nc.subscribe(subject, {
        ...(queue !== undefined && { queue }),
        callback: (error, message) => {
          if (error) return link.logger.error({ err: error, subject }, 'the server ended a subscription');
          handler({
            subject: message.subject,
            data: message.data,
            respond: (answer) => message.reply !== undefined && message.reply !== '' && message.respond(answer),
          });
        },
      });
      return {
        stop() {
          if (!nc.isClosed()) subscription.unsubscribe();
        },
      };
    },

    async request(subject, data, timeoutMs) {
      // A lost connection says nothing about who serves the subject, so it must never look like "nobody".
      if (!link.isConnected()) throw new BusTimeoutError('not connected to NATS');
      try {
        return (await nc.request(subject, data, { timeout: timeoutMs })).data;
      } catch (error) {
        if (isNobody(error)) throw new NoRespondersError(`nobody serves ${subject}`, { cause: error });
        throw new BusTimeoutError(`no answer from ${subject} within ${timeoutMs} ms`, { cause: error });
      }
    },

    async flush() {
      if (!(await link.whenConnected(link.requestTimeoutMs))) throw new BusTimeoutError('not connected to NATS');
      await nc.flush();
    },
  };
}

function isNobody(error: unknown): boolean {
  return error instanceof errors.NoRespondersError || (error instanceof RequestError && error.isNoResponders());
}
