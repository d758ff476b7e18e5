import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, test } from 'node:test';
import { runModel } from './model/run-model.ts';

/**
 * A failure is repeated with `node test/model/main.ts --seed <seed> --trace`. Some seeds are new in every run, so that
 * the model goes on finding what nobody thought of; the fixed ones are what a change is held to first.
 */
// The last one once had a holder that read on behind what had been trimmed.
const FIXED_SEEDS = [...Array.from({ length: 10 }, (_, i) => String(i + 1)), '71906663578769'];
const NEW_SEEDS = Array.from({ length: 10 }, () => String(randomInt(1_000, 2 ** 47)));

const totals: Record<string, number> = {};

for (const seed of [...FIXED_SEEDS, ...NEW_SEEDS]) {
  test(`nothing is lost, doubled or changed under seed ${seed}`, { timeout: 120_000 }, async () => {
    const { breaches, counts } = await runModel({ seed });
    assert.deepEqual(breaches, [], `repeat it with: node test/model/main.ts --seed ${seed} --trace`);
    for (const [name, count] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + count;
  });
}

test('the same seed is the same run', async () => {
  const plan = { seed: 'twice', devices: 2, durationMs: 60_000 };
  assert.deepEqual(await runModel(plan), await runModel(plan));
});

test('the runs were worth it: everything that can happen did', () => {
  // These two take a restart between a frame and its contradiction, which a few seeds may lack.
  const { conflictsForgotten, contestedBuckets, ...usual } = totals;
  const never = Object.entries(usual).filter(([, count]) => count === 0);
  assert.deepEqual(never, []);
});

after(() => process.stdout.write(`${JSON.stringify(totals)}\n`));
