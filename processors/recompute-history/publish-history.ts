import type { MessageLog } from '../../runtime/stream/stream.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import type { AthleteSettings } from '../../schemas/athlete-settings.ts';
import type { Names } from '../../schemas/names.ts';
import { publishActivityFacts } from '../activities/activity-facts.ts';
import type { ActivityStore } from '../activities/activity-store.ts';
import type { GearStore } from '../activities/gear/gear-store.ts';
import { publishLoads } from '../activities/gear/publish-loads.ts';
import type { RecordsDue } from './records-due.ts';

export interface Apply {
  readonly facts: MessageLog;
  readonly names: Pick<Names, 'fact'>;
  readonly gear: GearStore;
  readonly recordsDue: RecordsDue;
  /** The raw tables have every message up to it: see `fence.ts`. */
  readonly fenceSeq: number;
  readonly nowMs: () => number;
}

/** No holder ever has this epoch: it says who made the revision. */
export const HISTORY_EPOCH = 0;

/**
 * Publishes what an athlete's activities are now, and what that does to gear. The activities' rows are written last:
 * they say that it is done. Throws StoreUnavailableError, StoreRefusedError, LogFullError, LogUnavailableError and
 * KvUnavailableError.
 */
export async function publishHistory(
  records: readonly ActivityRecord[],
  { facts, names, gear, recordsDue, nowMs }: Apply,
  { settings, store, signal }: { settings: AthleteSettings; store: ActivityStore; signal: AbortSignal },
): Promise<void> {
  if (records.length === 0) return;
  const about = { epoch: HISTORY_EPOCH, knownAtMs: nowMs(), signal };
  await recordsDue.note(records[0].athlete);
  await publishActivityFacts(records, { ...about, facts, names });
  await publishLoads({ gear, facts, names, settingsOf: () => settings }, records, about);
  await store.write(records, HISTORY_EPOCH);
}
