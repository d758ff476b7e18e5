import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ActivityRecord } from '../../schemas/activity.ts';
import type { StatedSettings } from '../../schemas/athlete-settings.ts';
import { eventCode, sportCode } from '../../schemas/events.ts';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import { START_MS } from './activity-stream.arbitrary.ts';
import { createOneAthlete } from './one-athlete-for-tests.ts';

const at = (second: number) => START_MS + 1_000 * second;
const iso = (second: number) => new Date(at(second)).toISOString();
const span = (fromS: number, untilS: number) => ({ fromMs: at(fromS), untilMs: at(untilS) });
const range = (fromS: number, untilS: number) => Array.from({ length: untilS - fromS }, (_, i) => fromS + i);

let seq = 0;
/** Ten metres a second to the north, wherever the second lies. */
function moving(seconds: readonly number[]): SensorFrame {
  const columns = {
    ...{ speed: seconds.map(() => 10_000), heart_rate: seconds.map(() => 140) },
    latitude: seconds.map((s) => 480_000_000 + s * 899),
    longitude: seconds.map(() => 160_000_000),
  };
  return { device: 'watch', boot: '00000000000000b1', seq: ++seq, source: 'gps', timesMs: seconds.map(at), columns };
}

function told(...events: readonly [second: number, event: 'start' | 'stop'][]): SensorFrame {
  const columns = {
    event: events.map(([, event]) => eventCode(event)),
    sport: events.map(([, event]) => (event === 'start' ? sportCode('run') : null)),
  };
  const timesMs = events.map(([second]) => at(second));
  return { device: 'watch', boot: '00000000000000b1', seq: ++seq, source: 'events', timesMs, columns } as SensorFrame;
}

type World = ReturnType<typeof createOneAthlete>;

const held = (world: World) =>
  world.table
    .records()
    .filter(({ status }) => status === 'finished')
    .sort((a, b) => a.startMs - b.startMs);
const cuts = (world: World) =>
  held(world).map(({ startMs, endMs, sport }) => [(startMs - START_MS) / 1_000, (endMs - START_MS) / 1_000, sport]);
const meters = ({ metrics }: ActivityRecord) => Math.round(metrics?.distance_m.value ?? Number.NaN);
const plain = (records: readonly ActivityRecord[]) =>
  records.map(({ revision: _, settingsVersion: __, ...rest }) => rest);

/** A run of a minute, a rest of another that ends both, and a run again; with the device's word, or without. */
async function twoRuns(isTold: boolean): Promise<World> {
  const world = createOneAthlete();
  for (const [fromS, untilS] of [
    [0, 60],
    [120, 200],
  ] as const) {
    if (isTold) world.send(told([fromS, 'start']));
    world.send(moving(range(fromS, untilS)));
    if (isTold) world.send(told([untilS - 1, 'stop']));
  }
  await world.settle();
  return world;
}

const JOINED: StatedSettings = { joins: [{ from: iso(60), until: iso(120) }] };

for (const isTold of [true, false]) {
  const how = isTold ? 'that a device began and ended' : 'that the samples alone show';
  const sport = isTold ? 'run' : 'other';

  test(`two activities ${how} are one where they are joined, with a pause, and two when that is undone`, async () => {
    const world = await twoRuns(isTold);
    const before = held(world);
    assert.deepEqual(cuts(world), [
      [0, 60, sport],
      [120, 200, sport],
    ]);
    world.state(JOINED, span(0, 200));
    await world.settle();
    assert.deepEqual(cuts(world), [[0, 200, sport]]);
    const [one] = held(world);
    assert.equal(one.id, before[0].id, 'it goes by the name of the first');
    assert.equal(one.metrics?.elapsed_s.value, 199);
    assert.equal(one.metrics?.timer_s.value, 139, 'the rest is a pause');
    const apart = before.reduce((sum, record) => sum + meters(record), 0);
    assert.ok(Math.abs(meters(one) - apart) <= 20, `${meters(one)} m of ${apart}: what lies between is not gone`);
    world.state({}, span(0, 200));
    await world.settle();
    assert.deepEqual(plain(held(world)), plain(before));
  });

  test(`an activity ${how} is two where it is split, in sum as long, and one again when that is undone`, async () => {
    const world = createOneAthlete();
    if (isTold) world.send(told([0, 'start']));
    world.send(moving(range(0, 100)));
    if (isTold) world.send(told([99, 'stop']));
    await world.settle();
    const before = held(world);
    world.state({ splits: [iso(40)] }, span(0, 100));
    await world.settle();
    assert.deepEqual(cuts(world), [
      [0, 40, sport],
      [40, 100, sport],
    ]);
    const parts = held(world);
    assert.equal(parts[0].id, before[0].id);
    assert.ok(Math.abs(parts.reduce((sum, record) => sum + meters(record), 0) - meters(before[0])) <= 20);
    world.state({}, span(0, 100));
    await world.settle();
    assert.deepEqual(plain(held(world)), plain(before));
  });
}

test('three activities become one, and late samples of any part, or between, are in it', async () => {
  const world = await twoRuns(true);
  world.send(told([300, 'start']));
  world.send(moving(range(300, 360)));
  world.send(told([359, 'stop']));
  await world.settle();
  world.state({ joins: [...(JOINED.joins ?? []), { from: iso(200), until: iso(300) }] }, span(0, 360));
  await world.settle();
  assert.deepEqual(cuts(world), [[0, 360, 'run']]);
  const late = { ...moving(range(150, 160)), device: 'strap', source: 'hr' };
  world.send({ ...late, columns: { heart_rate: late.timesMs.map(() => 190) } });
  await world.settle();
  assert.deepEqual(cuts(world), [[0, 360, 'run']]);
  const [{ devices, metrics }] = held(world);
  assert.deepEqual([devices, metrics?.max_heart_rate_bpm.value], [['strap', 'watch'], 190]);
});

/** Frames of any seconds, in any order, some long after the edit; at last everything is there. */
test('whenever the samples come, before or after the edit, the activities are the same in the end', async () => {
  const frames = range(0, 20).map((i) => range(i * 10, i * 10 + 10).filter((s) => s < 60 || s >= 120));
  const anyOrder = fc.shuffledSubarray(range(0, 20), { minLength: 20, maxLength: 20 });
  const anyEdits = fc.record({
    isJoined: fc.boolean(),
    splits: fc.uniqueArray(fc.integer({ min: 130, max: 190 }), { maxLength: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(
      anyOrder,
      anyEdits,
      fc.integer({ min: 0, max: 20 }),
      async (order, { isJoined, splits }, editAt) => {
        const stated = { ...(isJoined && JOINED), ...(splits.length > 0 && { splits: splits.map(iso) }) };
        const [orderly, world] = [createOneAthlete(), createOneAthlete()];
        for (const seconds of frames) if (seconds.length > 0) orderly.send(moving(seconds));
        await orderly.settle();
        orderly.state(stated, span(0, 200));
        await orderly.settle();
        for (const [i, place] of order.entries()) {
          if (i === editAt) {
            await world.settle();
            world.state(stated, span(0, 200));
          }
          if (frames[place].length > 0) world.send(moving(frames[place]));
        }
        await world.settle();
        if (editAt === 20) world.state(stated, span(0, 200));
        await world.settle();
        assert.deepEqual(cuts(world), cuts(orderly));
        assert.deepEqual(held(world).map(meters), held(orderly).map(meters));
      },
    ),
    { numRuns: 30, seed: 9 },
  );
});
