import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryBusHub } from '../../runtime/memory-bus.ts';
import { createNames } from '../../schemas/names.ts';
import { createPgliteAccounts } from './accounts-pglite.ts';
import { type Manifest, verifyFiles } from './manifest.ts';
import { restoreDatabase } from './restore-accounts.ts';
import { saveAccounts } from './save-accounts.ts';

const names = createNames('');

/** `answer` is what a running API says when it is asked for a copy; undefined while none runs. */
async function deployment(t: TestContext, answer?: object) {
  const dir = await mkdtemp(join(tmpdir(), 'slip-pglite-'));
  t.after(() => rm(dir, { recursive: true }));
  const bus = createMemoryBusHub(createManualClock(0)).open();
  if (answer !== undefined) {
    bus.subscribe(names.copyAccounts, ({ respond }) => void respond(Buffer.from(JSON.stringify(answer))));
  }
  const accounts = createPgliteAccounts({ dir: join(dir, 'postgresql'), names, bus: async () => bus });
  const backupDir = join(dir, 'backup');
  await mkdir(backupDir);
  const save = () =>
    saveAccounts({
      ...{ dir: backupDir, signal: new AbortController().signal, accounts, objects: null },
      ...{ saveBeside: async () => [], onLacking: () => assert.fail('nothing is lacking') },
    });
  return { dir, backupDir, accounts, save };
}

test('a deployment in which nobody has signed up has an empty part, which goes back as nothing', async (t) => {
  const { dir, backupDir, accounts, save } = await deployment(t, { copy: null });
  const parts = await save();
  assert.deepEqual(parts, [
    { kind: 'database', name: 'accounts', engine: 'pglite', count: 0, files: [], covers: 'Nobody has signed up yet' },
  ]);
  assert.deepEqual(await verifyFiles(backupDir, { parts } as unknown as Manifest), { files: 0, bytes: 0 });
  await accounts.assertEmpty();
  assert.deepEqual(await restoreDatabase(accounts, parts[0], backupDir), []);
  assert.deepEqual(await readdir(dir), ['backup'], 'the API makes the database when somebody signs up');
});

test('that there is nobody is not concluded from a folder in which nothing is', async (t) => {
  const { save } = await deployment(t);
  await assert.rejects(save(), { name: 'BackupError', message: /no accounts in .*postgresql, and no API runs/ });
});

test('a folder that is not the one of the running API is told', async (t) => {
  const empty = await deployment(t, { copy: null });
  await mkdir(join(empty.dir, 'postgresql/data'), { recursive: true });
  await assert.rejects(empty.save(), {
    name: 'BackupError',
    message: /the API has no accounts yet, but .*postgresql has some/,
  });
  const elsewhere = await deployment(t, { copy: 'copy' });
  await assert.rejects(elsewhere.save(), { name: 'BackupError', message: /has copied its accounts, but not in/ });
  const failed = await deployment(t, { error: 'the disk is full' });
  await assert.rejects(failed.save(), {
    name: 'BackupError',
    message: /could not copy its accounts: the disk is full/,
  });
});
