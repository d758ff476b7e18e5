import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../runtime/clock.ts';
import { createMemoryKvStore } from '../runtime/kv/memory-kv.ts';
import { createSilentLog } from '../runtime/log.ts';
import { createRevocations, revokeDevice, revokeToken } from '../runtime/revocations.ts';
import { createTokenVerifier, signToken, type Token } from '../runtime/token.ts';
import { generateSigningJwk, publicJwkOf, readKeySet, readSigningKey } from '../runtime/token-keys.ts';
import { createVerifyToken } from './verify-token.ts';

const NOW_MS = 1_800_000_000_000;
const jwk = await generateSigningJwk();
const key = await readSigningKey(jwk);

const sign = (over: Partial<Token>) =>
  signToken(key, {
    role: 'device',
    subject: 'watch-1',
    athlete: 'ann',
    tokenId: 'a',
    issuedMs: NOW_MS,
    expiresMs: NOW_MS + 60_000,
    importer: false,
    ...over,
  });

async function setUp() {
  const clock = createManualClock(NOW_MS);
  const store = createMemoryKvStore(clock, { bucket: 'REVOCATIONS', ttlMs: 0, maxBytes: 0, replicas: 1 });
  const logger = createSilentLog();
  const revocations = createRevocations({ kv: store.open(), clock, logger });
  const verify = createTokenVerifier({ keys: await readKeySet({ keys: [publicJwkOf(jwk)] }), clock });
  return { clock, store, kv: store.open(), verify: createVerifyToken({ verify, revocations }, logger) };
}

test('a token says who asks: a device, an operator, an organiser, or a feed of theirs', async () => {
  const { clock, verify } = await setUp();
  await clock.advance(0);
  const device = await verify(await sign({}));
  assert.deepEqual(device, { ok: true, caller: { kind: 'device', device: 'watch-1', athlete: 'ann' } });
  const operator = await verify(await sign({ role: 'operator', subject: 'Ann' }));
  assert.deepEqual(operator, { ok: true, caller: { kind: 'operator', name: 'Ann' } });
  const organiser = await verify(await sign({ role: 'organiser', subject: 'club', athlete: '' }));
  assert.deepEqual(organiser, { ok: true, caller: { kind: 'organiser', organiser: 'club' } });
  const feed = await verify(await sign({ role: 'feed', subject: 'club', athlete: '', tokenId: 'mat-1' }));
  assert.deepEqual(feed, { ok: true, caller: { kind: 'feed', organiser: 'club', tokenId: 'mat-1' } });
});

test('each way in which a token counts for nothing has its reason', async () => {
  const { clock, store, kv, verify } = await setUp();
  const reasonFor = async (text: string) => {
    const verdict = await verify(text);
    return verdict.ok ? null : verdict.reason;
  };
  await clock.advance(0);
  assert.equal(await reasonFor('nothing'), 'bad_token');
  assert.equal(await reasonFor(await sign({ issuedMs: NOW_MS - 10_000, expiresMs: NOW_MS - 1_000 })), 'expired_token');
  await revokeDevice(kv, 'watch-1', NOW_MS + 1);
  await revokeToken(kv, 'lost', NOW_MS + 1);
  await clock.advance(0);
  assert.equal(await reasonFor(await sign({})), 'revoked_token');
  assert.equal(await reasonFor(await sign({ role: 'operator', tokenId: 'lost' })), 'revoked_token');
  assert.equal(await reasonFor(await sign({ role: 'operator' })), null);
  store.loseWatches();
  await clock.advance(0);
  assert.equal(await reasonFor(await sign({ role: 'operator' })), 'revocations_unknown');
});
