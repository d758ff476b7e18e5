import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createSilentLog } from '../../../runtime/log.ts';
import { createReleaseStack } from '../../../runtime/release.ts';
import { runFailOvers } from './run.ts';

const release = createReleaseStack({ log: createSilentLog() });
after(() => release.release());

test('a holder that is killed and one that is stopped and goes on leave what a run without them leaves', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'slip-fail-over-'));
  release.add('the folder', () => rm(dir, { recursive: true, force: true, maxRetries: 5 }), { timeoutMs: 20_000 });
  const { differences, recoveries, shown, records, facts } = await runFailOvers({
    ...{ seed: '7', athletes: 8, shards: 4, faults: ['kill', 'stop'], dir, release },
    ...{ signal: AbortSignal.timeout(300_000), say: () => undefined },
  });
  assert.deepEqual(differences, []);
  assert.equal(recoveries.length, 2);
  assert.ok(shown > 200 && records > 3, `${shown} states were shown, ${records} activities ended`);
  assert.equal(facts, records);
});
