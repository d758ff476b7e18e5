import type { ActivityRecord } from '../../schemas/activity.ts';
import type { RecordClaim } from '../../schemas/record.ts';

/** What became of activities since the process started, over all its shards. */
export interface ActivityCounts {
  /** Published for the first time, as far as this process knows. */
  finished: number;
  /** Published again with what came late. */
  revised: number;
  withdrawn: number;
  recomputes: number;
  failedRecomputes: number;
  /** Claims that were published; some of them twice, after a crash. */
  recordsSet: number;
  recordsWithdrawn: number;
}

/** How things stand in one shard. */
export interface ActivityLevels {
  readonly live: number;
  readonly athletes: number;
  readonly waitingRecomputes: number;
  /** Of those that wait, the ones that could be done by now. */
  readonly dueRecomputes: number;
  /** Since the shard was taken. */
  readonly lateSamples: number;
}

export function createActivityCounts(): ActivityCounts {
  return {
    finished: 0,
    revised: 0,
    withdrawn: 0,
    recomputes: 0,
    failedRecomputes: 0,
    recordsSet: 0,
    recordsWithdrawn: 0,
  };
}

/** Counts what is published; an odd revision was found again in the stored samples. */
export function countPublished(counts: ActivityCounts, records: readonly ActivityRecord[]): void {
  for (const { status, revision } of records) {
    if (status === 'withdrawn') counts.withdrawn++;
    else if (revision % 2 === 1) counts.revised++;
    else counts.finished++;
  }
}

export function countClaims(counts: ActivityCounts, claims: readonly Pick<RecordClaim, 'status'>[]): void {
  for (const { status } of claims) {
    if (status === 'set') counts.recordsSet++;
    else counts.recordsWithdrawn++;
  }
}
