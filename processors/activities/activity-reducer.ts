import type { KnownSettings } from '../../runtime/athlete-settings.ts';
import {
  type DirtyParts,
  type EmitContext,
  type Reducer,
  type ReducerFactory,
  withPart,
} from '../../runtime/reducer.ts';
import { type Steps, untilDone } from '../../runtime/steps.ts';
import { LogFullError, type LogMessage, type MessageLog } from '../../runtime/stream/stream.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import type { Names } from '../../schemas/names.ts';
import { readRecomputeAsk } from '../../schemas/recompute-ask.ts';
import { readRecordsAsk } from '../../schemas/records-ask.ts';
import { createReadBatch, type ReadBatch } from '../read-batch.ts';
import { publishActivityFacts } from './activity-facts.ts';
import type { ActivityStore } from './activity-store.ts';
import {
  type ActivityCounts,
  type ActivityLevels,
  countClaims,
  countPublished,
  createActivityCounts,
} from './counts.ts';
import type { GearStore } from './gear/gear-store.ts';
import { publishLoads } from './gear/publish-loads.ts';
import { type ActivityOptions, DEFAULT_ACTIVITY_OPTIONS } from './options.ts';
import { recomputeActivities } from './recompute.ts';
import type { RecomputeMark } from './recompute-marks.ts';
import { publishClaims } from './records/record-facts.ts';
import type { RecordStore } from './records/record-store.ts';
import { DEFAULT_RECORD_OPTIONS, type RecordOptions, ShardRecords } from './records/shard-records.ts';
import { NEVER_HEARD, ShardActivities } from './shard-activities.ts';

/** The part of the checkpoint that is not of activities. */
const RECORDS = 'records';

export interface ActivityDeps {
  readonly store: ActivityStore;
  readonly records: RecordStore;
  readonly gear: GearStore;
  readonly facts: MessageLog;
  readonly names: Names;
  /** Every message up to here is in the raw tables: the ack floor of the ClickHouse sink's durable. */
  sinkPosition(): Promise<number>;
  readonly settings: KnownSettings;
  readonly counts?: ActivityCounts;
  /** Told of a recompute that failed; it is tried again. */
  onRecomputeFailed(error: unknown): void;
  readonly options?: Partial<ActivityOptions>;
  readonly recordOptions?: Partial<RecordOptions>;
  /** One for all reducers of the process; its own without it. */
  readonly read?: ReadBatch;
}

export interface Activities {
  readonly reducers: ReducerFactory;
  /** The activity that goes on, as the newest term of the shard in this process knows it; null when there is none. */
  live(shard: number, athlete: string): ActivityRecord | null;
  /** Sequence of the last message that changed what goes on. */
  changedSeq(shard: number, athlete: string): number;
  /** Null for a shard that this process never held. */
  levels(shard: number): ActivityLevels | null;
}

/**
 * Activities: cut out of each athlete's time while it passes, with all metrics. What comes too late for that is found
 * again in the stored samples, and published as a later revision.
 *
 * A revision is twice the sequence of the last message that is in it, and one more when it comes from the stored
 * samples: those hold at least as much, so of the two they win.
 */
export function createActivities(deps: ActivityDeps): Activities {
  const options = { ...DEFAULT_ACTIVITY_OPTIONS, ...deps.options };
  const counts = deps.counts ?? createActivityCounts();
  const states = new Map<number, ShardActivities>();
  return {
    reducers: {
      name: 'activities',
      create(shard, parts) {
        const others = new Map(parts);
        others.delete(RECORDS);
        const state = new ShardActivities(options, deps.settings, others);
        states.set(shard, state);
        const records = new ShardRecords(
          {
            store: deps.records,
            options: { ...DEFAULT_RECORD_OPTIONS, ...deps.recordOptions },
            minActivityS: options.minActivityS,
            async publish(claims, signal) {
              await publishClaims(deps, claims, signal);
              countClaims(counts, claims);
            },
          },
          parts.get(RECORDS),
        );
        return createActivityReducer(deps, options, state, records, counts);
      },
    },
    live: (shard, athlete) => states.get(shard)?.live(athlete) ?? null,
    changedSeq: (shard, athlete) => states.get(shard)?.changedSeq(athlete) ?? NEVER_HEARD,
    levels(shard) {
      const state = states.get(shard);
      if (state === undefined) return null;
      const { marks, dueRecomputes, lateSamples, active, resting } = state;
      const athletes = active.size + resting.size;
      return { live: state.liveCount(), athletes, waitingRecomputes: marks.all.length, dueRecomputes, lateSamples };
    },
  };
}

/** An activity reaches further than what is asked about it, seldom by more than a day. */
const ASKED_MARGIN_MS = 86_400_000;

function createActivityReducer(
  deps: ActivityDeps,
  options: ActivityOptions,
  state: ShardActivities,
  athleteRecords: ShardRecords,
  counts: ActivityCounts,
): Reducer {
  const { store, facts, names } = deps;
  const read = deps.read ?? createReadBatch(names);
  const loads = { ...deps, settingsOf: (athlete: string) => deps.settings.of(athlete) };

  async function publish(records: readonly ActivityRecord[], context: EmitContext): Promise<void> {
    if (records.length === 0) return;
    const { epoch, signal } = context;
    signal.throwIfAborted();
    await store.write(records, epoch);
    countPublished(counts, records);
    await publishActivityFacts(records, { facts, names, epoch, knownAtMs: state.nowMs, signal });
    const about = { epoch, knownAtMs: state.nowMs, signal };
    await publishLoads(loads, records, about);
    await athleteRecords.sawEnded(records, state.active, state.nowMs, context);
  }

  /** Marks are kept with the checkpoint, so a recompute that fails holds nothing up. */
  async function emitRecomputes(context: EmitContext): Promise<void> {
    state.dueRecomputes = 0;
    if (state.marks.all.length === 0) return;
    try {
      const position = await deps.sinkPosition();
      const due = state.marks.all.filter((mark) => isDue(mark, position));
      state.dueRecomputes = due.length;
      for (const mark of due.slice(0, options.maxRecomputesPerEmit)) await recompute(mark, context);
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof LogFullError) throw error;
      counts.failedRecomputes++;
      deps.onRecomputeFailed(error);
    }
  }

  /** Stored, and not of an activity that still goes on: that one's end marks it again. */
  function isDue({ athlete, lastSeq, untilMs }: RecomputeMark, position: number): boolean {
    return lastSeq <= position && untilMs + options.silenceS * 1000 <= openSinceMs(athlete);
  }

  function openSinceMs(athlete: string): number {
    return state.active.get(athlete)?.timeline.openSinceMs() ?? Number.POSITIVE_INFINITY;
  }

  async function recompute(mark: RecomputeMark, context: EmitContext): Promise<void> {
    const { athlete, fromMs, untilMs, lastSeq, devices } = mark;
    context.signal.throwIfAborted();
    const settings = deps.settings.of(athlete);
    const { askedVersion } = mark;
    // The watch on CONFIG has not told of it yet: a later round has it.
    if (askedVersion !== undefined && settings.version < askedVersion) return;
    const span = { fromMs: fromMs - ASKED_MARGIN_MS, untilMs: untilMs + ASKED_MARGIN_MS };
    const all = askedVersion === undefined ? [] : await store.devices(athlete, span);
    const records = await recomputeActivities(
      store,
      {
        athlete,
        devices: [...new Set([...devices, ...all])],
        fromMs,
        untilMs,
        settings,
        revision: 2 * lastSeq + 1,
        beforeMs: openSinceMs(athlete),
      },
      options,
    );
    await publish(records, context);
    state.marks.settle(mark, lastSeq);
    state.markSettled();
    counts.recomputes++;
  }

  function takeAsk({ data, seq }: LogMessage): void {
    const span = readRecomputeAsk(data);
    if (span !== null) state.ask(span, seq);
    const athlete = readRecordsAsk(data)?.recordsOf;
    if (athlete !== undefined) athleteRecords.ask(athlete);
  }

  function takeDirtyInSteps(): Steps<DirtyParts> {
    return withPart(state.takeDirtyInSteps(), RECORDS, athleteRecords.takeDirty());
  }

  return {
    name: 'activities',
    apply(message) {
      const found = read(message);
      state.passTo(message.timeMs, message.seq);
      if (found.type === 'tick') takeAsk(message);
      if (found.type === 'batch' && found.batch !== null) state.fold(found.batch, message.seq);
    },
    takeDirty: () => untilDone(takeDirtyInSteps()),
    takeDirtyInSteps,
    async emit(context) {
      const ended = [...state.unwritten];
      await publish(ended, context);
      if (ended.length > 0) state.written(ended);
      await emitRecomputes(context);
      await athleteRecords.lookAtLive(state.active, state.nowMs, context);
    },
    wantsTick: () => state.active.size > 0,
    // Whoever stopped waits for the result.
    isUrgent: () => state.takeHasEnded(),
  };
}
