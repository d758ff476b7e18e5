import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { createSilentLog } from '../../runtime/log.ts';
import type { Revocations } from '../../runtime/revocations.ts';
import type { Token, TokenOutcome } from '../../runtime/token.ts';
import type { Identity } from './authenticator.ts';
import { createTokenAuthenticator } from './token-authenticator.ts';

const NOW_MS = 1_800_000_000_000;

function setUp() {
  const clock = createManualClock(NOW_MS);
  const list = { revoked: new Set<string>(), isReady: true, version: 0, checks: 0 };
  const revocations: Revocations = {
    check({ tokenId }) {
      list.checks += 1;
      if (list.revoked.has(tokenId)) return 'revoked_token';
      return list.isReady ? null : 'revocations_unknown';
    },
    get version() {
      return list.version;
    },
    get isReady() {
      return list.isReady;
    },
    stop: () => undefined,
  };
  /** The text of a token is its outcome. */
  const verify = async (text: string) => JSON.parse(text) as TokenOutcome;
  const authenticator = createTokenAuthenticator({ verify, revocations, clock, log: createSilentLog() });
  const revoke = (tokenId: string) => {
    list.revoked.add(tokenId);
    list.version += 1;
  };
  return { clock, list, revoke, authenticator };
}

const token = (over: Partial<Token> = {}): Token => ({
  role: 'device',
  subject: 'watch-1',
  athlete: 'ann',
  tokenId: 'a',
  issuedMs: NOW_MS - 1_000,
  expiresMs: NOW_MS + 60_000,
  importer: false,
  ...over,
});
const good = (over: Partial<Token> = {}) => JSON.stringify({ ok: true, token: token(over) });
const identity = (over: Partial<Identity> = {}): Identity => {
  const { athlete, tokenId, issuedMs, expiresMs, importer } = token();
  return {
    role: 'device',
    subject: 'watch-1',
    device: 'watch-1',
    athlete,
    tokenId,
    issuedMs,
    expiresMs,
    importer,
    ...over,
  };
};

test('a device that shows its own token is who the token says, whether it names itself or not', async () => {
  const { authenticator } = setUp();
  for (const device of ['watch-1', null]) {
    const text = good({ importer: true });
    assert.deepEqual(await authenticator.authenticate({ device, token: text }), identity({ importer: true }));
  }
});

test('each way to be refused has its reason', async () => {
  const { authenticator, list, revoke } = setUp();
  const asks = (text: string, device: string | null = 'watch-1') => authenticator.authenticate({ device, token: text });
  for (const reason of ['bad_token', 'expired_token']) {
    assert.equal(await asks(JSON.stringify({ ok: false, reason, detail: 'x' })), reason);
  }
  assert.equal(await asks(good(), 'watch-2'), 'wrong_device');
  assert.equal(await asks(good(), ''), 'wrong_device');
  assert.equal(await asks(good({ role: 'operator' })), 'wrong_device');
  assert.equal(await asks(good({ role: 'operator' }), null), 'wrong_device');
  revoke('a');
  assert.equal(await asks(good()), 'revoked_token');
  list.isReady = false;
  assert.equal(await asks(good()), 'revoked_token');
  assert.equal(await asks(good({ tokenId: 'b' })), 'revocations_unknown');
});

test('where all roles are admitted, another one than a device’s has a name that no device can have', async () => {
  const { authenticator, revoke } = setUp();
  const asks = (text: string) => authenticator.authenticate({ device: 'anything', token: text, admitsAll: true });
  const feed = good({ role: 'feed', subject: 'club', athlete: '' });
  const known = identity({ role: 'feed', subject: 'club', device: '~a', athlete: '' });
  assert.deepEqual(await asks(feed), known);
  assert.equal(await asks(good()), 'wrong_device');
  revoke('a');
  assert.equal(await asks(feed), 'revoked_token');
  assert.equal(
    authenticator.guard(known, () => undefined),
    'revoked_token',
  );
});

test('what happened between the look at the token and the guard is not missed', async () => {
  const { authenticator, clock, list, revoke } = setUp();
  const never = () => assert.fail('a guard that was not given ends nothing');
  list.isReady = false;
  assert.equal(authenticator.guard(identity(), never), 'revocations_unknown');
  revoke('a');
  assert.equal(authenticator.guard(identity(), never), 'revoked_token');
  await clock.advance(60_000);
  assert.equal(authenticator.guard(identity(), never), 'expired_token');
  assert.equal(clock.pendingTimers(), 0);
});

test('a connection ends once, at the latest 250 ms after its token has expired or was revoked', async () => {
  const { authenticator, clock, revoke } = setUp();
  const ended: string[] = [];
  for (const tokenId of ['a', 'b', 'c']) {
    const expiresMs = tokenId === 'c' ? NOW_MS + 60_000 : NOW_MS + 10_000;
    authenticator.guard(identity({ tokenId, expiresMs }), (reason) => ended.push(`${tokenId} ${reason}`));
  }
  await clock.advance(1_000);
  revoke('a');
  await clock.advance(250);
  assert.deepEqual(ended, ['a revoked_token']);
  await clock.advance(8_500);
  assert.deepEqual(ended, ['a revoked_token']);
  await clock.advance(500);
  assert.deepEqual(ended, ['a revoked_token', 'b expired_token']);
  await clock.advance(60_000);
  assert.deepEqual(ended, ['a revoked_token', 'b expired_token', 'c expired_token']);
  assert.equal(clock.pendingTimers(), 0);
});

test('while the list is unknown, who is in stays in', async () => {
  const { authenticator, clock, list } = setUp();
  const guard = authenticator.guard(identity(), (reason) => assert.fail(reason));
  list.isReady = false;
  list.version += 1;
  await clock.advance(5_000);
  assert.ok(typeof guard === 'object');
  guard.release();
});

test('one timer serves all connections, looks nothing up without news, and leaves released ones alone', async () => {
  const { authenticator, clock, list, revoke } = setUp();
  const guards = Array.from({ length: 1_000 }, (_, i) =>
    authenticator.guard(identity({ device: `watch-${i}`, tokenId: `${i}` }), (reason) => assert.fail(reason)),
  );
  assert.equal(clock.pendingTimers(), 1);
  await clock.advance(1_000);
  list.checks = 0;
  await clock.advance(10_000);
  assert.equal(list.checks, 0);
  for (const guard of guards) {
    assert.ok(typeof guard === 'object');
    guard.release();
    guard.release();
  }
  revoke('1');
  await clock.advance(60_000);
  assert.equal(clock.pendingTimers(), 0);
});
