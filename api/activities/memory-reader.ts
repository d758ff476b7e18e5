import { StoreUnavailableError } from '../samples/reader.ts';
import { type ActivityReader, compareActivities, listed, type StoredActivity } from './reader.ts';

/** The in-memory twin of the activities table, which can be told to be out of reach. */
export interface MemoryActivityReader extends ActivityReader {
  insert(activities: readonly StoredActivity[], epoch?: number): void;
  setReachable(isReachable: boolean): void;
}

export function createMemoryActivityReader(): MemoryActivityReader {
  const held = new Map<string, { activity: StoredActivity; epoch: number }>();
  let isReachable = true;

  function finished(athlete: string, signal?: AbortSignal): StoredActivity[] {
    signal?.throwIfAborted();
    if (!isReachable) throw new StoreUnavailableError('clickhouse', 'told to be out of reach');
    const all = [...held.values()].map(({ activity }) => activity);
    return all.filter((activity) => activity.athlete === athlete && activity.status !== 'withdrawn');
  }

  return {
    insert(activities, epoch = 1) {
      for (const activity of activities) {
        const key = `${activity.athlete} ${activity.id}`;
        const before = held.get(key);
        const isNewer =
          before === undefined ||
          activity.revision > before.activity.revision ||
          (activity.revision === before.activity.revision && epoch > before.epoch);
        if (isNewer) held.set(key, { activity: structuredClone(activity), epoch });
      }
    },
    setReachable(reachable) {
      isReachable = reachable;
    },
    async list({ athlete, sport, fromMs, toMs, after, limit }, signal) {
      return finished(athlete, signal)
        .filter((one) => (sport === null || one.sport === sport) && one.startMs >= fromMs && one.startMs < toMs)
        .filter((one) => after === null || compareActivities(one, after) > 0)
        .sort(compareActivities)
        .slice(0, limit)
        .map(({ versions, ...record }) => listed(record));
    },
    async read(athlete, id, signal) {
      return finished(athlete, signal).find((one) => one.id === id) ?? null;
    },
  };
}
