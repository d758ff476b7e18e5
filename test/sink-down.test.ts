import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSinkDown } from './model/sink-down.ts';

const HOUR_S = 3_600;

test('a sink that is down for an hour fills the stream: devices are slowed, refused, and lose nothing', async () => {
  const { breaches, whileDown, mostPercent, counts, ...found } = await runSinkDown({
    seed: 'an hour',
    devices: 2,
    durationMs: 4_000_000,
    downMs: HOUR_S * 1_000,
    framesMaxBytes: 800_000,
  });
  assert.deepEqual(breaches, []);
  // Nothing leaves the stream before every store of the deployment has it.
  assert.equal(found.trimmedWhileDown, 0);
  assert.ok(whileDown.roomy > 300 && whileDown.slowed > 60, JSON.stringify(whileDown));
  assert.ok(whileDown.refused > 600, JSON.stringify(whileDown));
  assert.ok(mostPercent >= 95 && mostPercent <= 100, `${mostPercent} % of the stream were used`);
  assert.ok(found.acknowledgedWhileDown < counts.sentFrames);
  assert.equal(counts.acknowledgedFrames, counts.sentFrames);
  assert.ok(found.trimmed > 0);
  assert.equal(found.deadLetters, 0);
});
