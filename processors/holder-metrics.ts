import type { Clock } from '../runtime/clock.ts';
import type { Holder } from '../runtime/holder/holder.ts';
import type { HolderEvents } from '../runtime/holder/shard-deps.ts';
import { LATENCY_BUCKETS_MS, type Metrics } from '../runtime/metrics.ts';
import type { Activities } from './activities/activity-reducer.ts';
import type { ActivityCounts, ActivityLevels } from './activities/counts.ts';
import type { RollUpCounts } from './roll-ups/counts.ts';

/** What the holder does, counted as it tells of it. */
export interface HolderCounts {
  readonly events: HolderEvents;
  /** How long ago a shard was last kept or, if it was not yet, taken. */
  keptAgoMs(shard: number): number;
}

export function createHolderCounts(metrics: Metrics, clock: Clock): HolderCounts {
  /** By shard, when it was last taken or kept. */
  const keptAtMs = new Map<number, number>();
  const taken = metrics.counter({ name: 'shards_taken_total', help: 'Shards taken, each with a new epoch.' });
  const stopped = metrics.counter({
    name: 'shard_stops_total',
    help: 'Times that a shard stopped and began again from its checkpoint.',
  });
  const emitFailures = metrics.counter({ name: 'shard_emit_failures_total', help: 'Emissions that failed.' });
  const saveFailures = metrics.counter({ name: 'checkpoint_failures_total', help: 'Checkpoints that failed.' });
  const bytes = metrics.counter({
    name: 'checkpoint_bytes_total',
    help: 'Bytes of checkpoints kept, by what they are the state of.',
    labels: ['reducer'],
  });
  const encoding = metrics.histogram({
    name: 'checkpoint_encode_ms',
    help: 'Spent on making the changed state of a shard bytes, ms; some of it at a time.',
    buckets: LATENCY_BUCKETS_MS,
  });
  const durations = metrics.histogram({
    name: 'checkpoint_duration_ms',
    help: 'From the first write of a checkpoint until its manifest stands, ms.',
    buckets: LATENCY_BUCKETS_MS,
  });
  return {
    events: {
      taken({ shard }) {
        taken.add(1);
        keptAtMs.set(shard, clock.monotonicMs());
      },
      stopped: () => stopped.add(1),
      emitFailed: () => emitFailures.add(1),
      saveFailed: () => saveFailures.add(1),
      saved(shard, saved) {
        for (const [reducer, count] of saved.bytesByReducer) bytes.add(count, { reducer });
        encoding.observe(saved.encodeMs);
        durations.observe(saved.durationMs);
        keptAtMs.set(shard, clock.monotonicMs());
      },
    },
    keptAgoMs: (shard) => clock.monotonicMs() - (keptAtMs.get(shard) ?? Number.NaN),
  };
}

/** What is held, asked at each scrape. */
export function gaugeHolder(metrics: Metrics, holder: Holder, counts: HolderCounts): void {
  metrics.gauge({
    name: 'checkpoint_age_ms',
    help: 'How long ago the checkpoint of a held shard was kept, the oldest of them, ms; 0 when none is held.',
    read: () => Math.max(0, ...holder.held().map(({ shard }) => counts.keptAgoMs(shard))),
  });
  metrics.gauge({ name: 'shards_held', help: 'Shards held now.', read: () => holder.held().length });
  metrics.gauge({
    name: 'shards_behind',
    help: 'Shards held that have not caught up since they were taken.',
    read: () => holder.held().filter(({ isCaughtUp }) => !isCaughtUp).length,
  });
  metrics.gauge({
    name: 'shards_lag_messages',
    help: 'Messages that wait to be folded in, on all shards held.',
    read: () => holder.held().reduce((sum, { lagMessages }) => sum + lagMessages, 0),
  });
}

const ROLL_UP_HELP: Readonly<Record<keyof RollUpCounts, readonly [name: string, help: string]>> = {
  folded: ['rollup_samples_folded', 'Samples folded into open buckets since the start.'],
  repeated: ['rollup_samples_repeated', 'Samples that were in their bucket already, since the start.'],
  late: ['rollup_samples_late', 'Samples that came after their bucket had closed, since the start.'],
  rowsWritten: ['rollup_rows_written', 'Roll-up rows written since the start.'],
  recomputes: ['rollup_recomputes', 'Device-hours computed again since the start.'],
  failedRecomputes: ['rollup_recomputes_failed', 'Recomputes that failed since the start.'],
  malformed: ['rollup_messages_malformed', 'Messages that are no batch, since the start.'],
};

export function gaugeRollUps(metrics: Metrics, counts: RollUpCounts): void {
  for (const [key, [name, help]] of Object.entries(ROLL_UP_HELP)) {
    metrics.gauge({ name, help, read: () => counts[key as keyof RollUpCounts] });
  }
}

const ACTIVITY_TOTALS: Readonly<Record<keyof ActivityCounts, readonly [name: string, help: string]>> = {
  finished: ['activities_finished_total', 'Activities published as they ended.'],
  revised: ['activities_revised_total', 'Activities published again with what came late.'],
  withdrawn: ['activities_withdrawn_total', 'Activities withdrawn, because later data shows others.'],
  recomputes: [
    'activity_recomputes_total',
    'Spans of athletes whose activities were found again in the stored samples.',
  ],
  failedRecomputes: ['activity_recomputes_failed_total', 'Times that spans could not be computed again.'],
  recordsSet: ['records_set_total', 'Records published as set.'],
  recordsWithdrawn: ['records_withdrawn_total', 'Records withdrawn, because their evidence did not last.'],
};

const ACTIVITY_LEVELS: Readonly<Record<keyof ActivityLevels, readonly [name: string, help: string]>> = {
  live: ['activities_live', 'Activities that go on, on all shards held.'],
  athletes: ['activity_athletes', 'Athletes who are known, on all shards held.'],
  waitingRecomputes: ['activity_recomputes_waiting', 'Spans that wait to be computed again, on all shards held.'],
  dueRecomputes: ['activity_recomputes_due', 'Of those that wait, the ones that could be done by now.'],
  lateSamples: [
    'activity_samples_late',
    'Samples that came after their second was final, since their shards were taken.',
  ],
};

/** What becomes of activities: what was done since the start, and how things stand in the shards held. */
export function gaugeActivities(
  metrics: Metrics,
  { activities, counts, holder }: { activities: Activities; counts: ActivityCounts; holder: Holder },
): void {
  for (const [key, [name, help]] of Object.entries(ACTIVITY_TOTALS)) {
    metrics.totals({ name, help, read: () => [{ labels: {}, value: counts[key as keyof ActivityCounts] }] });
  }
  for (const [key, [name, help]] of Object.entries(ACTIVITY_LEVELS)) {
    const levelOf = (shard: number) => activities.levels(shard)?.[key as keyof ActivityLevels] ?? 0;
    metrics.gauge({
      name,
      help,
      read: () => holder.held().reduce((sum, { shard }) => sum + levelOf(shard), 0),
    });
  }
}
