import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createMemoryObjects, type MemoryObjects } from '../../runtime/objects/memory-objects.ts';
import type { StoredObject } from '../../schemas/sql/stored-objects.ts';
import type { AccountsStore } from './accounts.ts';
import { createFile, type Part } from './manifest.ts';
import { restoreObjects } from './object-packs.ts';
import { saveAccounts } from './save-accounts.ts';

const signal = new AbortController().signal;
const photo = (key: string): StoredObject => ({ store: 'photos', key });

/** A deployment with photos; `copies` is what rows tell of at each copy of the database. */
async function deployment(t: TestContext, copies: readonly (readonly string[])[]) {
  const dir = await mkdtemp(join(tmpdir(), 'slip-accounts-'));
  t.after(() => rm(dir, { recursive: true }));
  const stores = { photos: createMemoryObjects(), uploads: createMemoryObjects() };
  let copied = 0;
  const accounts: AccountsStore = {
    ...{ engine: 'pglite', fileName: 'accounts.tar.gz' },
    async save(folder, path) {
      const file = await createFile(folder, path);
      await file.write(Buffer.from(`copy ${copied}`));
      const keys = copies[Math.min(copied++, copies.length - 1)];
      return { file: await file.close(), accounts: 1, objects: keys.map(photo) };
    },
    assertEmpty: async () => undefined,
    restore: async () => [],
  };
  const lacking: StoredObject[] = [];
  const save = () =>
    saveAccounts({
      ...{ dir, signal, accounts, objects: stores, saveBeside: async () => [] },
      onLacking: (objects) => lacking.push(...objects),
    });
  return { dir, stores, save, lacking, copies: () => copied };
}

async function restored(parts: readonly Part[], dir: string, wanted: readonly string[]) {
  const into = { photos: createMemoryObjects(), uploads: createMemoryObjects() };
  const { files } = parts.find(({ kind }) => kind === 'objects')!;
  const { count, lacking } = await restoreObjects(wanted.map(photo), { dir, files, stores: into, signal });
  return { count, lacking, keys: into.photos.keys(), photos: into.photos };
}

const fill = (photos: MemoryObjects, ...keys: string[]) =>
  Promise.all(keys.map((key) => photos.put(key, Buffer.from(`the bytes of ${key}\n\0`))));

test('every object that a row tells of comes back byte for byte, and no other', async (t) => {
  const { dir, stores, save, lacking } = await deployment(t, [['a/photo', 'b/photo', 'c/photo']]);
  await fill(stores.photos, 'a/photo', 'b/photo', 'c/photo', 'loose/photo');
  const parts = await save();
  assert.deepEqual(
    parts.map(({ kind, count, engine }) => ({ kind, count, engine })),
    [
      { kind: 'database', count: 1, engine: 'pglite' },
      { kind: 'objects', count: 3, engine: undefined },
    ],
  );
  const { count, keys, photos, lacking: notThere } = await restored(parts, dir, ['a/photo', 'c/photo']);
  assert.deepEqual([count, keys, notThere, lacking], [2, ['a/photo', 'c/photo'], [], []]);
  assert.deepEqual(Buffer.from((await photos.get('c/photo'))!), Buffer.from('the bytes of c/photo\n\0'));
});

test('a photo that its owner removes meanwhile has no row either: the database is copied again', async (t) => {
  const { dir, stores, save, lacking, copies } = await deployment(t, [['a/photo', 'gone/photo'], ['a/photo']]);
  await fill(stores.photos, 'a/photo');
  const parts = await save();
  assert.equal(copies(), 2);
  assert.deepEqual([(await readdir(dir)).sort(), lacking], [['accounts-2', 'objects'], []], 'the first copy is gone');
  assert.deepEqual(parts[0].files[0].path, 'accounts-2/accounts.tar.gz');
  assert.equal(await readFile(join(dir, parts[0].files[0].path), 'utf8'), 'copy 1');
  assert.deepEqual((await restored(parts, dir, ['a/photo'])).lacking, []);
});

test('an object that was lost before is told, and keeps nothing else from being copied', async (t) => {
  const { dir, stores, save, lacking } = await deployment(t, [['a/photo', 'lost/photo']]);
  await fill(stores.photos, 'a/photo');
  const parts = await save();
  assert.deepEqual(lacking, [photo('lost/photo')]);
  const { count, lacking: notThere } = await restored(parts, dir, ['a/photo', 'lost/photo']);
  assert.deepEqual([count, notThere], [1, [photo('lost/photo')]]);
});

test('rows that never stand still are an error, not a backup that lacks something', async (t) => {
  const { save } = await deployment(t, [['1/photo'], ['2/photo'], ['3/photo'], ['4/photo'], ['5/photo']]);
  await assert.rejects(save(), { name: 'BackupError', message: /removed faster than accounts can be copied/ });
});

test('a store that is away ends the backup', async (t) => {
  const { stores, save } = await deployment(t, [['a/photo']]);
  stores.photos.setReachable(false);
  await assert.rejects(save(), { name: 'ObjectsUnavailableError' });
});

test('an object whose bytes are not those that were copied is not put back', async (t) => {
  const { dir, stores, save } = await deployment(t, [['a/photo']]);
  await fill(stores.photos, 'a/photo');
  const parts = await save();
  const [{ path }] = parts[1].files;
  const pack = await readFile(join(dir, path));
  pack[pack.length - 3] ^= 1;
  await writeFile(join(dir, path), pack);
  await assert.rejects(restored(parts, dir, ['a/photo']), {
    name: 'BackupError',
    message: `photos a/photo in ${path} is not what was copied`,
  });
});
