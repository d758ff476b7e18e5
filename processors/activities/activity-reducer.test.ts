import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../../runtime/clock.ts';
import { keptWith, takenWhile } from '../../runtime/holder/kept-for-tests.ts';
import { createMemoryLogStore } from '../../runtime/stream/memory-stream.ts';
import type { LogMessage } from '../../runtime/stream/stream.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import type { AthleteSettings, StatedSettings } from '../../schemas/athlete-settings.ts';
import { channelsOf, kindOf } from '../../schemas/channels.ts';
import { checkStated } from '../../schemas/check-settings.ts';
import { SPORTS } from '../../schemas/events.ts';
import type { Fact } from '../../schemas/facts.ts';
import type { GearLoad } from '../../schemas/gear-load.ts';
import { BATCH_HEADERS, createNames } from '../../schemas/names.ts';
import { settingsAt } from '../../schemas/settings-at.ts';
import { rowKey, rowsOf, type SampleRow } from '../batch-rows.ts';
import { logMessage } from '../batches-for-tests.ts';
import { StoreUnavailableError } from '../sink.ts';
import { createActivities } from './activity-reducer.ts';
import { type Arrival, ATHLETE, anyArrivals, SHORT, START_MS } from './activity-stream.arbitrary.ts';
import { loadsOf } from './gear/gear-load.ts';
import { createMemoryGearTable } from './gear/memory-gear-store.ts';
import { createMemoryActivityTable } from './memory-activity-store.ts';
import { DEFAULT_ACTIVITY_OPTIONS } from './options.ts';
import { findActivities } from './recompute.ts';
import { createMemoryRecordTable } from './records/memory-record-store.ts';
import { naiveRecords, recordsThatHold } from './records/naive-records.ts';

const names = createNames();
/** What the athlete may come to state while the stream goes on; a day begins in the middle of it. */
const GEAR = [
  { id: 'racers', kind: 'shoes' as const, name: 'Racers', defaultFor: ['run' as const], from: '2000-01-01' },
  { id: 'roadster', kind: 'bike' as const, name: 'Roadster', defaultFor: ['ride' as const], from: '2000-01-01' },
  { id: 'band', kind: 'strap' as const, name: 'Band', defaultFor: [...SPORTS], from: '2000-01-01' },
];

const STATED: readonly StatedSettings[] = [
  statedWith({ maxHeartRateBpm: 190, ftpW: 250 }),
  statedWith({ maxHeartRateBpm: 185, ftpW: 250 }),
  { ...statedWith({ maxHeartRateBpm: 190, ftpW: 250 }), preferredSources: ['strap/hr'] },
  { ...statedWith({ maxHeartRateBpm: 190, ftpW: 230 }), preferredSources: ['watch/*'] },
  {},
];

function statedWith({ maxHeartRateBpm, ftpW }: { maxHeartRateBpm: number; ftpW: number }): StatedSettings {
  const sports = ['ride' as const, 'other' as const];
  return checkStated({
    timeZone: '+01:45',
    gear: GEAR,
    sex: 'female',
    body: [{ from: '2000-01-01', restingHeartRateBpm: 50 }],
    heart: [
      { from: '2000-01-01', maxHeartRateBpm },
      { from: '2023-11-15', sports: ['run'], heartRateZonesBpm: [100, 120, 140] },
    ],
    thresholds: [
      { from: '2000-01-01', sports, ftpW },
      { from: '2023-11-15', sports, ftpW: ftpW + 20 },
    ],
  });
}
const options = { ...DEFAULT_ACTIVITY_OPTIONS, ...SHORT };

function createWorld(arrivals: readonly Arrival[]) {
  const messages: LogMessage[] = arrivals.map(({ frame, arrivesMs }, i) => ({
    ...logMessage({ frames: [frame], batch: i + 1, athlete: ATHLETE }, i + 1),
    timeMs: arrivesMs,
  }));
  const stored = new Map<string, SampleRow>();
  let isDown = false;
  const settings: AthleteSettings[] = [{ version: 0 }, { version: 1, ...STATED[0] }];
  const table = createMemoryActivityTable(() => stored.values());
  const gear = createMemoryGearTable();
  const records = createMemoryRecordTable(() => table.records());
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
    records: records.open(() => (isDown ? 'fail_before' : 'ok')),
    gear: gear.open(() => (isDown ? 'fail_before' : 'ok')),
    facts: facts.open(),
    names,
    sinkPosition: async () => sinkSeq,
    settings: { of: () => settings.at(-1)!, revisionOf: () => settings.length },
    onRecomputeFailed: (error) => assert.ok(error instanceof StoreUnavailableError, String(error)),
    options: SHORT,
  });

  return {
    messages,
    table,
    records,
    gear,
    facts: facts.open(),
    moveSink(count: number) {
      for (; count > 0 && sinkSeq < messages.length; count--) {
        const message = messages[sinkSeq++];
        if (message.header(BATCH_HEADERS.kind) === 'tick') continue;
        const kind = message.header(BATCH_HEADERS.kind) as 'samples';
        for (const row of rowsOf({ kind, payload: message.data })) stored.set(rowKey(row), row);
      }
    },
    settings,
    state(stated: StatedSettings) {
      settings.push({ version: settings.length, ...stated });
    },
    setStoreDown(isNowDown: boolean) {
      isDown = isNowDown;
    },
    hold(epoch: number, kept: { at: number; parts: Map<string, Uint8Array> }) {
      const reducer = factory.create(0, kept.parts);
      let { at, parts } = kept;
      const applyOne = () => {
        if (at < messages.length) reducer.apply(messages[at++]);
      };
      return {
        apply(count: number) {
          for (let i = 0; i < count && at < messages.length; i++) applyOne();
        },
        emit: () => reducer.emit({ epoch, seq: at, signal: new AbortController().signal }),
        /** So many messages more are folded in between its steps. */
        checkpoint(meanwhile: number) {
          const keptAt = at;
          parts = keptWith(parts, takenWhile(reducer.takeDirtyInSteps!(), meanwhile, applyOne));
          return { at: keptAt, parts };
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

const withoutRevision = ({ revision: _, ...rest }: GearLoad) => rest;
const byGear = (a: Pick<GearLoad, 'gear' | 'startMs'>, b: typeof a) =>
  a.startMs - b.startMs || (a.gear < b.gear ? -1 : 1);

/** What all activities did to the gear, which is the same in all settings. */
function wantedLoads(world: World) {
  return wanted(world)
    .flatMap((record) => loadsOf(record, settingsAt(world.settings.at(-1)!, record.startMs, record.sport).gear, []))
    .map(withoutRevision)
    .sort(byGear);
}

const comparable = (records: readonly ActivityRecord[]) =>
  records
    .filter(({ status }) => status === 'finished')
    .map(({ revision: _, ...rest }) => rest)
    .sort((a, b) => a.startMs - b.startMs);

/** What all stored samples show, with the settings of that version. */
function wanted({ messages, settings }: World, version = 1): ActivityRecord[] {
  const rows = new Map<string, SampleRow>();
  for (const { header, data } of messages) {
    const kind = header(BATCH_HEADERS.kind);
    if (kind === 'tick') continue;
    for (const row of rowsOf({ kind: kind as 'samples', payload: data })) rows.set(rowKey(row), row);
  }
  return findActivities(ATHLETE, sortedRows([...rows.values()]), settings[version], options, 0);
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
  { weight: 3, arbitrary: fc.record({ do: fc.constant('checkpoint' as const), meanwhile: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('store' as const), isDown: fc.boolean() }) },
);
const anyStatement = fc.record({ do: fc.constant('state' as const), nth: fc.nat(STATED.length - 1) });
const anyStepOrStatement = fc.oneof({ weight: 6, arbitrary: anyStep }, { weight: 1, arbitrary: anyStatement });
type Step = typeof anyStepOrStatement extends fc.Arbitrary<infer T> ? T : never;

/** Takes the steps, and then lets everything come to rest. */
async function play(world: World, steps: readonly Step[]): Promise<void> {
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
    if (step.do === 'state') world.state(STATED[step.nth]);
    if (step.do === 'emit') await emit();
    if (step.do === 'checkpoint' && (await emit())) kept = holder.checkpoint(step.meanwhile);
    if (step.do === 'crash') holder = world.hold(++epoch, kept);
  }
  world.setStoreDown(false);
  await settle(world, holder);
}

test('whatever is late, repeats or crashes, what is published in the end is what all stored samples show', async () => {
  await fc.assert(
    fc.asyncProperty(anyArrivals, fc.array(anyStep, { maxLength: 40 }), async (arrivals, steps) => {
      const world = createWorld(arrivals);
      await play(world, steps);
      assert.deepEqual(comparable(world.table.records()), comparable(wanted(world)));
      assert.deepEqual(
        world.gear
          .loads()
          .filter(({ isCounted }) => isCounted)
          .map(withoutRevision)
          .sort(byGear),
        wantedLoads(world),
      );
      assert.deepEqual(recordsThatHold(world.records.claims()), naiveRecords(wanted(world)));
    }),
    { numRuns: 200 },
  );
});

test('whenever settings change, each activity is what all samples show with the version that it names', async () => {
  await fc.assert(
    fc.asyncProperty(anyArrivals, fc.array(anyStepOrStatement, { maxLength: 50 }), async (arrivals, steps) => {
      const world = createWorld(arrivals);
      await play(world, steps);
      for (const record of comparable(world.table.records())) {
        const shown = comparable(wanted(world, record.settingsVersion));
        assert.deepEqual(
          record,
          shown.find(({ id }) => id === record.id),
        );
      }
    }),
    { numRuns: 120 },
  );
});

test('an activity keeps what it began with, and is computed again when that changed by its end', async () => {
  const seconds = Array.from({ length: 100 }, (_, i) => START_MS + 1_000 * i);
  const world = createWorld(
    seconds.map((atMs, i) => ({
      frame: {
        ...{ device: 'watch', boot: '00000000000000b1', seq: i + 1, source: 'gps', timesMs: [atMs] },
        columns: { speed: [3_000], heart_rate: [150] },
      },
      arrivesMs: atMs,
    })),
  );
  const holder = world.hold(1, { at: 0, parts: new Map() });
  holder.apply(50);
  // What holds from a later day on is another version, and changes nothing of today.
  world.state({ ...STATED[0], body: [...(STATED[0].body ?? []), { from: '2023-12-01', weightKg: 70 }] });
  holder.apply(30);
  assert.deepEqual(await zoneFacts(world), []);
  world.state(STATED[1]);
  await settle(world, holder);
  assert.deepEqual(await zoneFacts(world), [
    { settingsVersion: 1, isFromStored: false, zonesS: [0, 0, 0, 100, 0, 0] },
    { settingsVersion: 3, isFromStored: true, zonesS: [0, 0, 0, 0, 100, 0] },
  ]);
  world.state({ ...STATED[0], sex: 'male' });
  await settle(world, holder);
  assert.deepEqual(comparable(world.table.records()), comparable(wanted(world, 3)), 'what is over stays as it was');
});

test('an activity in which other sources came to win is computed again, so that they win in all of it', async () => {
  const of = (device: string, heartRate: number, i: number): Arrival => {
    const atMs = START_MS + 1_000 * i;
    const columns = { heart_rate: [heartRate], ...(device === 'watch' && { power: [200] }) };
    const source = device === 'watch' ? 'power' : 'hr';
    const frame = { device, boot: '00000000000000b1', seq: i + 1, source, timesMs: [atMs], columns };
    return { frame, arrivesMs: atMs };
  };
  const seconds = Array.from({ length: 100 }, (_, i) => i);
  const world = createWorld(seconds.flatMap((i) => [of('watch', 150, i), of('strap', 120, i)]));
  const holder = world.hold(1, { at: 0, parts: new Map() });
  holder.apply(100);
  world.state({ ...STATED[0], preferredSources: ['watch/*'] });
  await settle(world, holder);
  const zones = (await zoneFacts(world)).map(({ zonesS, ...rest }) => ({ ...rest, zonesS: zonesS as number[] }));
  assert.deepEqual(
    zones.map(({ settingsVersion, isFromStored }) => [settingsVersion, isFromStored]),
    [
      [1, false],
      [2, true],
    ],
  );
  const [live, stored] = zones.map(({ zonesS }) => zonesS);
  assert.ok(live[2] > 0 && live[3] > 0, `by both orders: ${live}`);
  assert.deepEqual(stored, [0, 0, 0, 100, 0, 0]);
});

async function zoneFacts({ facts }: World) {
  const { lastSeq } = await facts.info();
  const found: { settingsVersion: number; isFromStored: boolean; zonesS: unknown }[] = [];
  if (lastSeq === 0) return found;
  const stop = new AbortController();
  for await (const { data, seq } of facts.readFrom({
    subjects: [names.factsFilter],
    fromSeq: 1,
    signal: stop.signal,
  })) {
    const fact = JSON.parse(Buffer.from(data).toString('utf8')) as Fact;
    if (fact.kind === 'workout.finished') {
      const { settingsVersion, revision, metrics } = fact.activity;
      found.push({ settingsVersion, isFromStored: revision % 2 === 1, zonesS: metrics?.heart_rate_zones_s.value });
    }
    if (seq === lastSeq) stop.abort();
  }
  return found;
}
