import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keys } from '../../schemas/names.ts';
import { createHolderWorld, names } from './holders-for-tests.ts';
import { readManifest } from './manifest.ts';

/** A reducer that counts messages and sends how many there were, which takes as long as `sending` says. */
function setUp(emitsBeside: boolean) {
  const sent: number[] = [];
  let sending: Promise<void> = Promise.resolve();
  const world = createHolderWorld({
    shards: 1,
    seed: 1,
    reducers: () => [
      {
        name: 'count',
        create(_shard, kept) {
          let count = Number(Buffer.from(kept.get('count') ?? '0').toString());
          return {
            name: 'count',
            emitsBeside,
            apply: () => void count++,
            takeDirty: () => new Map([['count', Buffer.from(String(count))]]),
            async emit() {
              sent.push(count);
              await sending;
            },
          };
        },
      },
    ],
  });
  let published = 0;
  return {
    world,
    sent,
    sendFor: (until: Promise<void>) => {
      sending = until;
    },
    async publish(count: number): Promise<void> {
      for (let i = 0; i < count; i++) {
        const msgId = String(++published);
        await world.frames.publish(names.frames(0), Buffer.from(msgId), { msgId, headers: {} });
      }
    },
    /** What a successor would find: a sequence, and how many messages were counted up to there. */
    async kept() {
      const { seq, parts } = readManifest((await world.checkpoints.get(keys.manifest(0)))!.value);
      const count = await world.checkpoints.get(parts['count.count']);
      return { seq, count: Number(Buffer.from(count!.value).toString()) };
    },
  };
}

for (const emitsBeside of [true, false]) {
  const how = emitsBeside ? 'go on while a reducer sends beside them' : 'wait while a reducer sends';
  test(`messages ${how}, and nothing is kept that was not sent`, async () => {
    const { world, sent, sendFor, publish, kept } = setUp(emitsBeside);
    const { holder } = world.start();
    await publish(2);
    await world.clock.advance(6_000);
    const store = Promise.withResolvers<void>();
    sendFor(store.promise);
    await publish(1);
    await world.clock.advance(2_000);
    assert.equal(sent.at(-1), 3);
    await publish(3);
    await world.clock.advance(20_000);
    assert.deepEqual([holder.held()[0].seq, await kept()], [emitsBeside ? 6 : 3, { seq: 2, count: 2 }]);
    store.resolve();
    await world.clock.advance(20_000);
    assert.deepEqual([sent.at(-1), await kept()], [6, { seq: 6, count: 6 }]);
  });
}
