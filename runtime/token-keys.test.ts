import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StartError } from './service.ts';
import {
  generateDeviceSigningJwk,
  generateSigningJwk,
  loadSigningKey,
  loadTokenKeys,
  publicJwkOf,
  readKeySet,
  readSigningKey,
  TokenKeyError,
} from './token-keys.ts';

const jwk = await generateSigningJwk();
const publicJwk = publicJwkOf(jwk);

test('the public half of a key is all that a set may hold', async () => {
  assert.deepEqual(Object.keys(publicJwk).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  assert.deepEqual([...(await readKeySet({ keys: [publicJwk] })).keys()], [jwk.kid]);
  await assert.rejects(readKeySet({ keys: [jwk] }), /is a private one/);
  await assert.rejects(readSigningKey(publicJwk), /is a public one/);
});

test('a key for devices of accounts says so in both halves', async () => {
  const limited = await generateDeviceSigningJwk();
  const keys = await readKeySet({ keys: [publicJwkOf(limited), publicJwk] });
  assert.deepEqual(
    [...keys.values()].map((one) => one.isForAccountDevices),
    [true, false],
  );
  assert.equal((await readSigningKey(limited)).kid, limited.kid);
});

test('a set that cannot be trusted is refused as a whole', async () => {
  const second = publicJwkOf(await generateSigningJwk());
  const wrong: [unknown, RegExp][] = [
    [null, /no list/],
    [{ keys: [] }, /no list/],
    [{ keys: {} }, /no list/],
    [{ keys: [publicJwk, { ...second, kid: jwk.kid }] }, /two keys are called/],
    [{ keys: [publicJwk, { ...second, kid: undefined }] }, /no kid/],
    [{ keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'x' }] }, /not an Ed25519 key/],
    [{ keys: [{ ...publicJwk, crv: 'X25519' }] }, /not an Ed25519 key/],
    [{ keys: [{ ...publicJwk, x: 'AAAA' }] }, /is damaged/],
    [{ keys: [{ ...publicJwk, slipstream_signs: 'everything' }] }, /is for something that is not known/],
    [{ keys: Array.from({ length: 33 }, () => publicJwk) }, /more than 32/],
  ];
  for (const [jwks, why] of wrong) {
    await assert.rejects(readKeySet(jwks), (error) => error instanceof TokenKeyError && why.test(error.message));
  }
});

test('a file that cannot be used stops the start, and the message names it and the option', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'slip-keys-'));
  t.after(() => rm(dir, { recursive: true }));
  const file = join(dir, 'keys.json');
  const refused = (why: string) => (error: unknown) =>
    error instanceof StartError && error.message.startsWith(`--token-keys: ${file} cannot be used: ${why}`);
  await assert.rejects(loadTokenKeys(file), refused('ENOENT'));
  await writeFile(file, '{');
  await assert.rejects(loadTokenKeys(file), refused('it is not JSON'));
  await writeFile(file, JSON.stringify({ keys: [jwk] }));
  await assert.rejects(loadTokenKeys(file), refused('the key'));
  await writeFile(file, JSON.stringify({ keys: [publicJwk] }));
  assert.equal((await loadTokenKeys(file)).size, 1);
  await assert.rejects(loadSigningKey(file, '--token-key'), /^StartError: --token-key: .* not an Ed25519 key/);
});
