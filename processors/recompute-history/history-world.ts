import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import type { Fault } from '../../runtime/memory-faults.ts';
import { createMemoryLogStore } from '../../runtime/stream/memory-stream.ts';
import type { LogMessage, MessageLog } from '../../runtime/stream/stream.ts';
import { type ActivityRecord, activityId } from '../../schemas/activity.ts';
import type { AthleteSettings } from '../../schemas/athlete-settings.ts';
import { SPORTS } from '../../schemas/events.ts';
import type { Fact } from '../../schemas/facts.ts';
import { createNames } from '../../schemas/names.ts';
import { createActivities } from '../activities/activity-reducer.ts';
import { type Arrival, ATHLETE, SHORT, START_MS } from '../activities/activity-stream.arbitrary.ts';
import { createMemoryGearTable } from '../activities/gear/memory-gear-store.ts';
import { publishLoads } from '../activities/gear/publish-loads.ts';
import { createMemoryActivityTable } from '../activities/memory-activity-store.ts';
import { METRIC_VERSIONS } from '../activities/metrics/versions.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from '../activities/options.ts';
import { findActivities } from '../activities/recompute.ts';
import { createMemoryRecordTable } from '../activities/records/memory-record-store.ts';
import { rowKey, rowsOf, type SampleRow } from '../batch-rows.ts';
import { logMessage } from '../batches-for-tests.ts';
import { createDifferenceTable } from './difference-table.ts';
import { createMemoryHistory } from './history-for-tests.ts';
import { recomputeHistory } from './recompute-history.ts';
import { createRecordsDue } from './records-due.ts';

const names = createNames();
export const settings: AthleteSettings = {
  version: 4,
  body: [{ from: '2000-01-01', restingHeartRateBpm: 50 }],
  heart: [{ from: '2000-01-01', maxHeartRateBpm: 190 }],
  thresholds: [{ from: '2000-01-01', sports: [...SPORTS], ftpW: 250 }],
  gear: [{ id: 'racers', kind: 'shoes', name: 'Racers', defaultFor: [...SPORTS], from: '2000-01-01' }],
};
const options = { ...DEFAULT_ACTIVITY_OPTIONS, ...SHORT };
const always = { athlete: null, fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER, settingsBelow: 0 };
const OLD = { ...METRIC_VERSIONS, gps: 0 };
const WRITTEN_SEQ = 50;
const HOLDER_EPOCH = 3;

const memoryLog = (name: string, subjects: string[]) =>
  createMemoryLogStore(createManualClock(START_MS), {
    ...{ name, subjects, maxBytes: 0, duplicateWindowMs: 120_000, metadata: {}, replicas: 1 },
  });

/** All of an athlete's samples are stored; an older version gave each `nthOld` of the activities other metrics. */
export async function createWorld(
  arrivals: readonly Arrival[],
  nthOld: number,
  { age = longer, hasGhost = false }: { age?: (record: ActivityRecord) => ActivityRecord; hasGhost?: boolean } = {},
) {
  const stored = new Map<string, SampleRow>();
  for (const [i, { frame }] of arrivals.entries()) {
    const { data } = logMessage({ frames: [frame], batch: i + 1, athlete: ATHLETE }, i + 1);
    for (const row of rowsOf({ kind: kindOfFrame(frame.source), payload: data })) stored.set(rowKey(row), row);
  }
  const table = createMemoryActivityTable(() => stored.values());
  const own = table.open();
  const devices = [...new Set([...stored.values()].map(({ device }) => device))];
  const rows = await own.rows({ athlete: ATHLETE, devices }, { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER });
  const right = findActivities(ATHLETE, rows, settings, options, 2 * WRITTEN_SEQ + 1);
  const aged = right.filter((_, i) => i % nthOld === 0);
  const ghosts = hasGhost && aged.length > 0 ? [ghostOf(aged[0])] : [];
  const old = new Set([...aged, ...ghosts].map(({ id }) => id));
  const before = [...right, ...ghosts].map((record) => (old.has(record.id) ? age(record) : record));
  await own.write(before, HOLDER_EPOCH);
  const factStore = memoryLog(names.factsStream, [names.factsFilter]);
  const frameStore = memoryLog(names.framesStream, [names.framesFilter]);
  const config = createMemoryKvStore(createManualClock(START_MS), {
    ...{ bucket: names.configBucket, ttlMs: 0, maxBytes: 2 ** 20, replicas: 1 },
  });
  const gear = createMemoryGearTable();
  const claims = createMemoryRecordTable(() => table.records());
  const about = { epoch: HOLDER_EPOCH, knownAtMs: START_MS, signal: new AbortController().signal };
  const log = { facts: factStore.open(), names };
  await publishLoads({ ...log, gear: gear.open(), settingsOf: () => settings }, before, about);
  const isOld = ({ id, revision }: ActivityRecord) => old.has(id) && revision <= 2 * WRITTEN_SEQ + 1;
  const history = createMemoryHistory(
    () => table.records(),
    (record) => (isOld(record) ? OLD : METRIC_VERSIONS),
  );
  const holder = createActivities({
    ...{ ...log, store: own, records: claims.open(), gear: gear.open(), options: SHORT },
    sinkPosition: async () => 0,
    settings: { of: () => settings, revisionOf: () => settings.version },
    onRecomputeFailed: (error) => {
      throw error;
    },
  }).reducers.create(0, new Map());
  let readSeq = 0;

  return {
    ...{ table, right, old, gear, claims },
    /**
     * A device that is in no part of an activity moved or said something near it. After a stop nothing begins by itself
     * for as long as anything moves; a recompute reads the devices of activities, and does not see that of others.
     */
    hasStrangers: right.some(({ devices, startMs, endMs }) =>
      [...stored.values()].some(
        ({ device, source, tsMs }) =>
          source !== 'rr' &&
          !devices.includes(device) &&
          tsMs >= startMs - 1_000 * options.silenceS &&
          tsMs <= endMs + 10_000 * options.silenceS,
      ),
    ),
    facts: log.facts,
    /** The holder of the shard reads what there is to read. */
    async holderReads() {
      for (const message of await messagesIn(frameStore.open(), names.framesFilter, readSeq + 1)) {
        holder.apply(message);
        readSeq = message.seq;
      }
      await holder.emit({ epoch: HOLDER_EPOCH, seq: readSeq, signal: about.signal });
    },
    /** Somebody asks for the records of activities as they are. */
    askForRecords: () =>
      createRecordsDue({ config: config.open(), frames: frameStore.open(), names, shards: 1 }).ask(ATHLETE),
    run({
      fenceSeq = null as number | null,
      faults = [] as Fault[],
      goesOnSinceMs = null as number | null,
      differences = createDifferenceTable(2, { random: () => 0 }),
      restated = null as AthleteSettings | null,
    }) {
      const left = [...faults];
      const next = () => left.shift() ?? 'ok';
      return recomputeHistory({
        history,
        store: table.open((call) => (call === 'activities.write' ? next() : 'ok')),
        query: { ...always, settingsBelow: restated?.version ?? 0 },
        settingsOf: async () => restated ?? settings,
        goesOnSince: async () => goesOnSinceMs,
        options,
        differences,
        apply:
          fenceSeq === null
            ? null
            : {
                ...{ facts: factStore.open({ faults: next }), names, fenceSeq, nowMs: () => START_MS + 9_000_000 },
                gear: gear.open(next),
                recordsDue: createRecordsDue({
                  ...{ config: config.open(next), frames: frameStore.open({ faults: next }), names, shards: 1 },
                }),
              },
        signal: new AbortController().signal,
        onProgress: () => undefined,
        pageActivities: 2,
      });
    },
  };
}

const kindOfFrame = (source: string) => (source === 'rr' || source === 'events' ? source : 'samples');

function longer(record: ActivityRecord): ActivityRecord {
  if (record.metrics === null) return record;
  const { elapsed_s } = record.metrics;
  const metrics = { ...record.metrics, elapsed_s: { value: (elapsed_s.value ?? 0) + 7, quality: elapsed_s.quality } };
  return { ...record, metrics };
}

/** An activity that an older version began a millisecond later, and that is not found again. */
function ghostOf(record: ActivityRecord): ActivityRecord {
  const startMs = record.startMs + 1;
  return { ...record, startMs, id: activityId(ATHLETE, startMs) };
}

export const withoutRevision = (records: readonly ActivityRecord[]) =>
  records.map(({ revision: _, ...rest }) => rest).sort((a, b) => a.startMs - b.startMs);

async function messagesIn(log: MessageLog, filter: string, fromSeq: number): Promise<LogMessage[]> {
  const { lastSeq } = await log.info();
  if (lastSeq < fromSeq) return [];
  const messages: LogMessage[] = [];
  for await (const message of log.readFrom({ subjects: [filter], fromSeq, signal: new AbortController().signal })) {
    messages.push(message);
    if (message.pendingMessages === 0) break;
  }
  return messages;
}

export async function factsIn(log: MessageLog): Promise<Fact[]> {
  const messages = await messagesIn(log, names.factsFilter, 1);
  return messages.map(({ data }) => JSON.parse(Buffer.from(data).toString('utf8')));
}
