import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyActivity } from '../files/activity.arbitrary.ts';
import { timelineOf } from '../files/timeline.ts';
import { kindOf } from '../schemas/channels.ts';
import { createFrameDecoder } from '../schemas/frame/decode.ts';
import { encodeFrame, type SensorFrame } from '../schemas/frame/encode.ts';
import { DEVICE_PATTERN, FILE_SOURCE_PATTERN } from '../schemas/identity.ts';
import { framesOf, rowsOf } from './frames.ts';
import { identityOf, importDevice } from './identity.ts';

const HASH = 'c0ffee'.padEnd(64, '0');
const identity = identityOf('ann', HASH, 0);
const decoder = createFrameDecoder();

/** The rows of one kind, with the values that are there. */
function rowsIn(frames: readonly SensorFrame[], kind: string): [timeMs: number, values: Record<string, number>][] {
  return frames
    .filter(({ source }) => kindOf(source) === kind)
    .flatMap(({ timesMs, columns }) =>
      timesMs.map((timeMs, row): [number, Record<string, number>] => [
        timeMs,
        Object.fromEntries(
          Object.entries(columns).flatMap(([name, values]) => (values[row] === null ? [] : [[name, values[row]!]])),
        ),
      ]),
    );
}

test('the frames of an activity hold each of its rows once, and ingest can read each of them', () => {
  fc.assert(
    fc.property(anyActivity(1), (activity) => {
      const frames = [...framesOf(activity, identity)];
      frames.forEach((frame, i) => {
        const bytes = encodeFrame(frame);
        assert.equal(decoder.decode(bytes, 0, bytes.length), null);
        assert.ok(FILE_SOURCE_PATTERN.test(frame.source));
        assert.deepEqual([frame.device, frame.boot, frame.seq], [identity.device, identity.boot, i + 1]);
      });
      const { samples, rr } = activity;
      const sampleRows = rowsIn(frames, 'samples');
      assert.deepEqual(
        sampleRows.map(([timeMs]) => timeMs),
        [...samples.timesMs],
      );
      sampleRows.forEach(([, values], row) => {
        const measured = Object.entries(samples.columns).filter(([, { missing }]) => missing[row] === 0);
        assert.deepEqual(values, Object.fromEntries(measured.map(([name, column]) => [name, column.values[row]])));
      });
      assert.deepEqual(
        rowsIn(frames, 'rr').map(([timeMs, { rr: interval }]) => [timeMs, interval]),
        rr === null ? [] : [...rr.timesMs].map((timeMs, row) => [timeMs, rr.columns.rr.values[row]]),
      );
      assert.equal(
        frames.reduce((sum, { timesMs }) => sum + timesMs.length, 0),
        rowsOf(activity),
      );
    }),
  );
});

test('an event comes after every sample before it, and before those of its own time', () => {
  fc.assert(
    fc.property(anyActivity(1), (activity) => {
      let [sampleMs, eventMs] = [0, 0];
      for (const { source, timesMs } of framesOf(activity, identity)) {
        if (kindOf(source) === 'events') {
          assert.ok(timesMs[0] > sampleMs);
          eventMs = timesMs[timesMs.length - 1];
        } else {
          assert.ok(timesMs[0] >= eventMs || timelineOf(activity).length === 0);
          sampleMs = Math.max(sampleMs, timesMs[timesMs.length - 1]);
        }
      }
    }),
  );
});

test('names follow from athlete and contents alone', () => {
  assert.deepEqual(identity, { device: 'files-ann', boot: identity.boot, source: 'file:c0ffee0000000000' });
  assert.match(identity.boot, /^[0-9a-f]{16}$/);
  assert.deepEqual(identityOf('ann', HASH, 0), identity);
  const others = [identityOf('ann', HASH, 1), identityOf('ann', `1${HASH.slice(1)}`, 0)];
  assert.equal(new Set([identity, ...others].map(({ boot }) => boot)).size, 3);
  const long = ['x'.repeat(100), 'y'.repeat(100), 'Änn'].map(importDevice);
  assert.ok(long.every((device) => DEVICE_PATTERN.test(device)) && new Set(long).size === 3);
});
