import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryLogStore } from '../../runtime/stream/memory-stream.ts';
import type { LogMessage } from '../../runtime/stream/stream.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import { channelsOf, kindOf } from '../../schemas/channels.ts';
import { BATCH_HEADERS, createNames } from '../../schemas/names.ts';
import { rowKey, rowsOf, type SampleRow } from '../batch-rows.ts';
import { logMessage } from '../batches-for-tests.ts';
import { StoreUnavailableError } from '../sink.ts';
import { createActivities } from './activity-reducer.ts';
import { type Arrival, ATHLETE, anyArrivals, SHORT, START_MS } from './activity-stream.arbitrary.ts';
import { createMemoryActivityTable } from './memory-activity-store.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from './options.ts';
import { findActivities } from './recompute.ts';

const names = createNames();
const settings = { profile: { restingHeartRateBpm: 50, maxHeartRateBpm: 190, ftpW: 250 }, preferredSources: [] };
const options = { ...DEFAULT_ACTIVITY_OPTIONS, ...SHORT };

function createWorld(arrivals: readonly Arrival[]) {
  const messages: LogMessage[] = arrivals.map(({ frame, arrivesMs }, i) => ({
    ...logMessage({ frames: [frame], batch: i + 1, athlete: ATHLETE }, i + 1),
    timeMs: arrivesMs,
  }));
  const stored = new Map<string, SampleRow>();
  let isDown = false;
  const table = createMemoryActivityTable(() => stored.values());
  const facts = createMemoryLogStore(createManualClock(START_MS), {
    name: names.factsStream,
    subjects: [names.factsFilter],
    maxBytes: 0,
    duplicateWindowMs: 120_000,
    metadata: {},
    replicas: 1,
  });
  let sinkSeq = 0;
  const { reducers: factory } = createActivities({
    store: table.open(() => (isDown ? 'fail_before' : 'ok')),
    facts: facts.open(),
    names,
    sinkPosition: async () => sinkSeq,
    settingsOf: () => settings,
    onRecomputeFailed: (error) => assert.ok(error instanceof StoreUnavailableError, String(error)),
    options: SHORT,
  });

  return {
    messages,
    table,
    facts: facts.open(),
    moveSink(count: number) {
      for (; count > 0 && sinkSeq < messages.length; count--) {
        const message = messages[sinkSeq++];
        if (message.header(BATCH_HEADERS.kind) === 'tick') continue;
        const kind = message.header(BATCH_HEADERS.kind) as 'samples';
        for (const row of rowsOf({ kind, payload: message.data })) stored.set(rowKey(row), row);
      }
    },
    setStoreDown(isNowDown: boolean) {
      isDown = isNowDown;
    },
    hold(epoch: number, kept: { at: number; parts: Map<string, Uint8Array> }) {
      const reducer = factory.create(0, kept.parts);
      const parts = new Map(kept.parts);
      let at = kept.at;
      return {
        apply(count: number) {
          for (let i = 0; i < count && at < messages.length; i++) reducer.apply(messages[at++]);
        },
        emit: () => reducer.emit({ epoch, seq: at, signal: new AbortController().signal }),
        checkpoint() {
          for (const [name, value] of reducer.takeDirty()) {
            if (value === null) parts.delete(name);
            else parts.set(name, value);
          }
          return { at, parts: new Map(parts) };
        },
      };
    },
  };
}
type World = ReturnType<typeof createWorld>;
type Holder = ReturnType<World['hold']>;

/** Ticks until nothing waits any more. */
async function settle(world: World, holder: Holder): Promise<void> {
  let timeMs = Math.max(START_MS, ...world.messages.map((message) => message.timeMs));
  for (let round = 0; round < 20; round++) {
    timeMs += 30_000;
    const header = (name: string) => (name === BATCH_HEADERS.kind ? 'tick' : '');
    const seq = world.messages.length + 1;
    world.messages.push({ subject: names.frames(0), seq, timeMs, data: new Uint8Array(0), header });
    holder.apply(Number.POSITIVE_INFINITY);
    world.moveSink(Number.POSITIVE_INFINITY);
    await holder.emit();
  }
}

const comparable = (records: readonly ActivityRecord[]) =>
  records
    .filter(({ status }) => status === 'finished')
    .map(({ revision: _, ...rest }) => rest)
    .sort((a, b) => a.startMs - b.startMs);

function wanted({ messages }: World): ActivityRecord[] {
  const rows = new Map<string, SampleRow>();
  for (const { header, data } of messages) {
    const kind = header(BATCH_HEADERS.kind);
    if (kind === 'tick') continue;
    for (const row of rowsOf({ kind: kind as 'samples', payload: data })) rows.set(rowKey(row), row);
  }
  return findActivities(ATHLETE, sortedRows([...rows.values()]), settings, options, 0);
}

function sortedRows(rows: readonly SampleRow[]) {
  return rows
    .toSorted((a, b) => a.tsMs - b.tsMs)
    .map(({ device, source, tsMs, values }) => {
      const kind = kindOf(source);
      return { kind, device, source, tsMs, values: channelsOf(kind).map(({ name }) => values[name] ?? null) };
    });
}

const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('apply' as const), count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('sink' as const), count: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('emit' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('checkpoint' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('store' as const), isDown: fc.boolean() }) },
);

test('whatever is late, repeats or crashes, what is published in the end is what all stored samples show', async () => {
  await fc.assert(
    fc.asyncProperty(anyArrivals, fc.array(anyStep, { maxLength: 40 }), async (arrivals, steps) => {
      const world = createWorld(arrivals);
      let epoch = 1;
      let kept = { at: 0, parts: new Map<string, Uint8Array>() };
      let holder = world.hold(epoch, kept);
      const emit = async () => {
        try {
          await holder.emit();
          return true;
        } catch (error) {
          assert.ok(error instanceof StoreUnavailableError);
          return false;
        }
      };
      for (const step of steps) {
        if (step.do === 'apply') holder.apply(step.count);
        if (step.do === 'sink') world.moveSink(step.count);
        if (step.do === 'store') world.setStoreDown(step.isDown);
        if (step.do === 'emit') await emit();
        if (step.do === 'checkpoint' && (await emit())) kept = holder.checkpoint();
        if (step.do === 'crash') holder = world.hold(++epoch, kept);
      }
      world.setStoreDown(false);
      await settle(world, holder);
      assert.deepEqual(comparable(world.table.records()), comparable(wanted(world)));
    }),
    { numRuns: 200 },
  );
});
