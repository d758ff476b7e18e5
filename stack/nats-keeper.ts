import type { Clock } from '../runtime/clock.ts';
import { watchHealth } from './health-watch.ts';

export interface NatsKeeperDeps {
  /** The server's own health check. */
  readonly url: string;
  readonly clock: Clock;
  /** Whether the server's disk has room to go on with. */
  hasRoom(): boolean;
  /** Ends the server and starts it again; rejects when that does not work. */
  restart(): Promise<void>;
  /** It is there and says that it is not well; null once it is well again. */
  onTrouble(trouble: string | null): void;
  onGivenUp(error: unknown): void;
  readonly everyMs?: number;
  readonly patience?: number;
}

const EVERY_MS = 5_000;

/**
 * A nats-server whose disk was full answers 503 and stores nothing, and goes on so after there is room again, until it
 * starts anew: this is who does that. well → (bad answers in a row) unwell → (room on the disk) started again → well.
 * One that does not answer at all is left alone: it is gone, and missed elsewhere, or stopped and comes back.
 */
export function keepNats(deps: NatsKeeperDeps): () => void {
  const { url, clock, patience, everyMs = EVERY_MS } = deps;
  let isTroubled = false;
  let isRestarting = false;
  let stopWatch = watch();
  const timer = clock.setRepeating(() => void mend(), everyMs);

  function watch(): () => void {
    return watchHealth({
      url,
      clock,
      everyMs,
      patience,
      onChange(trouble) {
        isTroubled = trouble?.startsWith('status') ?? false;
        deps.onTrouble(trouble);
      },
    });
  }

  async function mend(): Promise<void> {
    if (!isTroubled || isRestarting || !deps.hasRoom()) return;
    isRestarting = true;
    stopWatch();
    try {
      await deps.restart();
    } catch (error) {
      deps.onGivenUp(error);
    }
    isTroubled = false;
    isRestarting = false;
    // Anew, so that trouble which is still there is found again.
    stopWatch = watch();
  }

  return () => {
    timer.cancel();
    stopWatch();
  };
}
