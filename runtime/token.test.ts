import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CompactSign, type CryptoKey, type JWTHeaderParameters, SignJWT, UnsecuredJWT } from 'jose';
import { accountDeviceId } from '../schemas/identity.ts';
import { createManualClock } from './clock.ts';
import {
  createTokenVerifier,
  MAX_TOKEN_BYTES,
  MAX_TOKEN_LIFETIME_MS,
  signToken,
  TOKEN_ROLES,
  type Token,
} from './token.ts';
import { generateDeviceSigningJwk, generateSigningJwk, publicJwkOf, readKeySet, readSigningKey } from './token-keys.ts';

const NOW_MS = 1_800_000_000_250;
const NOW_S = Math.floor(NOW_MS / 1_000);
const HOUR_MS = 3_600_000;

const [jwk, olderJwk, foreignJwk] = await Promise.all([1, 2, 3].map(generateSigningJwk));
const key = await readSigningKey(jwk);
const keys = await readKeySet({ keys: [publicJwkOf(jwk), publicJwkOf(olderJwk)] });

const token = (over: Partial<Token> = {}): Token => ({
  role: 'device',
  subject: 'watch-1',
  athlete: 'ann',
  tokenId: 'token-1',
  issuedMs: NOW_MS - 1,
  expiresMs: (NOW_S + 3_600) * 1_000,
  importer: false,
  ...over,
});

function setUp({ maxCachedTokens }: { maxCachedTokens?: number } = {}) {
  const clock = createManualClock(NOW_MS);
  return { clock, verify: createTokenVerifier({ keys, clock, maxCachedTokens }) };
}
const { verify } = setUp({ maxCachedTokens: 0 });

/** A token with claims and a header that `signToken` would not make. */
function signed(claims: object = {}, header: Partial<JWTHeaderParameters> = {}, signWith: unknown = key.key) {
  const all = { sub: 'watch-1', jti: 'token-1', iat: NOW_S, exp: NOW_S + 3_600, ...claims };
  return new SignJWT(all).setProtectedHeader({ alg: 'EdDSA', kid: jwk.kid, ...header }).sign(signWith as CryptoKey);
}

async function reasonFor(text: string) {
  const outcome = await verify(text);
  return outcome.ok ? outcome.token : outcome.reason;
}

test('a token says what was signed, to the millisecond', async () => {
  const given: Token[] = [
    token(),
    token({ athlete: '', importer: true }),
    token({ role: 'operator', subject: 'Ann Øst, on call', athlete: '' }),
    token({ role: 'organiser', subject: 'club', athlete: '' }),
    token({ role: 'feed', subject: 'club', athlete: '' }),
  ];
  for (const one of given) assert.deepEqual(await verify(await signToken(key, one)), { ok: true, token: one });
});

test('any token that can be signed is read back the same', async () => {
  const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
  const arbitrary = fc.record(
    {
      role: fc.constantFrom(...TOKEN_ROLES),
      subject: id,
      athlete: fc.option(id, { nil: '' }),
      tokenId: id,
      issuedMs: fc.integer({ min: NOW_MS - HOUR_MS, max: NOW_MS }),
      expiresMs: fc.integer({ min: NOW_S + 1, max: NOW_S + 86_400 }).map((s) => s * 1_000),
      importer: fc.boolean(),
    },
    { noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(arbitrary, async (one) => {
      assert.deepEqual(await verify(await signToken(key, one)), { ok: true, token: one });
    }),
    { numRuns: 50 },
  );
});

test('a token of an older key of the set is good', async () => {
  const text = await signToken(await readSigningKey(olderJwk), token());
  assert.deepEqual(await reasonFor(text), token());
});

test('a token of another key is bad, under its own name or under ours', async () => {
  const foreign = await readSigningKey(foreignJwk);
  assert.equal(await reasonFor(await signToken(foreign, token())), 'bad_token');
  assert.equal(await reasonFor(await signed({}, {}, foreign.key)), 'bad_token');
  assert.equal(await reasonFor(await signed({}, { kid: olderJwk.kid })), 'bad_token');
  assert.equal(await reasonFor(await signed({}, { kid: undefined })), 'bad_token');
});

test('no algorithm but EdDSA counts: not none, and not HS256 with the public key as its secret', async () => {
  const unsecured = new UnsecuredJWT({ sub: 'watch-1', jti: 'token-1', iat: NOW_S, exp: NOW_S + 60 }).encode();
  const named = [JSON.stringify({ alg: 'none', kid: jwk.kid }), Buffer.from(unsecured.split('.')[1], 'base64url')];
  assert.equal(await reasonFor(unsecured), 'bad_token');
  assert.equal(await reasonFor(`${named.map((p) => Buffer.from(p).toString('base64url')).join('.')}.`), 'bad_token');
  for (const secret of [Buffer.from(jwk.x!, 'base64url'), Buffer.from(jwk.x!), Buffer.from(JSON.stringify(jwk))]) {
    assert.equal(await reasonFor(await signed({}, { alg: 'HS256' }, secret)), 'bad_token');
  }
});

test('a token that was cut, or of which one character changed, is bad', async () => {
  const text = await signToken(key, token());
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom('A', 'b', '.', '=', ' ', 'é'), async (at, letter) => {
      assert.equal(await reasonFor(text.slice(0, at)), 'bad_token');
      const changed = text.slice(0, at) + letter + text.slice(at + 1);
      // The last character of the signature has bits that mean nothing.
      if (changed !== text && at < text.length - 1) assert.equal(await reasonFor(changed), 'bad_token');
    }),
  );
});

test('whatever a stranger sends is a bad token, and never an error', async () => {
  const part = fc.oneof(
    fc.string(),
    fc.json().map((json) => Buffer.from(json).toString('base64url')),
    fc.constant(Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: jwk.kid })).toString('base64url')),
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.')),
  );
  await fc.assert(fc.asyncProperty(text, async (one) => assert.equal(await reasonFor(one), 'bad_token')));
});

test('a payload that is signed and is no object of claims is bad', async () => {
  for (const payload of ['null', '7', '[]', '{', '"x"']) {
    const text = await new CompactSign(Buffer.from(payload))
      .setProtectedHeader({ alg: 'EdDSA', kid: jwk.kid })
      .sign(key.key);
    assert.equal(await reasonFor(text), 'bad_token', payload);
  }
});

test('each claim that is missing or not what it should be makes the token bad', async () => {
  const wrong: object[] = [
    ...[undefined, '', 'a b', 'a.b', 'x'.repeat(65), 7].map((sub) => ({ sub })),
    ...[undefined, '', 'a.b', 'x'.repeat(65), 7].map((jti) => ({ jti })),
    ...[7, null, 'a b', 'x'.repeat(129)].map((athlete) => ({ athlete })),
    ...['admin', '', null, ['operator']].map((role) => ({ role })),
    ...['true', 1, null].map((importer) => ({ importer })),
    ...[undefined, '1', null, -1, 1e300].map((iat) => ({ iat })),
    ...[undefined, '1', null, 1e300].map((exp) => ({ exp })),
    { role: 'operator', sub: 'a\nb' },
    { role: 'organiser', sub: 'the club' },
    { exp: NOW_S, iat: NOW_S },
    { iat: NOW_S, exp: NOW_S + 1 + MAX_TOKEN_LIFETIME_MS / 1_000 },
  ];
  for (const claims of wrong) assert.equal(await reasonFor(await signed(claims)), 'bad_token', JSON.stringify(claims));
});

test('a token that is not valid yet is bad; an issuer whose clock is a little ahead is forgiven', async () => {
  assert.equal(await reasonFor(await signed({ iat: NOW_S + 61, exp: NOW_S + 3_600 })), 'bad_token');
  assert.equal(await reasonFor(await signed({ nbf: NOW_S + 5 })), 'bad_token');
  assert.deepEqual(await reasonFor(await signed({ iat: NOW_S + 60, nbf: NOW_S, athlete: 'ann' })), {
    ...token(),
    issuedMs: (NOW_S + 60) * 1_000,
  });
});

test('a token expires at the millisecond it says, whether it was seen before or not', async () => {
  const { clock, verify } = setUp();
  const text = await signToken(key, token({ expiresMs: (NOW_S + 1) * 1_000 }));
  await clock.advance((NOW_S + 1) * 1_000 - NOW_MS - 1);
  assert.equal((await verify(text)).ok, true);
  await clock.advance(1);
  const expired = { ok: false, reason: 'expired_token', detail: 'it has expired' };
  assert.deepEqual(await verify(text), expired);
  assert.deepEqual(await setUpAt(clock.nowMs())(text), expired);
});

function setUpAt(nowMs: number) {
  return createTokenVerifier({ keys, clock: createManualClock(nowMs) });
}

test('an oversize token is not even read', async () => {
  const text = await signed({ padding: 'x'.repeat(MAX_TOKEN_BYTES) });
  const detail = `it is longer than ${MAX_TOKEN_BYTES} bytes`;
  assert.deepEqual(await verify(text), { ok: false, reason: 'bad_token', detail });
});

test('a token that comes again is not checked again, and only so many are remembered', async () => {
  let asked = 0;
  const counting = new Map(keys);
  counting.get = (kid) => {
    asked += 1;
    return keys.get(kid);
  };
  const verify = createTokenVerifier({ keys: counting, clock: createManualClock(NOW_MS), maxCachedTokens: 2 });
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((tokenId) => signToken(key, token({ tokenId }))));
  for (const text of [a, b, a, b, c, b]) assert.equal((await verify(text)).ok, true);
  assert.equal(asked, 3);
  await verify(a);
  assert.equal(asked, 4);
});

test('what would not be accepted is not signed', async () => {
  const wrong = [{ subject: 'a b' }, { tokenId: 'a.b' }, { expiresMs: 1 }, { athlete: 'a b' }];
  for (const over of wrong) await assert.rejects(async () => signToken(key, token(over)), RangeError);
});

test('a key for devices of accounts signs for those alone, whatever its tokens say of themselves', async () => {
  const limitedJwk = await generateDeviceSigningJwk();
  const limited = await readSigningKey(limitedJwk);
  const judge = createTokenVerifier({
    keys: await readKeySet({ keys: [publicJwkOf(limitedJwk)] }),
    clock: createManualClock(NOW_MS),
    maxCachedTokens: 0,
  });
  const athlete = 'p0123456789abcdef0123';
  const own = token({ athlete, subject: accountDeviceId(athlete, 'watch-1') });
  assert.deepEqual(await judge(await signToken(limited, own)), { ok: true, token: own });
  const others: Partial<Token>[] = [
    { subject: 'watch-1' },
    { subject: accountDeviceId('p0123456789abcdef0124', 'watch-1') },
    { athlete: '' },
    { athlete: 'ann', subject: accountDeviceId('ann', 'watch-1') },
    { importer: true },
    ...(['operator', 'organiser', 'feed'] as const).map((role) => ({ role, athlete: '' })),
  ];
  for (const other of others) {
    const outcome = await judge(await signToken(limited, { ...own, ...other }));
    assert.deepEqual(outcome, {
      ok: false,
      reason: 'bad_token',
      detail: 'its key signs for devices of accounts alone',
    });
  }
});
