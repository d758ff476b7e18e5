import type { Bus, Subscription } from '../../runtime/bus.ts';
import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Names } from '../../schemas/names.ts';
import type { Watcher } from '../activities/watching.ts';

export interface NewsWatchingDeps {
  readonly bus: Bus;
  readonly names: Pick<Names, 'newsChanges'>;
  readonly clock: Clock;
  /** What an account is told: the whole state. */
  readonly read: (account: string) => Promise<object>;
  readonly onFailed: (error: unknown) => void;
}

/** Who watches the news of an account, in whichever process of the API. */
export interface NewsWatching {
  /** Tells the newest state at once, and then whenever it changed. Returns what ends it. */
  watch(account: string, watcher: Watcher): () => void;
  /** Something changed: all processes tell whoever watches. */
  tell(account: string): void;
  stop(): void;
}

/** A word between processes may be lost: what was missed is found so much later. */
const AGAIN_MS = 30_000;

interface Watched {
  readonly watchers: Set<Watcher>;
  message: string | null;
  /** Something may have changed since the state began to be read. */
  isDue: boolean;
  reading: Promise<void> | null;
}

export function createNewsWatching({ bus, names, clock, read, onFailed }: NewsWatchingDeps): NewsWatching {
  const all = new Map<string, Watched>();
  let listening: Subscription | null = null;
  let timer: Timer | null = null;

  async function readWhileDue(account: string, watched: Watched): Promise<void> {
    while (watched.isDue && watched.watchers.size > 0) {
      watched.isDue = false;
      const message = JSON.stringify({ type: 'notifications', ...(await read(account)) });
      if (message === watched.message) continue;
      watched.message = message;
      const bytes = Buffer.from(message);
      for (const watcher of watched.watchers) watcher.tell(bytes);
    }
  }

  function look(account: string): void {
    const watched = all.get(account);
    if (watched === undefined) return;
    watched.isDue = true;
    watched.reading ??= readWhileDue(account, watched)
      .catch(onFailed)
      .finally(() => {
        watched.reading = null;
      });
  }

  function begin(account: string): Watched {
    listening ??= bus.subscribe(names.newsChanges, ({ data }) => look(Buffer.from(data).toString('utf8')));
    timer ??= clock.setRepeating(() => {
      for (const one of all.keys()) look(one);
    }, AGAIN_MS);
    const watched: Watched = { watchers: new Set(), message: null, isDue: false, reading: null };
    all.set(account, watched);
    return watched;
  }

  return {
    watch(account, watcher) {
      const watched = all.get(account) ?? begin(account);
      watched.watchers.add(watcher);
      if (watched.message !== null) watcher.tell(Buffer.from(watched.message));
      look(account);
      return () => {
        watched.watchers.delete(watcher);
        if (watched.watchers.size === 0 && all.get(account) === watched) all.delete(account);
      };
    },
    tell: (account) => bus.publish(names.newsChanges, Buffer.from(account)),
    stop() {
      timer?.cancel();
      listening?.stop();
      all.clear();
    },
  };
}
