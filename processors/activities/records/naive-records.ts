import type { ActivityRecord } from '../../../schemas/activity.ts';
import { hasRecords } from '../../../schemas/record.ts';
import { effortsOf } from '../activity-efforts.ts';
import type { StoredClaim } from './record-store.ts';

/** A record without what depends on when it was found. */
export interface HeldRecord {
  readonly name: string;
  readonly value: number;
  readonly activity: string;
  readonly startMs: number;
}

/** What a reader finds: of each record the claim that holds, unless it was withdrawn. For tests. */
export function recordsThatHold(claims: readonly StoredClaim[]): HeldRecord[] {
  const newest = new Map<string, StoredClaim>();
  for (const claim of [...claims].sort((a, b) => a.epoch - b.epoch || a.revision - b.revision)) {
    newest.set(`${claim.athlete} ${claim.sport} ${claim.kind} ${claim.name}`, claim);
  }
  return [...newest]
    .filter(([, { status }]) => status === 'set')
    .map(([name, { value, activity, startMs }]) => ({ name, value, activity, startMs }))
    .sort(byName);
}

/** The best efforts without marks of all activities, found by looking at each of them. For tests. */
export function naiveRecords(activities: readonly ActivityRecord[]): HeldRecord[] {
  const best = new Map<string, HeldRecord>();
  const inOrder = [...activities].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const activity of inOrder) {
    if (activity.status !== 'finished' || !hasRecords(activity.sport)) continue;
    for (const { kind, name, value, startMs, marks } of effortsOf(activity)) {
      if (kind === 'pace' || marks.length > 0) continue;
      const key = `${activity.athlete} ${activity.sport} ${kind} ${name}`;
      const before = best.get(key);
      const gain = before === undefined ? 1 : kind === 'distance' ? before.value - value : value - before.value;
      if (gain > 0 || (gain === 0 && startMs < before!.startMs)) {
        best.set(key, { name: key, value, activity: activity.id, startMs });
      }
    }
  }
  return [...best.values()].sort(byName);
}

function byName(a: HeldRecord, b: HeldRecord): number {
  return a.name < b.name ? -1 : 1;
}
