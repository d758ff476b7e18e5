import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MANIFEST_FILE } from './manifest.ts';
import { pruneBackups } from './prune.ts';

const NOW_MS = Date.UTC(2026, 1, 28);

test('finished backups that are too old go as a whole, and nothing else', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'slip-prune-'));
  t.after(() => rm(dir, { recursive: true }));
  async function folder(name: string, manifest?: object): Promise<void> {
    await mkdir(join(dir, name, 'streams'), { recursive: true });
    if (manifest !== undefined) await writeFile(join(dir, name, MANIFEST_FILE), JSON.stringify(manifest));
  }
  await folder('january', { format: 2, startedAt: '2026-01-28T23:59:59.999Z' });
  await folder('just-in-time', { format: 1, startedAt: '2026-01-29T00:00:00.000Z' });
  await folder('of-a-later-program', { format: 3, startedAt: '2020-01-01T00:00:00.000Z' });
  await folder('unfinished');
  await writeFile(join(dir, 'notes.txt'), 'mine');
  const kept = ['just-in-time', 'of-a-later-program', 'unfinished'];
  assert.deepEqual(await pruneBackups(dir, 30, NOW_MS), { removed: ['january'], kept });
  assert.deepEqual((await readdir(dir)).sort(), [...kept, 'notes.txt'].sort());
  const notThere = { name: 'BackupError', message: /^the backups in .*elsewhere cannot be read: ENOENT/ };
  await assert.rejects(pruneBackups(join(dir, 'elsewhere'), 30, NOW_MS), notThere);
});
