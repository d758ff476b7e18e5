import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { runFaults } from './faults/run-faults.ts';

const seed = String(randomInt(1, 2 ** 47));

test('200,000 samples survive kill -9 of every process, once each in both stores', { timeout: 580_000 }, async () => {
  process.stdout.write(`repeat it with: node test/faults/main.ts --seed ${seed} --keep-files\n`);
  const { breaches, counts, summary } = await runFaults({ seed, devices: 72, durationMs: 600_000, speed: 8 });
  process.stdout.write(summary);
  assert.deepEqual(breaches, []);
  assert.ok(counts.samplesAcknowledged >= 200_000, `${counts.samplesAcknowledged} samples are not enough`);
  assert.ok(counts.kills >= 8 && counts.resends > 0 && counts.deadLetters > 0 && counts.rollUps > 0);
});
