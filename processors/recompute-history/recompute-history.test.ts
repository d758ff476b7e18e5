import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KvUnavailableError } from '../../runtime/kv/kv.ts';
import type { Fault } from '../../runtime/memory-faults.ts';
import { LogUnavailableError } from '../../runtime/stream/stream.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import type { AthleteSettings } from '../../schemas/athlete-settings.ts';
import { eventCode } from '../../schemas/events.ts';
import { type Arrival, anyArrivals, START_MS } from '../activities/activity-stream.arbitrary.ts';
import { StoreUnavailableError } from '../sink.ts';
import { createDifferenceTable } from './difference-table.ts';
import { createWorld, factsIn, settings, withoutRevision } from './history-world.ts';

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
          const isOut = [StoreUnavailableError, LogUnavailableError, KvUnavailableError].some(
            (kind) => error instanceof kind,
          );
          assert.ok(isOut, String(error));
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
      const factsBefore = (await world.facts.info()).messages;
      const differences = createDifferenceTable(2, { random: () => 0 });
      const counts = await world.run({ differences });
      assert.deepEqual(world.table.records(), before);
      assert.equal((await world.facts.info()).messages, factsBefore);
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
