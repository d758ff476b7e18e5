import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createManualClock } from './clock.ts';
import { createDeletionLog, NOTED_FOR_MS, readDeletions } from './deletion-log.ts';

const NOW_MS = Date.UTC(2026, 0, 31);
const ANN = {
  deletion: '00000000-0000-4000-8000-00000000000a',
  athlete: 'p0000000000000000ann',
  devices: ['watch-1', 'watch-2'],
  deletedMs: NOW_MS,
};
const BEN = { ...ANN, deletion: '00000000-0000-4000-8000-00000000000b', athlete: 'p0000000000000000ben', devices: [] };

async function emptyDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'slip-deletions-'));
  t.after(() => rm(dir, { recursive: true }));
  return dir;
}

test('deletions are read as they were noted, by any process, and a repeat is one', async (t) => {
  const dir = join(await emptyDir(t), 'new');
  const clock = createManualClock(NOW_MS);
  const [one, other] = [createDeletionLog(dir, clock), createDeletionLog(dir, clock)];
  assert.deepEqual(await readDeletions(dir), [], 'the folder is there from the start');
  await Promise.all([one(BEN), other(ANN)]);
  await other(BEN);
  assert.deepEqual(await readDeletions(dir), [ANN, BEN]);
});

test('a note is forgotten with the names, once no backup may be older', async (t) => {
  const dir = await emptyDir(t);
  const clock = createManualClock(NOW_MS);
  const note = createDeletionLog(dir, clock);
  await note(ANN);
  await clock.advance(NOTED_FOR_MS);
  await note({ ...BEN, deletedMs: clock.nowMs() });
  assert.equal((await readDeletions(dir)).length, 2);
  await clock.advance(1);
  await note({ ...BEN, deletedMs: clock.nowMs() });
  assert.deepEqual(await readdir(dir), [`${BEN.deletion}.json`]);
});

test('a note that is damaged and a folder that is lost are errors, for somebody would come back', async (t) => {
  const dir = await emptyDir(t);
  const lost = join(dir, 'lost');
  await assert.rejects(readDeletions(lost), { name: 'DeletionLogError', message: /--no-deletions/ });
  const file = join(dir, `${ANN.deletion}.json`);
  for (const text of ['{', '{}', JSON.stringify({ ...ANN, devices: ['no device!'] })]) {
    await writeFile(file, text);
    await assert.rejects(readDeletions(dir), { name: 'DeletionLogError', message: `${file} is no note of a deletion` });
  }
});

test('without a folder nothing is noted', async () => {
  await createDeletionLog('', createManualClock(NOW_MS))(ANN);
});
