import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../runtime/clock.ts';
import { EMPTY_MANIFEST, writeManifest } from '../runtime/holder/manifest.ts';
import { createMemoryKvStore } from '../runtime/kv/memory-kv.ts';
import { createSilentLog } from '../runtime/log.ts';
import { createMemoryLogStore } from '../runtime/stream/memory-stream.ts';
import { type Durable, LogUnavailableError, type PulledMessage } from '../runtime/stream/stream.ts';
import { createNames, keys } from '../schemas/names.ts';
import { createTrimmer } from './trimmer.ts';

const SHARDS = 3;
const SINKS = ['questdb', 'clickhouse'];
const MIN_AGE_MS = 60_000;
const names = createNames();

function setUp() {
  const clock = createManualClock(1_000_000);
  const store = createMemoryLogStore(clock, {
    name: 'FRAMES',
    subjects: [names.framesFilter],
    maxBytes: 0,
    duplicateWindowMs: 1_000,
    metadata: {},
    replicas: 1,
  });
  const kvStore = createMemoryKvStore(clock, { bucket: 'C', ttlMs: 0, maxBytes: 0, replicas: 1 });
  const [frames, kv] = [store.open(), kvStore.open()];
  const durables = new Map<string, Durable>();
  const unacked = new Map<string, PulledMessage[]>();
  const stored: { shard: number; seq: number; atMs: number }[] = [];
  const checkpointSeqs: number[] = new Array(SHARDS).fill(0);
  const acked = new Map<string, Set<number>>();
  let isAway = false;

  function startTrimmer() {
    return createTrimmer({
      frames: store.open({ faults: () => (isAway ? 'fail_before' : 'ok') }),
      checkpoints: kvStore.open(),
      names,
      shards: SHARDS,
      sinks: SINKS,
      clock,
      logger: createSilentLog(),
      minAgeMs: MIN_AGE_MS,
      intervalMs: 1_000,
      isOurs: () => true,
    });
  }
  const trimmer = startTrimmer();

  return {
    clock,
    frames,
    trimmer,
    startTrimmer,
    setAway(away: boolean) {
      isAway = away;
    },
    async publish(shard: number, count: number) {
      for (let i = 0; i < count; i++) {
        const msgId = `${shard}.${stored.length}`;
        const { seq } = await frames.publish(names.frames(shard), Buffer.from('x'), { msgId, headers: {} });
        stored.push({ shard, seq, atMs: clock.monotonicMs() });
      }
    },
    /** Makes the durable when it is not there; pulls, and acknowledges every message but each `leaving`th. */
    async consume(name: string, count: number, leaving: number) {
      const options = { subjects: [names.framesFilter], ackWaitMs: 1e9, maxAckPending: 1_000 };
      if (!durables.has(name)) {
        durables.set(name, await frames.openDurable(name, options));
        acked.set(name, new Set());
      }
      const pulled = await durables.get(name)!.pull({ maxMessages: count, maxBytes: 1e6, maxWaitMs: 0 });
      const waiting = [...(unacked.get(name) ?? []), ...pulled];
      for (const message of waiting) {
        if (leaving > 1 && message.seq % leaving === 0) continue;
        message.ack();
        acked.get(name)!.add(message.seq);
      }
      unacked.set(
        name,
        waiting.filter(({ seq }) => !acked.get(name)!.has(seq)),
      );
    },
    /** Moves a shard's checkpoint over up to `count` of its messages. */
    async checkpoint(shard: number, count: number) {
      const next = stored.filter((one) => one.shard === shard && one.seq > checkpointSeqs[shard]).slice(0, count);
      checkpointSeqs[shard] = next.at(-1)?.seq ?? checkpointSeqs[shard];
      await kv.put(keys.manifest(shard), writeManifest({ ...EMPTY_MANIFEST, epoch: 1, seq: checkpointSeqs[shard] }));
    },
    /** Every durable that is there, every sink and every shard takes all that there is. */
    async everybody() {
      for (const name of new Set([...SINKS, ...durables.keys()])) await this.consume(name, 1_000, 0);
      for (let shard = 0; shard < SHARDS; shard++) await this.checkpoint(shard, 1_000);
    },
    needed() {
      const everyone = new Set([...SINKS, ...durables.keys()]);
      return stored
        .filter(
          ({ shard, seq, atMs }) =>
            clock.monotonicMs() - atMs < MIN_AGE_MS ||
            seq > checkpointSeqs[shard] ||
            [...everyone].some((name) => !acked.get(name)?.has(seq)),
        )
        .map(({ seq }) => seq);
    },
    async kept() {
      const { firstSeq, lastSeq } = await frames.info();
      return { firstSeq, lastSeq };
    },
    lastSeq: () => stored.at(-1)?.seq ?? 0,
  };
}
type World = ReturnType<typeof setUp>;

/** Lets every sink and checkpoint take everything, and time pass. */
async function finishAll(world: World): Promise<void> {
  await world.everybody();
  await world.trimmer.trim();
  await world.clock.advance(MIN_AGE_MS);
  await world.trimmer.trim();
}

const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      shard: fc.nat(SHARDS - 1),
      count: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('consume' as const),
      // The third is one that nobody has told the trimmer of.
      name: fc.constantFrom('questdb', 'clickhouse', 'somebody'),
      count: fc.integer({ min: 1, max: 20 }),
      leaving: fc.constantFrom(0, 0, 0, 3),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('checkpoint' as const), shard: fc.nat(SHARDS - 1), count: fc.nat(12) }),
  },
  // Now and then everybody comes along, or nothing would ever go.
  { weight: 3, arbitrary: fc.record({ do: fc.constant('everybody' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 2 * MIN_AGE_MS }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('trim' as const), isAway: fc.constantFrom(false, false, true) }),
  },
);

test('nothing goes that a store, another durable, a checkpoint or the least age still keeps', async () => {
  let purged = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 80 }), async (steps) => {
      const world = setUp();
      for (const step of steps) {
        if (step.do === 'publish') await world.publish(step.shard, step.count);
        if (step.do === 'consume') await world.consume(step.name, step.count, step.leaving);
        if (step.do === 'checkpoint') await world.checkpoint(step.shard, step.count);
        if (step.do === 'everybody') await world.everybody();
        if (step.do === 'advance') await world.clock.advance(step.ms);
        if (step.do !== 'trim') continue;
        const before = await world.kept();
        world.setAway(step.isAway);
        const trimming = world.trimmer.trim();
        if (step.isAway) await assert.rejects(trimming, LogUnavailableError);
        else await trimming;
        const after = await world.kept();
        const gone = (seq: number) => seq >= before.firstSeq && seq < after.firstSeq;
        assert.deepEqual(world.needed().filter(gone), []);
        purged += after.firstSeq - before.firstSeq;
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(purged > 30, `something is removed now and then, ${purged} messages here`);
});

test('when everybody has everything and it is old enough, all of it goes, quiet shards or not', async () => {
  const world = setUp();
  await world.publish(0, 5);
  await world.publish(1, 1);
  await world.publish(0, 5);
  await finishAll(world);
  assert.deepEqual(await world.kept(), { firstSeq: 12, lastSeq: 11 });
});

test('a store of the deployment that has never run keeps everything', async () => {
  const world = setUp();
  await world.publish(0, 5);
  await world.consume('questdb', 10, 0);
  await world.checkpoint(0, 10);
  await world.trimmer.trim();
  await world.clock.advance(10 * MIN_AGE_MS);
  await world.trimmer.trim();
  assert.deepEqual(await world.kept(), { firstSeq: 1, lastSeq: 5 });
  await finishAll(world);
  assert.deepEqual(await world.kept(), { firstSeq: 6, lastSeq: 5 });
});

test('a shard without a checkpoint keeps everything from its first message on', async () => {
  const world = setUp();
  await world.publish(0, 5);
  await world.publish(1, 1);
  await world.publish(0, 5);
  for (const name of SINKS) await world.consume(name, 1_000, 0);
  await world.checkpoint(0, 1_000);
  await world.trimmer.trim();
  await world.clock.advance(MIN_AGE_MS);
  await world.trimmer.trim();
  assert.deepEqual(await world.kept(), { firstSeq: 6, lastSeq: 11 });
});

test('a trimmer that was just started does not know how old anything is', async () => {
  const world = setUp();
  await world.publish(0, 5);
  await finishAll(world);
  await world.publish(0, 5);
  await world.clock.advance(MIN_AGE_MS);
  for (const name of SINKS) await world.consume(name, 1_000, 0);
  await world.checkpoint(0, 1_000);
  const fresh = world.startTrimmer();
  await fresh.trim();
  assert.deepEqual(await world.kept(), { firstSeq: 6, lastSeq: 10 });
  await world.clock.advance(MIN_AGE_MS);
  await fresh.trim();
  assert.deepEqual(await world.kept(), { firstSeq: 11, lastSeq: 10 });
});

test('it goes on by itself, over a log that is away for a while', async () => {
  const world = setUp();
  await world.publish(0, 5);
  assert.equal(world.trimmer.turnAgeMs(), null);
  const running = world.trimmer.run();
  for (const name of SINKS) await world.consume(name, 1_000, 0);
  await world.checkpoint(0, 1_000);
  await world.clock.advance(10_000);
  world.setAway(true);
  await world.clock.advance(MIN_AGE_MS);
  assert.equal(world.trimmer.turnAgeMs(), MIN_AGE_MS);
  world.setAway(false);
  await world.clock.advance(2_000);
  assert.equal(world.trimmer.turnAgeMs(), 0);
  assert.deepEqual(await world.kept(), { firstSeq: 6, lastSeq: 5 });
  await world.trimmer.stop();
  await running;
});
