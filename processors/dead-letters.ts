import { createHash } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import type { MessageLog, PulledMessage } from '../runtime/stream/stream.ts';
import { BATCH_HEADERS, DEAD_HEADERS, type Names } from '../schemas/names.ts';

/** Keeps what a store refused. */
export interface DeadLetters {
  /** Resolves once the message is stored in DEAD, headers included. Throws LogUnavailableError or LogFullError. */
  bury(message: PulledMessage, detail: string): Promise<void>;
}

const MAX_DETAIL_CHARACTERS = 400;

/** `sink` stands where a dead frame has its device: a batch has rows of many. */
export function createDeadLetters(deps: { dead: MessageLog; names: Names; clock: Clock; sink: string }): DeadLetters {
  const { dead, names, clock, sink } = deps;
  return {
    async bury(message, detail) {
      const headers: Record<string, string> = {};
      for (const name of Object.values(BATCH_HEADERS)) {
        const value = message.header(name);
        if (value !== '') headers[name] = value;
      }
      headers[DEAD_HEADERS.reason] = 'store_refused';
      headers[DEAD_HEADERS.device] = '';
      headers[DEAD_HEADERS.detail] = `${sink}: ${detail}`.replace(/[^ -~]+/g, ' ').slice(0, MAX_DETAIL_CHARACTERS);
      headers[DEAD_HEADERS.sha256] = createHash('sha256').update(message.data).digest('hex');
      headers[DEAD_HEADERS.receivedMs] ||= String(clock.nowMs());
      const msgId = `${sink}.${headers[BATCH_HEADERS.instance]}.${message.subject}.${message.seq}`;
      await dead.publish(names.dead('store_refused', sink), message.data, { msgId, headers });
    },
  };
}
