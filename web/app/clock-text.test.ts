import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsOf } from './clock-text.ts';

test('a time is read as people write it, and what is none is none', () => {
  assert.deepEqual(['1:02:03', '2:03', ' 90 ', '0:00'].map(secondsOf), [3_723, 123, 90, 0]);
  assert.deepEqual(['', '1:60', '1:2:3:4', 'soon', '-1', '1.5'].map(secondsOf), Array(6).fill(null));
});
