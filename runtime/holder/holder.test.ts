import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keys } from '../../schemas/names.ts';
import { createChronicle, type Emission, mergeParts, PARTS, type Wishes } from './chronicle-for-tests.ts';
import { createHolderWorld, type HolderStep, type HolderWorld, names, takeStep } from './holders-for-tests.ts';
import { EMPTY_MANIFEST, readManifest, writeManifest } from './manifest.ts';

const SHARDS = 3;

function setUp(seed: number, wishes: Wishes = {}) {
  const emitted: Emission[] = [];
  let owner = 0;
  const world = createHolderWorld({
    shards: SHARDS,
    seed,
    // Each step ends a slice.
    holderOptions: wishes.takesInSteps ? { encodeSliceMs: 0 } : {},
    reducers: () => [createChronicle(owner++, emitted, wishes)],
  });
  const sent: { word: string; seq: number }[][] = Array.from({ length: SHARDS }, () => []);
  let words = 0;

  async function publish(shard: number, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const word = `w${++words}`;
      const { seq } = await world.frames.publish(names.frames(shard), Buffer.from(word), { msgId: word, headers: {} });
      sent[shard].push({ word, seq });
    }
  }

  const lastSeqOf = (shard: number) => sent[shard].at(-1)?.seq ?? 0;
  const wordsUpTo = (shard: number, seq: number) =>
    sent[shard]
      .filter((one) => one.seq <= seq)
      .map(({ word }) => word)
      .join(' ');

  /** What a successor would find, by shard. */
  async function kept(shard: number) {
    const entry = await world.checkpoints.get(keys.manifest(shard));
    if (!entry) return { seq: 0, words: '' };
    const { seq, parts } = readManifest(entry.value);
    const values = new Map<string, Uint8Array>();
    for (const [part, key] of Object.entries(parts)) {
      values.set(part.replace('chronicle.', ''), (await world.checkpoints.get(key))!.value);
    }
    return { seq, words: mergeParts(values).join(' ') };
  }

  return { world, emitted, publish, kept, lastSeqOf, wordsUpTo };
}
type SetUp = ReturnType<typeof setUp>;

const anyStep: fc.Arbitrary<HolderStep | { do: 'publish'; shard: number; count: number }> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      shard: fc.nat(SHARDS - 1),
      count: fc.integer({ min: 1, max: 20 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 8_000 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('start' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('loseWatches' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('trim' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(...(['stop', 'resume', 'resumeUnaware', 'kill', 'drain'] as const)),
      which: fc.nat(10),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('trouble' as const),
      which: fc.nat(10),
      share: fc.constantFrom(0, 0.02, 0.1, 0.4),
    }),
  },
);

const anySteps = fc.array(anyStep, { minLength: 5, maxLength: 60 });

async function assertKeptWhatWasSent({ world, kept, lastSeqOf, wordsUpTo, publish }: SetUp): Promise<void> {
  // Whoever lives goes on, and one more comes, so that somebody is there.
  world.start();
  for (let shard = 0; shard < SHARDS; shard++) await publish(shard, 1);
  await world.settle(() => world.isCaughtUp(lastSeqOf));
  // One shard is kept after the other, and before each what it sends may take a second and a half, twice.
  await world.clock.advance(20_000);
  for (let shard = 0; shard < SHARDS; shard++) {
    const seq = lastSeqOf(shard);
    assert.deepEqual(await kept(shard), { seq, words: wordsUpTo(shard, seq) });
  }
}

function assertEmissionsAreRight({ emitted, wordsUpTo }: SetUp): void {
  const ownerOf = new Map<string, number>();
  for (const { shard, epoch, owner, seq, words } of emitted) {
    assert.equal(words, wordsUpTo(shard, seq), `what epoch ${epoch} emitted at ${seq}`);
    // An epoch is one process's, so the greatest one tells who is right.
    const key = `${shard} ${epoch}`;
    assert.equal(ownerOf.get(key) ?? owner, owner);
    ownerOf.set(key, owner);
  }
}

test('whoever dies, stops or wakes up, every message counts once and in order in what is kept', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.boolean(),
      fc.boolean(),
      anySteps,
      async (seed, emitsBeside, takesInSteps, steps) => {
        const emitLasts = () => all.world.clock.sleep(seed % 1_500);
        const all: SetUp = setUp(seed, { emitsBeside, takesInSteps, emitLasts });
        all.world.start();
        for (const step of steps) {
          if (step.do === 'publish') await all.publish(step.shard, step.count);
          else await takeStep(all.world, step);
        }
        await assertKeptWhatWasSent(all);
        assertEmissionsAreRight(all);
      },
    ),
    { numRuns: 60, endOnFailure: false },
  );
});

test('a process that wakes up after what it had not read was removed sends out nothing of it', async () => {
  const all = setUp(1);
  const first = all.world.start();
  await all.publish(0, 3);
  await all.world.clock.advance(7_000);
  first.stop();
  await all.publish(0, 3);
  const second = all.world.start();
  await all.world.clock.advance(20_000);
  assert.equal(second.holder.held()[0].seq, 6);
  await all.world.trim();
  await all.publish(0, 3);
  first.resumeUnaware();
  await all.world.clock.advance(20_000);
  assert.equal(all.emitted.findLast(({ shard }) => shard === 0)?.seq, 9);
  assertEmissionsAreRight(all);
});

/** Keys of values that are kept for a shard. */
const valueKeys = (world: HolderWorld, shard: number) => world.checkpoints.keys(keys.checkpoints(shard));

test('only what the manifest names is kept, and what a killed process left behind is removed', async () => {
  const all = setUp(1);
  const first = all.world.start();
  await all.publish(0, 10);
  await all.world.clock.advance(7_000);
  first.setTrouble(0.3);
  await all.publish(0, 10);
  await all.world.clock.advance(20_000);
  first.kill();
  await all.world.checkpoints.put(keys.checkpoint(0, 0, 1, 1, 'chronicle.words-0'), Buffer.from('left over'));
  all.world.start();
  await all.publish(0, 1);
  await all.world.clock.advance(20_000);
  const entry = await all.world.checkpoints.get(keys.manifest(0));
  const named = Object.values(readManifest(entry!.value).parts);
  assert.deepEqual((await valueKeys(all.world, 0)).sort(), [...named].sort());
  assert.equal(named.length, PARTS + 1);
});

test('a message that a reducer cannot take stops its shard alone, said in its status, until it can', async () => {
  let isOld = true;
  const all = setUp(1, { refuses: (word) => isOld && word === 'w3' });
  const { holder } = all.world.start();
  await all.publish(1, 5);
  await all.publish(0, 2);
  await all.world.clock.advance(20_000);
  const troubles = holder.held().map(({ trouble }) => trouble);
  assert.deepEqual(troubles, ['', 'cannot take w3', '']);
  assert.equal(all.emitted.findLast(({ shard }) => shard === 0)?.words, 'w6 w7');
  isOld = false;
  await all.world.clock.advance(60_000);
  assert.deepEqual(await all.kept(1), { seq: 5, words: 'w1 w2 w3 w4 w5' });
  assert.ok(holder.held().every(({ trouble, isCaughtUp }) => trouble === '' && isCaughtUp));
});

test('draining keeps everything and hands the shards over at once', async () => {
  const all = setUp(1);
  const first = all.world.start();
  await all.world.clock.advance(1_000);
  const second = all.world.start();
  await all.world.clock.advance(3_000);
  for (let shard = 0; shard < SHARDS; shard++) await all.publish(shard, 4);
  await all.world.clock.advance(100);
  const handedOver = first.holder.held().map(({ shard }) => shard);
  assert.equal(handedOver.length, 2);
  let isDrained = false;
  void first.holder.drain().then(() => {
    isDrained = true;
  });
  await all.world.clock.advance(600);
  assert.ok(isDrained);
  assert.deepEqual(first.holder.held(), []);
  assert.deepEqual(
    second.holder.held().map(({ shard }) => shard),
    [0, 1, 2],
  );
  for (const shard of handedOver) {
    assert.equal((await all.kept(shard)).words, all.wordsUpTo(shard, all.lastSeqOf(shard)));
  }
});

test('an emission that fails holds the checkpoint back and nothing else, and is said until it succeeds', async () => {
  const wishes: Wishes = { emitError: new Error('the store is away') };
  const all = setUp(1, wishes);
  const { holder } = all.world.start();
  await all.publish(0, 3);
  await all.world.clock.advance(20_000);
  const [status] = holder.held();
  assert.deepEqual([status.seq, status.trouble], [3, 'chronicle could not emit: the store is away']);
  assert.deepEqual(await all.kept(0), { seq: 0, words: '' });
  wishes.emitError = null;
  await all.world.clock.advance(15_000);
  assert.equal(holder.held()[0].trouble, '');
  assert.deepEqual(await all.kept(0), { seq: 3, words: 'w1 w2 w3' });
});

test('what is urgent is sent out at once, at most four times a second, and nothing else is', async () => {
  const wishes: Wishes = {};
  const all = setUp(1, wishes);
  all.world.start();
  await all.world.clock.advance(5_100);
  all.emitted.splice(0);
  await all.publish(0, 1);
  await all.world.clock.advance(100);
  assert.equal(all.emitted.length, 0);
  wishes.isUrgent = () => true;
  await all.publish(0, 1);
  await all.world.clock.advance(51);
  assert.deepEqual(
    all.emitted.map(({ shard, words }) => [shard, words]),
    [[0, 'w1 w2']],
  );
  for (let i = 0; i < 60; i++) {
    await all.publish(0, 1);
    await all.world.clock.advance(10);
  }
  assert.deepEqual(
    all.emitted.filter(({ shard }) => shard === 0).map(({ words }) => words.split(' ').length),
    [2, 27, 52],
  );
});

test('an idle shard gets a tick a second while a reducer wants them, and only then', async () => {
  const wishes: Wishes = { wantsTick: true };
  const all = setUp(1, wishes);
  all.world.start();
  await all.world.clock.advance(1_000);
  const before = (await all.world.frames.info()).lastSeq;
  await all.world.clock.advance(10_000);
  const ticks = (await all.world.frames.info()).lastSeq - before;
  assert.ok(ticks >= SHARDS * 9 && ticks <= SHARDS * 11, `${ticks} ticks on ${SHARDS} shards in ten seconds`);
  for (let i = 0; i < 40; i++) {
    for (let shard = 0; shard < SHARDS; shard++) await all.publish(shard, 1);
    await all.world.clock.advance(250);
  }
  const { lastSeq } = await all.world.frames.info();
  assert.ok(lastSeq - before - ticks - 40 * SHARDS <= SHARDS, 'a shard that is written to gets none');
  wishes.wantsTick = false;
  await all.world.clock.advance(1_000);
  const quiet = await all.world.frames.info();
  await all.world.clock.advance(10_000);
  assert.equal((await all.world.frames.info()).lastSeq, quiet.lastSeq);
});

test('a log that ends before the checkpoint has lost messages: the shard stands still and says so', async () => {
  const all = setUp(1);
  await all.world.checkpoints.put(keys.manifest(0), writeManifest({ ...EMPTY_MANIFEST, seq: 5 }));
  const { holder } = all.world.start();
  await all.world.clock.advance(3_000);
  assert.deepEqual(
    holder.held().map(({ trouble }) => trouble),
    ['the log ends at 0, before the checkpoint at 5: it lost messages', '', ''],
  );
});

test('stopped without draining, a process lets go as a killed one does', async () => {
  const all = setUp(1);
  const first = all.world.start();
  await all.world.clock.advance(1_000);
  await all.publish(0, 3);
  await first.holder.stop();
  await first.running;
  assert.deepEqual(first.holder.held(), []);
  const second = all.world.start();
  await all.world.clock.advance(1_000);
  assert.equal(second.holder.held().length, SHARDS);
  assert.deepEqual(await all.kept(0), { seq: 3, words: 'w1 w2 w3' });
});

test('a store that never answers keeps neither the end of a process nor its successor waiting', async () => {
  const wishes: Wishes = {};
  const all = setUp(1, wishes);
  const first = all.world.start();
  await all.world.clock.advance(7_000);
  wishes.emitHangs = true;
  await all.publish(0, 3);
  await all.world.clock.advance(7_000);
  await first.holder.stop();
  wishes.emitHangs = false;
  const second = all.world.start();
  await all.world.clock.advance(3_000);
  assert.equal(second.holder.held().length, SHARDS);
  assert.deepEqual(await all.kept(0), { seq: 3, words: 'w1 w2 w3' });
});
