import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { createHealth } from '../../runtime/health.ts';
import { createMemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import { createMemoryLog } from '../../runtime/log.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { revokeDevice } from '../../runtime/revocations.ts';
import { StartError } from '../../runtime/service.ts';
import { signToken } from '../../runtime/token.ts';
import { generateSigningJwk, publicJwkOf, readSigningKey } from '../../runtime/token-keys.ts';
import { chooseAuthenticator } from './choose-authenticator.ts';

const NOW_MS = 1_800_000_000_000;

async function setUp(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'slip-auth-'));
  t.after(() => rm(dir, { recursive: true }));
  const jwk = await generateSigningJwk();
  const keyFile = join(dir, 'keys.json');
  await writeFile(keyFile, JSON.stringify({ keys: [publicJwkOf(jwk)] }));
  const clock = createManualClock(NOW_MS);
  const store = createMemoryKvStore(clock, { bucket: 'REVOCATIONS', ttlMs: 0, maxBytes: 0, replicas: 1 });
  const { log: logger, records } = createMemoryLog();
  const health = createHealth();
  const choose = (options: { tokenKeys?: string; open?: boolean }) =>
    chooseAuthenticator({
      options: { tokenKeys: options.tokenKeys, open: options.open ?? false },
      openRevocations: async () => store.open(),
      health,
      metrics: createMetrics('test', { runtimeMetrics: false }),
      clock,
      logger,
    });
  return { keyFile, key: await readSigningKey(jwk), clock, store, health, records, choose };
}

test('a start that says neither how tokens are checked nor that they are not is told what to say', async (t) => {
  const { choose, keyFile } = await setUp(t);
  const asksFor = (words: RegExp) => (err: unknown) => err instanceof StartError && words.test(err.message);
  await assert.rejects(choose({}), asksFor(/--token-keys FILE .*npm run token.* --open/));
  await assert.rejects(choose({ tokenKeys: keyFile, open: true }), asksFor(/one of the two/));
  await assert.rejects(choose({ tokenKeys: `${keyFile}.gone` }), asksFor(/^--token-keys: /));
});

test('an open deployment says so loudly', async (t) => {
  const { choose, records } = await setUp(t);
  const { authenticator } = await choose({ open: true });
  const said = await authenticator.authenticate({ device: 'watch-1', token: '' });
  assert.ok(typeof said === 'object' && said.device === 'watch-1');
  assert.deepEqual(
    records.filter(({ level }) => level === 'warn').map(({ msg }) => String(msg).startsWith('AUTHENTICATION IS OFF')),
    [true],
  );
});

test('with keys a signed token is let in until it is revoked, and readiness follows the list', async (t) => {
  const { choose, keyFile, key, clock, store, health } = await setUp(t);
  const { authenticator, stop } = await choose({ tokenKeys: keyFile });
  const token = await signToken(key, {
    role: 'device',
    subject: 'watch-1',
    athlete: 'ann',
    tokenId: 'a',
    issuedMs: NOW_MS,
    expiresMs: NOW_MS + 60_000,
    importer: false,
  });
  const ask = () => authenticator.authenticate({ device: 'watch-1', token });
  await clock.advance(0);
  assert.deepEqual([typeof (await ask()), (await health.readiness()).ok], ['object', true]);
  await revokeDevice(store.open(), 'watch-1', NOW_MS + 1);
  await clock.advance(0);
  assert.equal(await ask(), 'revoked_token');
  store.loseWatches();
  await clock.advance(0);
  assert.equal((await health.readiness()).ok, false);
  stop();
});
