import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from './clock.ts';
import { createMemoryKvStore } from './kv/memory-kv.ts';
import { createMemoryLog } from './log.ts';
import type { Fault, Faults } from './memory-faults.ts';
import { createRevocations, revokeDevice, revokeToken } from './revocations.ts';
import { MAX_TOKEN_LIFETIME_MS } from './token.ts';

const NOW_MS = 1_800_000_000_000;

function setUp({ faults, maxRevocations }: { faults?: Faults; maxRevocations?: number } = {}) {
  const clock = createManualClock(NOW_MS);
  const store = createMemoryKvStore(clock, { bucket: 'REVOCATIONS', ttlMs: 0, maxBytes: 0, replicas: 1 });
  const { log: logger, records } = createMemoryLog();
  const kv = store.open();
  const open = () => createRevocations({ kv: store.open(faults), clock, logger, maxRevocations, random: () => 0.5 });
  const errors = () => records.filter(({ level }) => level === 'error').map(({ msg }) => msg);
  return { clock, store, kv, open, errors };
}

const token = (subject: string, tokenId = 'a', issuedMs = NOW_MS) =>
  ({ role: 'device', subject, tokenId, issuedMs }) as const;

test('until the list is known nothing is let in, and then what is not on it', async () => {
  const { clock, open } = setUp();
  const revocations = open();
  assert.deepEqual([revocations.isReady, revocations.check(token('watch-1'))], [false, 'revocations_unknown']);
  await clock.advance(0);
  assert.deepEqual([revocations.isReady, revocations.check(token('watch-1'))], [true, null]);
  revocations.stop();
});

test('a device is revoked up to a moment, a token by its id, whether before or after the start', async () => {
  for (const isBefore of [true, false]) {
    const { clock, kv, open } = setUp();
    const revoke = async () => {
      await revokeDevice(kv, 'watch-1', NOW_MS);
      await revokeToken(kv, 'lost', NOW_MS);
    };
    if (isBefore) await revoke();
    const revocations = open();
    await clock.advance(0);
    const { version } = revocations;
    if (!isBefore) await revoke();
    await clock.advance(0);
    assert.equal(revocations.version - version, isBefore ? 0 : 2);
    const said = [
      revocations.check(token('watch-1', 'a', NOW_MS - 1)),
      revocations.check(token('watch-1', 'a', NOW_MS)),
      revocations.check(token('watch-2', 'lost', NOW_MS + 1)),
      revocations.check(token('watch-2', 'a', NOW_MS - 1)),
      revocations.check({ ...token('watch-1', 'a', NOW_MS - 1), role: 'operator' }),
      revocations.check({ ...token('ann', 'lost'), role: 'operator' }),
    ];
    assert.deepEqual(said, ['revoked_token', null, 'revoked_token', null, null, 'revoked_token']);
    revocations.stop();
  }
});

test('what is taken back counts again', async () => {
  const { clock, kv, open } = setUp();
  const revocations = open();
  await revokeToken(kv, 'a', NOW_MS);
  await clock.advance(0);
  assert.equal(revocations.check(token('watch-1')), 'revoked_token');
  await kv.delete('token.a');
  await clock.advance(0);
  assert.equal(revocations.check(token('watch-1')), null);
  revocations.stop();
});

test('while the watch is lost only what is known to be revoked is, and the rest is unknown', async () => {
  let fault: Fault = 'ok';
  const { clock, store, kv, open } = setUp({ faults: (call) => (call === 'kv.watch' ? fault : 'ok') });
  await revokeToken(kv, 'old', NOW_MS);
  await revokeToken(kv, 'forgiven', NOW_MS);
  const revocations = open();
  await clock.advance(0);
  fault = 'fail_before';
  store.loseWatches();
  await clock.advance(60_000);
  await revokeToken(kv, 'new', NOW_MS);
  await kv.delete('token.forgiven');
  const ids = ['old', 'forgiven', 'new', 'other'];
  const said = () => ids.map((id) => revocations.check(token('watch-1', id)));
  assert.deepEqual(said(), ['revoked_token', 'revoked_token', 'revocations_unknown', 'revocations_unknown']);
  fault = 'ok';
  // The longest pause between two attempts.
  await clock.advance(1_000);
  assert.deepEqual(said(), ['revoked_token', null, 'revoked_token', null]);
  revocations.stop();
  assert.equal(clock.pendingTimers(), 0);
});

test('what a new watch tells counts at once, before it has told everything', async () => {
  let tells = Number.POSITIVE_INFINITY;
  const never = new Promise<Fault>(() => undefined);
  const { clock, store, kv, open } = setUp({ faults: (call) => (call === 'kv.tell' && tells-- <= 0 ? never : 'ok') });
  const revocations = open();
  await clock.advance(0);
  store.loseWatches();
  await revokeToken(kv, 'a', NOW_MS);
  await revokeToken(kv, 'b', NOW_MS);
  const { version } = revocations;
  tells = 1;
  await clock.advance(1_000);
  const said = ['a', 'b'].map((id) => revocations.check(token('watch-1', id)));
  assert.deepEqual(said, ['revoked_token', 'revocations_unknown']);
  assert.equal(revocations.version, version + 1);
  revocations.stop();
});

test('a watch whose opening had no answer is not listened to, and not at all after the end', async () => {
  const { clock, store, open } = setUp({ faults: (call) => (call === 'kv.watch' ? 'fail_after' : 'ok') });
  const revocations = open();
  await clock.advance(0);
  assert.equal(revocations.isReady, false);
  revocations.stop();
  store.loseWatches();
  await clock.advance(0);
  assert.equal(clock.pendingTimers(), 0);
});

test('a value or key that makes no sense is on the side of caution', async () => {
  const { clock, kv, open, errors } = setUp();
  for (const value of ['', '{', 'null', '{"revokedMs":"1"}', '{"revokedMs":1e300}']) {
    await kv.put('device.watch-1', Buffer.from(value));
    const revocations = open();
    await clock.advance(0);
    assert.equal(revocations.check(token('watch-1', 'a', NOW_MS * 2)), 'revoked_token', value);
    assert.equal(revocations.check(token('watch-2')), null);
    revocations.stop();
  }
  assert.equal(errors().length, 5);
  await kv.put('note', Buffer.from('hello'));
  const revocations = open();
  await clock.advance(0);
  assert.equal(revocations.check(token('note')), null);
  revocations.stop();
});

test('beyond its bound the list forgets the oldest, and vouches for nobody until it is short again', async () => {
  const answer = Promise.withResolvers<Fault>();
  let watches = 0;
  const faults = (call: string) => (call === 'kv.watch' && ++watches === 2 ? answer.promise : 'ok');
  const { clock, kv, open, errors } = setUp({ maxRevocations: 2, faults });
  const revocations = open();
  for (const id of ['a', 'b', 'c']) await revokeToken(kv, id, NOW_MS);
  await clock.advance(0);
  const said = () => ['a', 'b', 'c', 'd'].map((id) => revocations.check(token('watch-1', id)));
  assert.deepEqual(said(), ['revocations_unknown', 'revoked_token', 'revoked_token', 'revocations_unknown']);
  assert.deepEqual([revocations.isReady, errors().length], [false, 1]);
  await clock.advance(60_000);
  // It is read again.
  assert.deepEqual([watches, revocations.isReady], [2, false]);
  answer.resolve('ok');
  await clock.advance(0);
  assert.deepEqual(said(), ['revocations_unknown', 'revoked_token', 'revoked_token', 'revocations_unknown']);
  await kv.delete('token.b');
  await clock.advance(60_000);
  assert.deepEqual(said(), ['revoked_token', null, 'revoked_token', null]);
  revocations.stop();
});

test('what is older than any token may be takes no room', async () => {
  const { clock, kv, open, errors } = setUp({ maxRevocations: 2 });
  await revokeToken(kv, 'ancient', NOW_MS - MAX_TOKEN_LIFETIME_MS - 1);
  await revokeToken(kv, 'a', NOW_MS);
  await revokeToken(kv, 'b', NOW_MS);
  const revocations = open();
  await clock.advance(MAX_TOKEN_LIFETIME_MS + 1);
  await revokeToken(kv, 'c', clock.nowMs());
  await clock.advance(0);
  assert.deepEqual([revocations.isReady, errors()], [true, []]);
  revocations.stop();
});

test('whatever fails, a list that says that it is ready agrees with the bucket within two seconds', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('revoke' as const), id: fc.constantFrom('a', 'b', 'c'), atMs: fc.nat(5) }),
    fc.record({ do: fc.constant('forgive' as const), id: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ do: fc.constant('lose' as const) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat(300) }),
  );
  const fault = fc.constantFrom<Fault>('ok', 'ok', 'ok', 'fail_before', 'fail_after');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.infiniteStream(fault), async (steps, outcomes) => {
      let isFaulty = true;
      const { clock, store, kv, open } = setUp({ faults: () => (isFaulty ? outcomes.next().value : 'ok') });
      const revocations = open();
      const model = new Map<string, number>();
      const isRevoked = (id: string, issuedMs: number) => issuedMs < (model.get(id) ?? 0);
      for (const one of steps) {
        if (one.do === 'lose') store.loseWatches();
        else if (one.do === 'wait') await clock.advance(one.ms);
        else if (one.do === 'forgive') {
          await kv.delete(`device.${one.id}`);
          model.delete(one.id);
        } else {
          await revokeDevice(kv, one.id, NOW_MS + one.atMs);
          model.set(one.id, NOW_MS + one.atMs);
        }
        await clock.advance(0);
        for (const id of ['a', 'b', 'c']) {
          const said = revocations.check(token(id, 'x', NOW_MS + 2));
          if (said === null) assert.equal(isRevoked(id, NOW_MS + 2), false);
          if (revocations.isReady) assert.equal(said === 'revoked_token', isRevoked(id, NOW_MS + 2));
        }
      }
      isFaulty = false;
      await clock.advance(2_000);
      assert.equal(revocations.isReady, true);
      const said = ['a', 'b', 'c'].map((id) => revocations.check(token(id, 'x', NOW_MS + 2)) === 'revoked_token');
      assert.deepEqual(
        said,
        ['a', 'b', 'c'].map((id) => isRevoked(id, NOW_MS + 2)),
      );
      revocations.stop();
      assert.equal(clock.pendingTimers(), 0);
    }),
    { numRuns: 200 },
  );
});
