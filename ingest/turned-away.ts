import type { Clock } from '../runtime/clock.ts';
import type { KeyValue } from '../runtime/kv/kv.ts';
import type { Logger } from '../runtime/log.ts';
import { type ReasonCounts, tellTurnedAway } from '../runtime/turned-away.ts';
import { isForLater, type Reason } from '../schemas/reasons.ts';

/** Counts the frames that this run of ingest did not take, and tells the ledger. */
export interface TurnedAway {
  /** A dead frame is no such frame: it is kept, and counted where it is kept. */
  count(reason: Reason): void;
  /** Tells the last of it; a ledger that is out of reach is said in the log. */
  stop(): Promise<void>;
}

/** What a killed process has counted since it last told is missing from the ledger: no data, and no more than this. */
const TELL_EVERY_MS = 2_000;

export function createTurnedAway(deps: {
  /** The ledger's bucket. */
  kv: KeyValue;
  instance: string;
  clock: Clock;
  log: Logger;
}): TurnedAway {
  const { kv, instance, clock, log } = deps;
  const counts: Record<string, number> = {};
  let isNews = false;
  let telling: Promise<void> | null = null;

  async function tell(): Promise<void> {
    if (!isNews) return;
    isNews = false;
    try {
      await tellTurnedAway(kv, instance, { ...counts } as ReasonCounts);
    } catch (err) {
      isNews = true;
      log.warn({ err }, 'the frames that were turned away are not in the ledger yet');
    }
  }

  function tellNow(): void {
    telling ??= tell().finally(() => {
      telling = null;
    });
  }

  const timer = clock.setRepeating(tellNow, TELL_EVERY_MS);
  return {
    count(reason) {
      if (!isForLater(reason)) return;
      counts[reason] = (counts[reason] ?? 0) + 1;
      isNews = true;
    },
    async stop() {
      timer.cancel();
      await telling;
      await tell();
    },
  };
}
