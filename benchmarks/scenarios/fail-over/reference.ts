import { createActivities } from '../../../processors/activities/activity-reducer.ts';
import { createMemoryGearTable } from '../../../processors/activities/gear/memory-gear-store.ts';
import { createMemoryActivityTable } from '../../../processors/activities/memory-activity-store.ts';
import { createMemoryRecordTable } from '../../../processors/activities/records/memory-record-store.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { createMemoryLogStore } from '../../../runtime/stream/memory-stream.ts';
import type { LogMessage, MessageLog } from '../../../runtime/stream/stream.ts';
import type { ActivityRecord } from '../../../schemas/activity.ts';
import { NO_SETTINGS } from '../../../schemas/athlete-settings.ts';
import type { WorkoutFact } from '../../../schemas/facts.ts';
import type { Names } from '../../../schemas/names.ts';
import type { Athletes } from './athletes.ts';

export interface Reference {
  /** By {@link liveKey}: what may be shown when so much of an activity is known. */
  readonly live: ReadonlyMap<string, ReadonlySet<string>>;
  /** Of each athlete, what goes on in the end. */
  readonly goingOn: ReadonlyMap<string, string>;
  /** {@link recordWords} of each, sorted. */
  readonly records: readonly string[];
  readonly facts: readonly string[];
}

/** Everything of a live activity but its revision, which grows with all that happens in the shard. */
export function shownOf(activity: ActivityRecord | null): string {
  if (activity === null) return 'null';
  const { revision: _, ...shown } = activity;
  return JSON.stringify(shown, sortedKeys);
}

export function liveKey(activity: ActivityRecord): string {
  return `${activity.id} ${activity.metrics?.elapsed_s.value}`;
}

/** An activity as it is stored, revision included. */
export function recordWords(record: ActivityRecord): string {
  const { id, athlete, revision, status, startMs, endMs, devices, metrics } = record;
  return JSON.stringify({ id, athlete, revision, status, startMs, endMs, devices, metrics }, sortedKeys);
}

/** What a fact says, without who said it and when it was known, which depends on the rounds of the holder. */
function factWords(fact: WorkoutFact): string {
  const { epoch: _, knownAtMs: __, ...said } = fact;
  return JSON.stringify(said, sortedKeys);
}

/** What one process makes of the stream when nothing happens to it. */
export async function referenceOf(
  frames: MessageLog,
  names: Names,
  shards: number,
  athletes: Athletes,
): Promise<Reference> {
  const messages = await readAll(frames, names.framesFilter);
  const table = createMemoryActivityTable(() => []);
  const facts = createMemoryLogStore(systemClock, {
    ...{ name: 'FACTS', subjects: [names.factsFilter], maxBytes: 0, duplicateWindowMs: 120_000, replicas: 1 },
    metadata: {},
  }).open();
  const activities = createActivities({
    ...{ store: table.open(), facts, names, sinkPosition: async () => 0 },
    records: createMemoryRecordTable(() => table.records()).open(),
    gear: createMemoryGearTable().open(),
    settings: { of: () => NO_SETTINGS, revisionOf: () => 0 },
    onRecomputeFailed(error) {
      throw error;
    },
  });
  const live = new Map<string, Set<string>>();
  const last = new Map<string, string>();
  const context = { epoch: 1, seq: 0, signal: new AbortController().signal };
  for (let shard = 0; shard < shards; shard++) {
    const reducer = activities.reducers.create(shard, new Map());
    const own = athletes.names.filter((name) => athletes.shardOf(name) === shard);
    for (const message of messages.filter(({ subject }) => subject === names.frames(shard))) {
      reducer.apply(message);
      for (const athlete of own) {
        const activity = activities.live(shard, athlete);
        last.set(athlete, shownOf(activity));
        if (activity !== null) add(live, liveKey(activity), shownOf(activity));
      }
    }
    await reducer.emit(context);
  }
  return {
    live,
    goingOn: last,
    records: table.records().map(recordWords).sort(),
    facts: await readFacts(facts, names),
  };
}

/** What is said of activities. Records are claimed while they go on, so when depends on the rounds of the holder. */
export async function readFacts(log: MessageLog, names: Names): Promise<string[]> {
  const messages = await readAll(log, names.factsFilter);
  return messages
    .map(({ data }) => JSON.parse(Buffer.from(data).toString()) as WorkoutFact)
    .filter(({ kind }) => kind.startsWith('workout.'))
    .map(factWords)
    .sort();
}

/** Every message that a log holds now. */
async function readAll(log: MessageLog, filter: string): Promise<LogMessage[]> {
  const { lastSeq, messages } = await log.info();
  const all: LogMessage[] = [];
  if (messages === 0) return all;
  const reading = new AbortController();
  for await (const message of log.readFrom({ subjects: [filter], fromSeq: 1, signal: reading.signal })) {
    all.push(message);
    if (message.seq >= lastSeq) reading.abort();
  }
  return all;
}

function add(live: Map<string, Set<string>>, key: string, words: string): void {
  const known = live.get(key);
  if (known === undefined) live.set(key, new Set([words]));
  else known.add(words);
}

/** The order of keys depends on who wrote the JSON. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
