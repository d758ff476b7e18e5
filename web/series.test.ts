import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Streams } from './answers.ts';
import { append, EMPTY, track } from './series.ts';

const streams = (startMs: number[], beats: (number | null)[]): Streams => ({
  stepMs: 1_000,
  startMs,
  channels: {
    heart_rate: { avg: beats, min: beats, max: beats },
    latitude: { last: beats.map((beat) => (beat === null ? null : beat / 10)) },
    longitude: { last: startMs },
  },
});

test('newer rows replace those from their first on, and the rest stays', () => {
  const first = append(EMPTY, streams([1, 2, 3], [100, 101, 102]));
  const { startMs, values } = append(first, streams([3, 4], [109, null]));
  assert.deepEqual(
    [startMs, values.heartRate, values.power],
    [
      [1, 2, 3, 4],
      [100, 101, 109, null],
      [null, null, null, null],
    ],
  );
  assert.equal(append(first, streams([], [])), first);
});

test('a track has the rows with a whole position', () => {
  assert.deepEqual(track(append(EMPTY, streams([1, 2], [100, null]))), [[1, 10]]);
});
