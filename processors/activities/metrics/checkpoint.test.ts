import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rowOf } from './activity.arbitrary.ts';
import { createActivityMetrics, restoreActivityMetrics } from './activity-metrics.ts';
import { CheckpointError } from './checkpoint.ts';

const CONFIG = { sport: 'ride', startS: 1_000, altitudeSource: 'gps', profile: { ftpW: 250 } } as const;
const LIMIT_BYTES = 64 * 1024;
const FURTHER_HOUR_BYTES = 8 * 1024;

/** A ride of that many seconds; one kilometre of each hundred seconds. */
function ride(seconds: number) {
  const metrics = createActivityMetrics(CONFIG);
  for (let i = 0; i <= seconds; i++) {
    metrics.fold(1_000 + i, rowOf({ distance: 1_000 * i, origin: 0, power: 200 + (i % 7), heart_rate: 140 }), 0);
  }
  return metrics;
}

describe('a checkpoint', () => {
  test('says its configuration, and that of another version, cut short or without a block is refused', () => {
    const metrics = ride(2_000);
    const [head, blocks] = [metrics.encodeHead(), metrics.blocks()];
    assert.deepEqual(restoreActivityMetrics(head, blocks).config, CONFIG);
    const other = head.slice();
    other[0]++;
    assert.throws(() => restoreActivityMetrics(other, blocks), CheckpointError);
    for (const length of [0, 1, 50, head.length - 1]) {
      assert.throws(() => restoreActivityMetrics(head.subarray(0, length), blocks), CheckpointError);
    }
    for (const name of blocks.keys()) {
      const others = new Map([...blocks].filter(([key]) => key !== name));
      assert.throws(() => restoreActivityMetrics(head, others), CheckpointError);
      const shorter = new Map([...blocks, [name, blocks.get(name)!.subarray(2)]]);
      assert.throws(() => restoreActivityMetrics(head, shorter), CheckpointError);
    }
  });

  test('keeps blocks that never change, and gives up those that no window and no effort reaches', () => {
    const metrics = ride(5_000);
    const before = new Map([...metrics.blocks()].map(([name, bytes]) => [name, bytes.slice()]));
    for (let i = 5_001; i <= 6_000; i++) metrics.fold(1_000 + i, rowOf({ distance: 1_000 * i, power: 1 }), 0);
    const after = metrics.blocks();
    const gone = [...before.keys()].filter((name) => !after.has(name));
    // A marathon takes 4,220 s, an hour of power 3,600 s.
    assert.deepEqual(gone, ['distance-0', 'distance-1', 'power-1', 'power-2']);
    for (const [name, bytes] of after) if (before.has(name)) assert.deepEqual(bytes, before.get(name));
  });

  // Half of what is allowed: the other half is for the window, the objects, and what a checkpoint knows of the blocks.
  test('keeps numbers of 32 KiB for three hours and of 4 KiB for each further one, of whoever never is through', () => {
    const metrics = createActivityMetrics({ ...CONFIG, sport: 'hike' });
    let cm = 0;
    for (let i = 0; i <= 8 * 3_600; i++) {
      cm += i % 900 < 30 ? 0 : 130 + 25 * Math.sin(i / 40) + 30 * Math.sin(1.7 * i);
      const power = i < 3 * 3_600 ? 200 + Math.round(190 * Math.sin(i)) : undefined;
      metrics.fold(1_000 + i, rowOf({ distance: Math.round(cm), origin: 0, power, heart_rate: 120 }), 0);
      if (i === 3 * 3_600) assert.ok(metrics.bytes() <= LIMIT_BYTES / 2, `${metrics.bytes()} bytes`);
    }
    assert.ok(metrics.bytes() <= (LIMIT_BYTES + 5 * FURTHER_HOUR_BYTES) / 2, `${metrics.bytes()} bytes`);
  });

  test('keeps no more of a long ride than of one that is through the longest effort', () => {
    assert.ok(ride(8 * 3_600).bytes() <= ride(2 * 3_600).bytes() + 4_096);
  });
});

describe('seconds and events come in order:', () => {
  test('one that is not after the last is refused, and so is one beyond what an activity can last', () => {
    const metrics = ride(10);
    const row = rowOf({ heart_rate: 140 });
    for (const second of [0, 1_000, 1_010, 1_000 + 30 * 86_400, Number.NaN]) {
      assert.throws(() => metrics.fold(second, row, 0), RangeError);
    }
    assert.throws(() => metrics.foldEvent('pause', 1_009), RangeError);
    metrics.foldEvent('pause', 1_010);
    assert.equal(metrics.snapshot().elapsed_s.value, 10);
  });

  test('what is paused counts as elapsed, not as timer or moving, and adds no way', () => {
    const metrics = ride(100);
    metrics.foldEvent('pause', 1_100);
    metrics.fold(1_150, rowOf({ distance: 900_000, origin: 0, power: 0 }), 0);
    metrics.foldEvent('resume', 1_160);
    metrics.foldEvent('stop', 1_170);
    const { elapsed_s, timer_s, moving_s, distance_m } = metrics.snapshot();
    assert.deepEqual([elapsed_s.value, timer_s.value, moving_s.value, distance_m.value], [170, 110, 100, 1_000]);
  });
});
