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
    }
  });

  test('keeps blocks that never change, and gives up power that no window reaches', () => {
    const metrics = ride(5_000);
    const before = new Map([...metrics.blocks()].map(([name, bytes]) => [name, bytes.slice()]));
    for (let i = 5_001; i <= 6_000; i++) metrics.fold(1_000 + i, rowOf({ distance: 1_000 * i, power: 1 }), 0);
    const after = metrics.blocks();
    const gone = [...before.keys()].filter((name) => !after.has(name));
    assert.ok(gone.length > 0 && gone.every((name) => name.startsWith('power-')));
    for (const [name, bytes] of after) if (before.has(name)) assert.deepEqual(bytes, before.get(name));
  });

  test('stays within 64 KiB for three hours and 8 KiB for each further one', () => {
    const after = (hours: number) => ride(hours * 3_600).bytes();
    assert.ok(after(3) <= LIMIT_BYTES, `${after(3)} bytes`);
    assert.ok(after(8) <= LIMIT_BYTES + 5 * FURTHER_HOUR_BYTES, `${after(8)} bytes`);
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
