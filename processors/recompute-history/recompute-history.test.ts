import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../../runtime/clock.ts';
import type { Fault } from '../../runtime/memory-faults.ts';
import { createMemoryLogStore } from '../../runtime/stream/memory-stream.ts';
import { LogUnavailableError } from '../../runtime/stream/stream.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import type { AthleteSettings } from '../../schemas/athlete-settings.ts';
import { eventCode, SPORTS } from '../../schemas/events.ts';
import type { Fact } from '../../schemas/facts.ts';
import { createNames } from '../../schemas/names.ts';
import { type Arrival, ATHLETE, anyArrivals, SHORT, START_MS } from '../activities/activity-stream.arbitrary.ts';
import { createMemoryActivityTable } from '../activities/memory-activity-store.ts';
import { METRIC_VERSIONS } from '../activities/metrics/versions.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from '../activities/options.ts';
import { findActivities } from '../activities/recompute.ts';
import { rowKey, rowsOf, type SampleRow } from '../batch-rows.ts';
import { logMessage } from '../batches-for-tests.ts';
import { StoreUnavailableError } from '../sink.ts';
import { createDifferenceTable } from './difference-table.ts';
import { createMemoryHistory } from './history-for-tests.ts';
import { recomputeHistory } from './recompute-history.ts';

const names = createNames();
const settings = {
  version: 4,
  body: [{ from: '2000-01-01', restingHeartRateBpm: 50 }],
  heart: [{ from: '2000-01-01', maxHeartRateBpm: 190 }],
  thresholds: [{ from: '2000-01-01', sports: [...SPORTS], ftpW: 250 }],
};
const options = { ...DEFAULT_ACTIVITY_OPTIONS, ...SHORT };
const always = { athlete: null, fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER, settingsBelow: 0 };
const OLD = { ...METRIC_VERSIONS, gps: 0 };
const WRITTEN_SEQ = 50;

/** All of an athlete's samples are stored; an older version gave every second of the activities another distance. */
async function createWorld(arrivals: readonly Arrival[], nthOld: number) {
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
  const old = new Set(right.filter((_, i) => i % nthOld === 0).map(({ id }) => id));
  await own.write(
    right.map((record) => (old.has(record.id) ? longer(record) : record)),
    3,
  );
  const factStore = createMemoryLogStore(createManualClock(START_MS), {
    name: names.factsStream,
    subjects: [names.factsFilter],
    ...{ maxBytes: 0, duplicateWindowMs: 120_000, metadata: {}, replicas: 1 },
  });
  const isOld = ({ id, revision }: ActivityRecord) => old.has(id) && revision <= 2 * WRITTEN_SEQ + 1;
  const history = createMemoryHistory(
    () => table.records(),
    (record) => (isOld(record) ? OLD : METRIC_VERSIONS),
  );

  return {
    table,
    right,
    old,
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
    facts: factStore.open(),
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
            : { facts: factStore.open({ faults: next }), names, fenceSeq, nowMs: () => START_MS + 9_000_000 },
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

const withoutRevision = (records: readonly ActivityRecord[]) =>
  records.map(({ revision: _, ...rest }) => rest).sort((a, b) => a.startMs - b.startMs);

async function factsIn(log: Awaited<ReturnType<typeof createWorld>>['facts']): Promise<Fact[]> {
  const { messages } = await log.info();
  const found: Fact[] = [];
  if (messages === 0) return found;
  const reading = { subjects: [names.factsFilter], fromSeq: 1, signal: new AbortController().signal };
  for await (const { data, pendingMessages } of log.readFrom(reading)) {
    found.push(JSON.parse(Buffer.from(data).toString('utf8')));
    if (pendingMessages === 0) break;
  }
  return found;
}

const anyFault = fc.constantFrom<Fault>('ok', 'ok', 'fail_before', 'fail_after');

test('cut short and run again, history is right and its facts say the same; a third run changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyArrivals,
      fc.integer({ min: 1, max: 3 }),
      fc.array(anyFault, { maxLength: 12 }),
      async (arrivals, nthOld, faults) => {
        const world = await createWorld(arrivals, nthOld);
        fc.pre(!world.hasStrangers);
        await world.run({ fenceSeq: 60, faults }).catch((error) => {
          assert.ok(error instanceof StoreUnavailableError || error instanceof LogUnavailableError, String(error));
        });
        const second = await world.run({ fenceSeq: 70 });
        const records = world.table.records();
        assert.deepEqual(withoutRevision(records), withoutRevision(world.right));
        const newest = new Map<string, number>();
        for (const { entity, revision } of await factsIn(world.facts)) {
          newest.set(entity, Math.max(newest.get(entity) ?? 0, revision));
        }
        for (const id of world.old) {
          const { revision } = records.find((record) => record.id === id) as ActivityRecord;
          assert.ok([2 * 60 + 1, 2 * 70 + 1].includes(revision));
          assert.equal(newest.get(id), revision);
        }
        const before = structuredClone(records);
        const factsBefore = (await world.facts.info()).messages;
        const third = await world.run({ fenceSeq: 80 });
        const nothing = { looked: 0, computed: 0, added: 0, withdrawn: 0, goingOn: 0, withoutSamples: 0 };
        assert.deepEqual(third, nothing);
        assert.deepEqual(world.table.records(), before);
        assert.equal((await world.facts.info()).messages, factsBefore);
        assert.ok(second.looked <= world.old.size);
      },
    ),
    { numRuns: 100 },
  );
});

test('without --apply nothing is written, and every difference is shown', async () => {
  await fc.assert(
    fc.asyncProperty(anyArrivals, async (arrivals) => {
      const world = await createWorld(arrivals, 1);
      const before = structuredClone(world.table.records());
      const differences = createDifferenceTable(2, { random: () => 0 });
      const counts = await world.run({ differences });
      assert.deepEqual(world.table.records(), before);
      assert.equal((await world.facts.info()).messages, 0);
      assert.equal(counts.computed, world.old.size);
      assert.deepEqual(
        differences.rows().map(({ metric, compared, changed }) => ({ metric, compared, changed })),
        world.old.size === 0 ? [] : [{ metric: 'elapsed_s', compared: world.old.size, changed: world.old.size }],
      );
    }),
    { numRuns: 50 },
  );
});

const run: Arrival[] = [0, 60].map((fromS, i) => {
  const timesMs = Array.from({ length: 30 }, (_, second) => START_MS + 1_000 * (fromS + second));
  const columns = { speed: timesMs.map(() => 3_000), heart_rate: timesMs.map(() => 140) };
  return {
    arrivesMs: timesMs[29],
    frame: { device: 'watch', boot: '00000000000000b1', seq: i + 1, source: 'gps', timesMs, columns },
  };
});

test('an activity that goes on, or that touches one, is left to its holder', async () => {
  const world = await createWorld(run, 1);
  const [first, second] = world.right;
  const counts = await world.run({ fenceSeq: 60, goesOnSinceMs: second.startMs });
  assert.deepEqual(counts, { looked: 2, computed: 1, added: 0, withdrawn: 0, goingOn: 1, withoutSamples: 0 });
  const revisions = world.table.records().map(({ id, revision }) => [id, revision]);
  assert.deepEqual(
    revisions.sort(),
    [
      [first.id, 121],
      [second.id, 101],
    ].sort(),
  );
});

test('what a holder published of later messages stays as it is', async () => {
  const world = await createWorld(run, 1);
  const [first, second] = world.right;
  await world.table.open().write([{ ...first, revision: 2 * 61 }], 9);
  const counts = await world.run({ fenceSeq: 60 });
  assert.equal(counts.computed, 1);
  const held = world.table.records().find(({ id }) => id === first.id);
  assert.deepEqual(held, { ...first, revision: 122 });
  assert.equal(world.table.records().find(({ id }) => id === second.id)?.revision, 121);
});

test('an activity whose samples are not stored any more stays as it is', async () => {
  const world = await createWorld(run, 1);
  const [first] = world.right;
  const gone = { ...first, id: '00000000000000aa', startMs: START_MS - 9_000_000, endMs: START_MS - 8_000_000 };
  world.old.add(gone.id);
  await world.table.open().write([gone], 3);
  const counts = await world.run({ fenceSeq: 60 });
  assert.deepEqual(counts, { looked: 3, computed: 2, added: 0, withdrawn: 0, goingOn: 0, withoutSamples: 1 });
  assert.deepEqual(
    world.table.records().find(({ id }) => id === gone.id),
    gone,
  );
});

test('what was computed before the settings were stated anew is found again with them, once', async () => {
  const [arrivals] = fc.sample(anyArrivals.filter(hasHeartRates), { numRuns: 1, seed: 7 });
  const world = await createWorld(arrivals, 1_000);
  const restated: AthleteSettings = {
    ...settings,
    version: 5,
    heart: [{ from: '2000-01-01', maxHeartRateBpm: 190, heartRateZonesBpm: [90, 110] }],
  };
  await world.run({ fenceSeq: 60 });
  const before = world.table.records();
  const differences = createDifferenceTable(1, { random: () => 0 });
  const counts = await world.run({ fenceSeq: 70, restated, differences });
  assert.equal(counts.computed, before.length);
  const versionsOf = (records: readonly ActivityRecord[]) => records.map(({ settingsVersion }) => settingsVersion);
  assert.deepEqual(new Set(versionsOf(before)), new Set([4]));
  assert.deepEqual(new Set(versionsOf(world.table.records())), new Set([5]));
  const [zones] = differences.rows().filter(({ metric }) => metric === 'heart_rate_zones_s');
  assert.deepEqual(zones.examples[0].versions, ['settings 4 → 5']);
  assert.equal((await world.run({ fenceSeq: 80, restated })).looked, 0);
});

const hasHeartRates = (arrivals: readonly Arrival[]) =>
  arrivals.filter(({ frame }) => frame.source === 'hr').length > 10 &&
  arrivals.filter(({ frame }) => frame.source === 'gps').length > 10;

test('an activity that a device ended which measured nothing in it is found again', async () => {
  const frame = { boot: '00000000000000b1', seq: 1 };
  const columns = { latitude: [450_000_000], longitude: [140_000_001], speed: [2_501] };
  const stop = { event: [eventCode('stop')], sport: [null] };
  const world = await createWorld(
    [
      { frame: { ...frame, device: 'watch', source: 'gps', timesMs: [START_MS], columns }, arrivesMs: START_MS },
      {
        frame: { ...frame, device: 'bike', source: 'events', timesMs: [START_MS + 2_000], columns: stop },
        arrivesMs: START_MS + 2_000,
      },
    ],
    1,
  );
  const { looked, computed, withoutSamples } = await world.run({ fenceSeq: 60 });
  assert.deepEqual({ looked, computed, withoutSamples }, { looked: 1, computed: 1, withoutSamples: 0 });
});
