import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHolderWorld, names } from './holders-for-tests.ts';

const SHARDS = 2;

interface Wishes {
  partBytes: number;
  /** Shards whose emissions never end. */
  hanging: Set<number>;
}

/** A reducer whose one part changes with each message, and how often it was kept, by shard. */
function setUp(wishes: Wishes) {
  const kept = new Array<number>(SHARDS).fill(0);
  let messages = 0;
  const world = createHolderWorld({
    shards: SHARDS,
    seed: 1,
    holderOptions: {
      checkpointIntervalMs: 5_000,
      checkpointBytesPerS: SHARDS * 1_000,
      maxCheckpointIntervalMs: 30_000,
    },
    reducers: () => [
      {
        name: 'bulk',
        create(shard) {
          let isDirty = false;
          return {
            name: 'bulk',
            apply: () => {
              isDirty = true;
            },
            takeDirty() {
              if (!isDirty) return new Map();
              isDirty = false;
              kept[shard]++;
              return new Map([['all', new Uint8Array(wishes.partBytes)]]);
            },
            emit: () => (wishes.hanging.has(shard) ? new Promise<void>(() => undefined) : Promise.resolve()),
          };
        },
      },
    ],
  });
  return {
    world,
    /** For so many seconds a message a second on each shard. Answers how often each was kept. */
    async live(seconds: number): Promise<number[]> {
      const before = [...kept];
      for (let second = 0; second < seconds; second++) {
        for (let shard = 0; shard < SHARDS; shard++) {
          await world.frames.publish(names.frames(shard), Buffer.from('x'), { msgId: `${++messages}`, headers: {} });
        }
        await world.clock.advance(1_000);
      }
      return kept.map((count, shard) => count - before[shard]);
    },
  };
}

test('the greater its checkpoints are the less often a shard is kept, between two bounds', async () => {
  const wishes: Wishes = { partBytes: 100, hanging: new Set() };
  const { world, live } = setUp(wishes);
  world.start();
  await live(30);
  assert.deepEqual(await live(120), [24, 24], 'small ones every 5 s');
  wishes.partBytes = 10_000;
  await live(30);
  assert.deepEqual(await live(120), [12, 12], '10 kB at 1 kB a second every 10 s');
  wishes.partBytes = 900_000;
  await live(60);
  assert.deepEqual(await live(120), [4, 4], 'great ones every 30 s');
});

test('while one shard is kept, or cannot be, messages of the others are folded in', async () => {
  const wishes: Wishes = { partBytes: 100, hanging: new Set() };
  const { world, live } = setUp(wishes);
  const { holder } = world.start();
  await live(3);
  wishes.hanging.add(0);
  await live(20);
  const { lastSeq } = await world.frames.info();
  const other = holder.held().find(({ shard }) => shard === 1);
  assert.deepEqual({ seq: other?.seq, trouble: other?.trouble }, { seq: lastSeq, trouble: '' });
});
