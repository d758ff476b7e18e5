import { type Bus, BusTimeoutError, NoRespondersError } from '../../runtime/bus.ts';
import type { Logger } from '../../runtime/log.ts';
import {
  encodeForwardedReads,
  type ForwardedReads,
  type ReadsReason,
  readReadsAnswer,
} from '../../schemas/forwarded-reads.ts';
import type { Names } from '../../schemas/names.ts';

/** Hands reads on to whoever knows races, and says what became of them. */
export interface ReadForwarder {
  /** Null once all are stored; else why not. Never rejects. */
  forward(reads: ForwardedReads): Promise<ReadsReason | null>;
}

export interface ReadForwarderDeps {
  readonly bus: Bus;
  readonly names: Pick<Names, 'storeReads'>;
  readonly log: Logger;
  readonly timeoutMs?: number;
  /** Of bodies that wait for their answer, of all connections. */
  readonly maxBytes?: number;
}

const MIB = 1024 * 1024;

/** Without an answer nothing is known: the feed sends the same again, and each read is stored once. */
export function createReadForwarder({
  bus,
  names,
  log,
  timeoutMs = 10_000,
  maxBytes = 16 * MIB,
}: ReadForwarderDeps): ReadForwarder {
  let waitingBytes = 0;
  return {
    async forward(reads) {
      const { length } = reads.body;
      if (waitingBytes + length > maxBytes) return 'overloaded';
      waitingBytes += length;
      try {
        const answer = readReadsAnswer(await bus.request(names.storeReads, encodeForwardedReads(reads), timeoutMs));
        return answer === null ? 'stream_unavailable' : answer.reason;
      } catch (err) {
        if (!(err instanceof NoRespondersError || err instanceof BusTimeoutError)) throw err;
        log.warn({ err, race: reads.race }, 'nobody stores reads; their feed keeps them');
        return 'stream_unavailable';
      } finally {
        waitingBytes -= length;
      }
    },
  };
}
