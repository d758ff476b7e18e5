import type { ActivityRecord } from '../../schemas/activity.ts';
import { type ActivityHistory, isOlder, type PastActivity, type Versions } from './activity-history.ts';

/** The in-memory twin of the stored history, over what a table of activities holds. */
export function createMemoryHistory(
  records: () => readonly ActivityRecord[],
  versionsOf: (record: ActivityRecord) => Versions,
): ActivityHistory {
  const key = ({ athlete, id }: { athlete: string; id: string }) => `${athlete} ${id}`;

  function past(): PastActivity[] {
    return records()
      .filter(({ status }) => status === 'finished')
      .map((record) => {
        const { startMs: fromMs, endMs: untilMs, ...rest } = record;
        return { ...rest, fromMs, untilMs, versions: versionsOf(record) };
      })
      .sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  function older({
    athlete,
    fromMs,
    untilMs,
    settingsBelow,
  }: Parameters<ActivityHistory['countOlder']>[0]): PastActivity[] {
    return past()
      .filter((one) => athlete === null || one.athlete === athlete)
      .filter((one) => one.fromMs < untilMs && fromMs < one.untilMs && isOlder(one, settingsBelow));
  }

  return {
    countOlder: async (query) => older(query).length,
    older: async ({ after, limit, ...query }) =>
      older(query)
        .filter((one) => after === null || key(one) > key(after))
        .slice(0, limit),
    read: async (athlete, ids) => past().filter((one) => one.athlete === athlete && ids.includes(one.id)),
    devices: async (athlete) => [
      ...new Set(records().flatMap((record) => (record.athlete === athlete ? record.devices : []))),
    ],
  };
}
