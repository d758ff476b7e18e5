import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createManualClock } from '../runtime/clock.ts';
import { createTokenVerifier, signToken } from '../runtime/token.ts';
import { loadSigningKey, loadTokenKeys, TokenKeyError } from '../runtime/token-keys.ts';
import { ensureTokenKeys, type TokenKeyFiles } from './token-keys.ts';

async function emptyFolder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'slip-keys-'));
  t.after(() => rm(dir, { recursive: true }));
  return dir;
}

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

async function sign({ privateFile }: TokenKeyFiles): Promise<string> {
  const dates = { issuedMs: 1_000, expiresMs: 60_000 };
  const who = { role: 'device', subject: 'watch-1', athlete: '', tokenId: 'a', importer: false } as const;
  return signToken(await loadSigningKey(privateFile, '--key'), { ...who, ...dates });
}

async function isGood(text: string, { publicFile }: TokenKeyFiles): Promise<boolean> {
  const verify = createTokenVerifier({ keys: await loadTokenKeys(publicFile), clock: createManualClock(2_000) });
  return (await verify(text)).ok;
}

test('keys are made once, and only their owner may read the private one', async (t) => {
  const dir = await emptyFolder(t);
  const files = await ensureTokenKeys(dir);
  assert.deepEqual(files, {
    privateFile: join(dir, 'keys', 'token-key.jwk.json'),
    deviceFile: join(dir, 'keys', 'device-key.jwk.json'),
    secondFactorFile: join(dir, 'keys', 'second-factor-key.jwk.json'),
    publicFile: join(dir, 'keys', 'token-keys.jwks.json'),
  });
  assert.deepEqual([await modeOf(files.privateFile), await modeOf(join(dir, 'keys'))], ['600', '700']);
  const before = await readFile(files.privateFile, 'utf8');
  assert.ok(await isGood(await sign(await ensureTokenKeys(dir)), files));
  assert.equal(await readFile(files.privateFile, 'utf8'), before);
});

test('processes that make them at the same time agree, and leave nothing else behind', async (t) => {
  const dir = await emptyFolder(t);
  const all = await Promise.all(Array.from({ length: 8 }, () => ensureTokenKeys(dir)));
  for (const files of all) assert.ok(await isGood(await sign(files), files));
  const own = ['device-key.jwk.json', 'second-factor-key.jwk.json'];
  const names = [...own, 'token-key.jwk.json', 'token-keys.jwks.json'];
  assert.deepEqual((await readdir(join(dir, 'keys'))).sort(), names);
});

test('a new private key joins the public ones, so tokens of both are good', async (t) => {
  const dir = await emptyFolder(t);
  const files = await ensureTokenKeys(dir);
  const old = await sign(files);
  await rename(files.privateFile, join(dir, 'old-key.json'));
  const young = await sign(await ensureTokenKeys(dir));
  assert.deepEqual(await Promise.all([isGood(old, files), isGood(young, files)]), [true, true]);
  const keys = await loadTokenKeys(files.publicFile);
  assert.deepEqual([...keys.values()].map(({ isForAccountDevices }) => isForAccountDevices).sort(), [
    false,
    false,
    true,
  ]);
});

test('a damaged file is named and not written over', async (t) => {
  const dir = await emptyFolder(t);
  const files = await ensureTokenKeys(dir);
  for (const file of [files.publicFile, files.secondFactorFile, files.deviceFile, files.privateFile]) {
    for (const text of ['{', '{"keys":[]}']) {
      await writeFile(file, text);
      await assert.rejects(ensureTokenKeys(dir), (err) => err instanceof TokenKeyError && err.message.includes(file));
      assert.equal(await readFile(file, 'utf8'), text);
    }
  }
});
