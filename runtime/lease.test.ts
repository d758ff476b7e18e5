import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createNames, keys } from '../schemas/names.ts';
import { createManualClock } from './clock.ts';
import { createMemoryKvStore } from './kv/memory-kv.ts';
import { createLeases, type Leases, type Term } from './lease.ts';
import { fairShare, readLease } from './lease-view.ts';
import { createSilentLog } from './log.ts';
import { createMemoryBusHub } from './memory-bus.ts';
import type { Fault } from './memory-faults.ts';
import { createRandom } from './memory-random.ts';

const SHARDS = 8;
const names = createNames();

interface Process {
  readonly leases: Leases;
  readonly taken: Term[];
  /** How its calls fare: 'ok', or held back (stopped) until `resume`. */
  stopCalls(): void;
  resumeCalls(): void;
  kill(): void;
  ended: Promise<void>;
}

function setUp() {
  const clock = createManualClock(1_000);
  const store = createMemoryKvStore(clock, { bucket: 'LEASES', ttlMs: 0, maxBytes: 0, replicas: 1 });
  const hub = createMemoryBusHub(clock);
  const stopAll = new AbortController();

  function start(owner: string, fault: (call: string) => Fault = () => 'ok'): Process {
    let gate: { promise: Promise<void>; resolve(): void } | null = null;
    const faults = (call: string) => (gate ? gate.promise.then(() => fault(call)) : fault(call));
    const bus = hub.open(faults);
    const taken: Term[] = [];
    const leases = createLeases({
      kv: store.open(faults),
      bus,
      clock,
      names,
      shards: SHARDS,
      owner,
      logger: createSilentLog(),
      onTaken: (term) => taken.push(term),
      // A release without an answer leaves a lease that grows old.
      onSurplus: (term) => void leases.release(term.shard).catch(() => undefined),
    });
    return {
      leases,
      taken,
      stopCalls: () => {
        gate ??= Promise.withResolvers<void>();
      },
      resumeCalls: () => {
        gate?.resolve();
        gate = null;
      },
      kill: () => {
        gate ??= Promise.withResolvers<void>();
        bus.disconnect();
      },
      ended: leases.run(stopAll.signal),
    };
  }

  const shardsOf = (one: Process) =>
    one.leases
      .held()
      .map((term) => term.shard)
      .sort((a, b) => a - b);
  return { clock, store, start, shardsOf, stop: () => stopAll.abort() };
}

test('shards are shared evenly by the processes that are there', async () => {
  const { clock, start, shardsOf, stop } = setUp();
  const a = start('a');
  await clock.advance(1_000);
  assert.deepEqual(shardsOf(a), [0, 1, 2, 3, 4, 5, 6, 7]);
  const b = start('b');
  const c = start('c');
  await clock.advance(3_000);
  assert.deepEqual([a, b, c].map((one) => shardsOf(one).length).sort(), [2, 3, 3]);
  assert.deepEqual([...shardsOf(a), ...shardsOf(b), ...shardsOf(c)].sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
  stop();
});

test('a killed process loses its shards at once, each to one successor with a greater epoch', async () => {
  const { clock, start, shardsOf, stop } = setUp();
  const a = start('a');
  const b = start('b');
  await clock.advance(3_000);
  const epochs = new Map(a.leases.held().map((term) => [term.shard, term.epoch]));
  assert.equal(epochs.size, 4);
  a.kill();
  await clock.advance(600);
  assert.equal(shardsOf(b).length, SHARDS);
  for (const term of b.leases.held()) assert.ok(term.epoch > (epochs.get(term.shard) ?? 0));
  stop();
});

test('a stopped process keeps its shards for three seconds, and learns of its loss when it wakes up', async () => {
  const { clock, start, shardsOf, stop } = setUp();
  const a = start('a');
  const b = start('b');
  await clock.advance(3_000);
  a.stopCalls();
  await clock.advance(2_000);
  assert.equal(shardsOf(b).length, 4);
  await clock.advance(3_000);
  assert.equal(shardsOf(b).length, SHARDS);
  const believed = a.leases.held();
  assert.equal(believed.length, 4);
  a.resumeCalls();
  await clock.advance(1_500);
  assert.ok(believed.every((term) => term.signal.aborted));
  await clock.advance(3_000);
  assert.deepEqual([shardsOf(a).length, shardsOf(b).length], [4, 4]);
  stop();
});

test('a process that retires gives everything back, and the others have it at once', async () => {
  const { clock, start, shardsOf, stop } = setUp();
  const a = start('a');
  const b = start('b');
  await clock.advance(3_000);
  a.leases.retire();
  await a.leases.leave();
  await clock.advance(600);
  assert.deepEqual([shardsOf(a).length, shardsOf(b).length], [0, SHARDS]);
  stop();
});

test('a lost watch concludes nothing and is opened again', async () => {
  const { clock, store, start, shardsOf, stop } = setUp();
  const a = start('a');
  const b = start('b');
  await clock.advance(3_000);
  const before = [shardsOf(a), shardsOf(b)];
  store.loseWatches();
  await clock.advance(10_000);
  assert.deepEqual([shardsOf(a), shardsOf(b)], before);
  assert.ok(a.taken.length + b.taken.length <= SHARDS + 4);
  stop();
});

test('names of processes that died long ago are forgotten', async () => {
  const { clock, store, start, stop } = setUp();
  start('a');
  const b = start('b');
  await clock.advance(2_000);
  b.kill();
  await clock.advance(70_000);
  assert.deepEqual(await store.open().keys('member.>'), [keys.member('a')]);
  stop();
});

test('fair shares add up to all shards and differ by one at most', () => {
  const owner = fc.stringMatching(/^[a-z0-9]{1,4}$/);
  fc.assert(
    fc.property(
      fc.uniqueArray(owner, { minLength: 1, maxLength: 9 }),
      fc.integer({ min: 1, max: 64 }),
      (all, shards) => {
        const quotas = all.map((one) => fairShare(all, one, shards).quota);
        assert.equal(
          quotas.reduce((a, b) => a + b, 0),
          shards,
        );
        assert.ok(Math.max(...quotas) - Math.min(...quotas) <= 1);
      },
    ),
  );
});

test('whatever fails and whoever dies, epochs never repeat and every shard ends up held once', async () => {
  const property = fc.asyncProperty(fc.nat(), async (seed) => {
    const { clock, store, start, shardsOf, stop } = setUp();
    let faulty = true;
    const random = createRandom(seed);
    const draw = () => Math.floor(random() * 100);
    const fault = (): Fault => {
      const drawn = faulty ? draw() : 99;
      return drawn < 4 ? 'fail_before' : drawn < 8 ? 'fail_after' : 'ok';
    };
    const everyone: Process[] = [];
    let alive: Process[] = [];
    for (let step = 0; step < 25; step++) {
      const drawn = draw();
      if (alive.length < 2 || (drawn < 20 && alive.length < 4)) {
        alive.push(start(`p${everyone.length}`, fault));
        everyone.push(alive[alive.length - 1]);
      } else if (drawn < 35) alive.splice(drawn % alive.length, 1)[0].kill();
      else if (drawn < 60) alive[drawn % alive.length].stopCalls();
      else for (const one of alive) one.resumeCalls();
      await clock.advance(300 + 40 * draw());
    }
    faulty = false;
    for (const one of alive) one.resumeCalls();
    await clock.advance(15_000);
    const all = alive.flatMap(shardsOf).sort((a, b) => a - b);
    assert.deepEqual(all, [0, 1, 2, 3, 4, 5, 6, 7]);
    const terms = everyone.flatMap((one) => one.taken.map((term) => `${term.shard}@${term.epoch}`));
    assert.equal(new Set(terms).size, terms.length);
    for (const term of alive.flatMap((one) => one.leases.held())) {
      assert.equal(readLease((await store.open().get(keys.lease(term.shard)))!.value).epoch, term.epoch);
    }
    alive = [];
    stop();
  });
  await fc.assert(property, { numRuns: 20 });
});
