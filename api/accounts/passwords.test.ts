import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ARGON2_COST, createPasswords } from './passwords.ts';

const cost = { memoryCost: 64, timeCost: 1, parallelism: 1 };

test('a password is kept as argon2id with the cost that OWASP asks for', async () => {
  const passwords = await createPasswords();
  const { memoryCost, timeCost, parallelism } = ARGON2_COST;
  const kept = await passwords.hash('correct horse battery');
  assert.ok(kept.startsWith(`$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`), kept);
  assert.equal(await passwords.verify('correct horse battery', kept), true);
  assert.equal(await passwords.verify('correct horse batterz', kept), false);
});

test('the same letters are the same password, however the keyboard makes them', async () => {
  const passwords = await createPasswords({ cost });
  const kept = await passwords.hash('pa\u00dfw\u00f6rter sind lang 🚴');
  assert.equal(await passwords.verify('pa\u00dfwo\u0308rter sind lang 🚴', kept), true);
});

test('nobody’s password is never right, and is compared all the same', async () => {
  const passwords = await createPasswords({ cost });
  assert.equal(await passwords.verify('a password that nobody has', null), false);
});

test('beyond its bound a hash is refused, and made again once others are done', async () => {
  const passwords = await createPasswords({ cost, maxAtWork: 2 });
  const results = await Promise.allSettled(['one', 'two', 'three'].map((text) => passwords.hash(text)));
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  );
  assert.ok(await passwords.hash('four'));
});
