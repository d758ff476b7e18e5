import { createBackoff } from './backoff.ts';
import type { Clock, Timer } from './clock.ts';
import type { KeyValue, Watch, WatchHandlers } from './kv/kv.ts';

export interface KeptWatchDeps {
  readonly kv: KeyValue;
  readonly clock: Clock;
  /** Of the keys that are watched. */
  readonly filter: string;
  /** Called at each opening: who listens to this one. What is told until `onReady` is all there is. */
  begin(): Pick<WatchHandlers, 'onChange' | 'onReady'>;
  /** The watch is opened again after a pause. */
  onLost(err: unknown): void;
  /** Numbers from 0 up to 1, to spread the attempts of many processes. */
  readonly random?: () => number;
}

const RETRY_DELAYS_MS = [100, 250, 500, 1_000, 5_000];

/**
 * A watch that is opened again whenever it is lost, for as long as it takes. What an older opening still says is not
 * listened to.
 *
 * opening → ready → opening … → stopped.
 */
export function keepWatch({ kv, clock, filter, begin, onLost, random }: KeptWatchDeps): { stop(): void } {
  const backoff = createBackoff({ delaysMs: RETRY_DELAYS_MS, random });
  let watch: Watch | null = null;
  let retrying: Timer | null = null;
  let isStopped = false;

  async function open(): Promise<void> {
    const listener = begin();
    let isCurrent = true;
    const isHeard = () => isCurrent && !isStopped;
    const lost = (err: unknown) => {
      if (!isHeard()) return;
      isCurrent = false;
      watch = null;
      onLost(err);
      retrying = clock.setTimer(() => void open(), backoff.nextMs());
    };
    try {
      const opened = await kv.watch(filter, {
        onChange(change) {
          if (isHeard()) listener.onChange(change);
        },
        onReady() {
          if (!isHeard()) return;
          backoff.reset();
          listener.onReady();
        },
        onLost: lost,
      });
      if (isHeard()) watch = opened;
      else opened.stop();
    } catch (err) {
      lost(err);
    }
  }

  void open();
  return {
    stop() {
      isStopped = true;
      retrying?.cancel();
      watch?.stop();
    },
  };
}
