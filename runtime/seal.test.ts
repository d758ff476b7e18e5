import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSeal, generateSealJwk, loadSeal, SealError } from './seal.ts';
import { StartError } from './service.ts';

const jwk = generateSealJwk(randomBytes);

test('what was sealed opens to the same, and is another text each time', async () => {
  const { seal, open } = createSeal(jwk);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), async (secret, about) => {
      const [first, second] = [await seal(secret, about), await seal(secret, about)];
      assert.notEqual(first, second);
      assert.equal(await open(first, about), secret);
    }),
    { seed: 49, numRuns: 50 },
  );
});

test('it opens for what it was sealed for alone, by its key alone, and not once it was changed', async () => {
  const { seal, open } = createSeal(jwk);
  const sealed = await seal('JBSWY3DPEHPK3PXP', 'ben');
  assert.equal(sealed.includes('JBSWY3DPEHPK3PXP'), false);
  await assert.rejects(open(sealed, 'eva'), SealError);
  await assert.rejects(createSeal(generateSealJwk(randomBytes)).open(sealed, 'ben'), SealError);
  const [header, key, iv, text, tag] = sealed.split('.');
  for (const changed of [[header, key, iv, text, tag.replace(/^./, tag[0] === 'A' ? 'B' : 'A')].join('.'), 'x', '']) {
    await assert.rejects(open(changed, 'ben'), SealError);
  }
});

test('a new key takes over, and the old one still opens', async () => {
  const old = createSeal(jwk);
  const young = generateSealJwk(randomBytes);
  const both = createSeal({ keys: [young, jwk] });
  assert.equal(await both.open(await old.seal('a', 'ben'), 'ben'), 'a');
  assert.equal(await createSeal(young).open(await both.seal('b', 'ben'), 'ben'), 'b');
});

test('a file that holds no key stops the start, and what it holds is not told', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'slip-seal-'));
  t.after(() => rm(dir, { recursive: true }));
  const file = join(dir, 'key.json');
  const wrong = ['geheim {', '{}', '{"keys":[]}', JSON.stringify({ ...jwk, k: 'geheim' }), JSON.stringify([jwk])];
  for (const text of [...wrong, JSON.stringify({ keys: [jwk, jwk] }), JSON.stringify({ ...jwk, kid: '' })]) {
    await writeFile(file, text);
    await assert.rejects(loadSeal(file, '--key'), (error: Error) => {
      assert.ok(error instanceof StartError);
      assert.match(error.message, /^--key: .*key\.json cannot be used: /);
      return !`${error.message} ${error.cause ?? ''}`.includes('geheim');
    });
  }
  await assert.rejects(loadSeal(join(dir, 'none'), '--key'), StartError);
  await writeFile(file, JSON.stringify(jwk));
  const { seal, open } = await loadSeal(file, '--key');
  assert.equal(await open(await seal('a', 'ben'), 'ben'), 'a');
});
