import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryLogStore } from '../../runtime/stream/memory-stream.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import type { AthleteSettings } from '../../schemas/athlete-settings.ts';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import { BATCH_HEADERS, createNames } from '../../schemas/names.ts';
import { encodeRecomputeAsk } from '../../schemas/recompute-ask.ts';
import { rowKey, rowsOf, type SampleRow } from '../batch-rows.ts';
import { logMessage } from '../batches-for-tests.ts';
import { createActivities } from './activity-reducer.ts';
import { ATHLETE, SHORT, START_MS } from './activity-stream.arbitrary.ts';
import { createMemoryGearTable } from './gear/memory-gear-store.ts';
import { createMemoryActivityTable } from './memory-activity-store.ts';
import { createMemoryRecordTable } from './records/memory-record-store.ts';

const names = createNames();
const FILE = { device: 'files-ada', source: 'file:0a1b2c3d' };
const WATCH = { device: 'watch', source: 'gps' };
const LENGTH_S = 60;

/** One holder of one athlete, whose sink takes every message at once. */
function createWorld() {
  const stored = new Map<string, SampleRow>();
  const table = createMemoryActivityTable(() => stored.values());
  const factStore = createMemoryLogStore(createManualClock(START_MS), {
    name: names.factsStream,
    subjects: [names.factsFilter],
    ...{ maxBytes: 0, duplicateWindowMs: 120_000, metadata: {}, replicas: 1 },
  });
  let settings: AthleteSettings = { version: 0 };
  let seq = 0;
  let nowMs = START_MS;
  const { reducers } = createActivities({
    store: table.open(),
    records: createMemoryRecordTable(() => table.records()).open(),
    gear: createMemoryGearTable().open(),
    facts: factStore.open(),
    names,
    sinkPosition: async () => seq,
    settings: { of: () => settings, revisionOf: () => settings.version },
    onRecomputeFailed: (error) => assert.fail(String(error)),
    options: SHORT,
  });
  let reducer = reducers.create(0, new Map());

  function tick(data: Uint8Array = new Uint8Array(0)): void {
    const header = (name: string) => (name === BATCH_HEADERS.kind ? 'tick' : '');
    reducer.apply({ subject: names.frames(0), seq: ++seq, timeMs: nowMs, data, header });
  }

  return {
    table,
    send(frame: SensorFrame) {
      const message = { ...logMessage({ frames: [frame], batch: seq + 1, athlete: ATHLETE }, ++seq), timeMs: nowMs };
      nowMs = Math.max(nowMs, frame.timesMs.at(-1) as number);
      for (const row of rowsOf({ kind: 'samples', payload: message.data })) stored.set(rowKey(row), row);
      reducer.apply({ ...message, timeMs: nowMs });
    },
    /** What `npm run config -- exclude` does. */
    leaveOut(sources: readonly string[]) {
      const span = { fromMs: START_MS - 5_000, untilMs: START_MS + 1_000 * LENGTH_S };
      const [from, until] = [span.fromMs, span.untilMs].map((ms) => new Date(ms).toISOString());
      settings = { version: settings.version + 1, leftOut: sources.map((source) => ({ source, from, until })) };
      tick(encodeRecomputeAsk({ athlete: ATHLETE, ...span, settingsVersion: settings.version }));
    },
    /** Another process takes over, which knows nothing of the athlete's devices any more. */
    forget() {
      reducer = reducers.create(0, new Map());
    },
    async settle() {
      for (let round = 0; round < 6; round++) {
        nowMs += 30_000;
        tick();
        await reducer.emit({ epoch: 1, seq, signal: new AbortController().signal });
      }
    },
  };
}

function frameOf({ device, source }: typeof WATCH, seconds: readonly number[], seq: number): SensorFrame {
  const timesMs = seconds.map((s) => START_MS + 1_000 * s);
  const speed = seconds.map((s) => (source === 'gps' ? 3_000 : 3_200) + s);
  return {
    device,
    boot: '00000000000000b1',
    seq,
    source,
    timesMs,
    columns: { speed, heart_rate: seconds.map(() => 140) },
  };
}

const shown = (records: readonly ActivityRecord[]) =>
  records
    .filter(({ status }) => status === 'finished')
    .map(({ revision: _, settingsVersion: __, ...rest }) => rest)
    .sort((a, b) => a.startMs - b.startMs);

/** The watch, without some of its seconds, and the file that has all. */
const anyHoles = fc.uniqueArray(fc.integer({ min: 1, max: LENGTH_S - 2 }), { maxLength: 40 });
const ALL = Array.from({ length: LENGTH_S }, (_, s) => s);

function sent(order: readonly ('watch' | 'file')[], holes: readonly number[]) {
  const world = createWorld();
  const kept = ALL.filter((s) => !holes.includes(s));
  for (const [i, what] of order.entries()) {
    world.send(what === 'watch' ? frameOf(WATCH, kept, i + 1) : frameOf(FILE, ALL, i + 1));
  }
  return world;
}

test('live first or the file first, an activity is the same', async () => {
  await fc.assert(
    fc.asyncProperty(anyHoles, async (holes) => {
      const [liveFirst, fileFirst] = [sent(['watch', 'file'], holes), sent(['file', 'watch'], holes)];
      await Promise.all([liveFirst.settle(), fileFirst.settle()]);
      const [record] = shown(liveFirst.table.records());
      assert.equal(record.origins.sources.length, 2);
      assert.equal(record.origins.sources[1].groups.motion?.aloneS ?? 0, holes.length);
      assert.deepEqual(shown(fileFirst.table.records()), shown(liveFirst.table.records()));
    }),
    { numRuns: 40 },
  );
});

test('a file left out leaves what live alone gave; taken back, all is as before, under later revisions', async () => {
  await fc.assert(
    fc.asyncProperty(anyHoles, fc.boolean(), async (holes, isForgotten) => {
      const [world, alone] = [sent(['watch', 'file'], holes), sent(['watch'], holes)];
      await Promise.all([world.settle(), alone.settle()]);
      const merged = world.table.records();
      if (isForgotten) world.forget();
      world.leaveOut([`${FILE.device}/*`]);
      await world.settle();
      const without = world.table.records();
      assert.deepEqual(shown(without), shown(alone.table.records()));
      world.leaveOut([]);
      await world.settle();
      const again = world.table.records();
      assert.deepEqual(shown(again), shown(merged));
      const newest = (records: readonly ActivityRecord[]) => Math.max(...records.map(({ revision }) => revision));
      assert.ok(newest(merged) < newest(without) && newest(without) < newest(again));
    }),
    { numRuns: 40 },
  );
});

test('an activity of which everything is left out is withdrawn, and comes back when that is taken back', async () => {
  const world = sent(['watch', 'file'], []);
  await world.settle();
  const before = shown(world.table.records());
  world.leaveOut(['watch/gps', 'files-ada/*']);
  await world.settle();
  assert.deepEqual(shown(world.table.records()), []);
  world.forget();
  world.leaveOut([]);
  await world.settle();
  assert.deepEqual(shown(world.table.records()), before);
});

test('what comes live from a source that is left out does not count', async () => {
  const world = createWorld();
  world.leaveOut(['watch/gps']);
  world.send(frameOf(WATCH, ALL, 1));
  await world.settle();
  assert.deepEqual(world.table.records(), []);
});
