import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ActivityRecord } from '../../schemas/activity.ts';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import { START_MS } from './activity-stream.arbitrary.ts';
import { createOneAthlete } from './one-athlete-for-tests.ts';

const FILE = { device: 'files-ada', source: 'file:0a1b2c3d' };
const WATCH = { device: 'watch', source: 'gps' };
const LENGTH_S = 60;

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
/** What `npm run config -- exclude` does. */
function leaveOut(world: ReturnType<typeof createOneAthlete>, sources: readonly string[]): void {
  const span = { fromMs: START_MS - 5_000, untilMs: START_MS + 1_000 * LENGTH_S };
  const [from, until] = [span.fromMs, span.untilMs].map((ms) => new Date(ms).toISOString());
  world.state({ leftOut: sources.map((source) => ({ source, from, until })) }, span);
}

const ALL = Array.from({ length: LENGTH_S }, (_, s) => s);

function sent(order: readonly ('watch' | 'file')[], holes: readonly number[]) {
  const world = createOneAthlete();
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
      leaveOut(world, [`${FILE.device}/*`]);
      await world.settle();
      const without = world.table.records();
      assert.deepEqual(shown(without), shown(alone.table.records()));
      leaveOut(world, []);
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
  leaveOut(world, ['watch/gps', 'files-ada/*']);
  await world.settle();
  assert.deepEqual(shown(world.table.records()), []);
  world.forget();
  leaveOut(world, []);
  await world.settle();
  assert.deepEqual(shown(world.table.records()), before);
});

test('what comes live from a source that is left out does not count', async () => {
  const world = createOneAthlete();
  leaveOut(world, ['watch/gps']);
  world.send(frameOf(WATCH, ALL, 1));
  await world.settle();
  assert.deepEqual(world.table.records(), []);
});
