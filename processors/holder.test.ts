import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createHolderWorld, type HolderStep, names, takeStep } from '../runtime/holder/holders-for-tests.ts';
import { createMemoryKvStore } from '../runtime/kv/memory-kv.ts';
import { readAccepted } from '../runtime/ledger.ts';
import { BATCH_HEADERS } from '../schemas/names.ts';
import { rowsOf, type SampleRow } from './batch-rows.ts';
import { createAcceptedReducers } from './ledger/accepted.ts';
import { createRollUpCounts } from './roll-ups/counts.ts';
import { createMemoryRollUpTable } from './roll-ups/memory-roll-up-store.ts';
import { naiveRollUps } from './roll-ups/naive-roll-ups.ts';
import type { RollUpOptions } from './roll-ups/options.ts';
import { createRollUps } from './roll-ups/roll-up-reducer.ts';
import { type RollUpRow, rollUpKey } from './roll-ups/roll-up-row.ts';
import type { MessagePlan } from './roll-ups/roll-up-stream.arbitrary.ts';
import { anyOptions, anyStream, messageOf, STREAM_START_MS } from './roll-ups/roll-up-stream.arbitrary.ts';

const SHARDS = 2;

/** Holders with the reducers of the processors, and a raw table whose sink is anywhere behind the log. */
function createWorld(seed: number, rollUpOptions: Partial<RollUpOptions>) {
  const rows: SampleRow[][] = [];
  let sinkSeq = 0;
  const counts = createRollUpCounts();
  const table = createMemoryRollUpTable(() => rows.slice(0, sinkSeq).flat());
  let ledger: ReturnType<typeof createMemoryKvStore> | null = null;
  const world = createHolderWorld({
    shards: SHARDS,
    seed,
    startMs: STREAM_START_MS,
    reducers(faults, { clock }) {
      ledger ??= createMemoryKvStore(clock, { bucket: names.ledgerBucket, ttlMs: 0, maxBytes: 0, replicas: 1 });
      return [
        createAcceptedReducers({ kv: ledger.open(faults), names }),
        createRollUps({
          store: table.open(faults),
          names,
          sinkPosition: async () => sinkSeq,
          onRecomputeFailed: () => undefined,
          options: rollUpOptions,
          counts,
        }),
      ];
    },
  });
  const lastSeqs: number[] = new Array(SHARDS).fill(0);
  let batches = 0;
  let samples = 0;

  return {
    world,
    table,
    counts,
    lastSeqOf: (shard: number) => lastSeqs[shard],
    moveSink: (messages: number) => {
      sinkSeq = Math.min(rows.length, sinkSeq + messages);
    },
    /** Publishes a batch; a device stays on its shard. Ticks of the holders come in between. */
    async publish(shard: number, { frames }: MessagePlan, twice: boolean): Promise<void> {
      const own = frames.map((frame) => ({ ...frame, device: `${frame.device}-${shard}` }));
      if (own.length === 0) return;
      const message = messageOf(++batches, world.clock.nowMs(), own);
      const headers = Object.fromEntries(Object.values(BATCH_HEADERS).map((name) => [name, message.header(name)]));
      const fresh = rowsOf({ kind: 'samples', payload: message.data });
      samples += fresh.length;
      // The second one has an id of its own: a publish that was repeated after the window of the log.
      for (const again of twice ? ['', '.again'] : ['']) {
        const msgId = `${batches}${again}`;
        const { seq } = await world.frames.publish(names.frames(shard), message.data, { msgId, headers });
        lastSeqs[shard] = seq;
        rows[seq - 1] = fresh;
      }
    },
    allRows: () => rows.flat(),
    accepted: async () => ({ counted: ledger ? await readAccepted(ledger.open()) : 0, sent: samples }),
    /** Ticks have no rows. */
    coverLog: async () => {
      const { lastSeq } = await world.frames.info();
      for (let seq = 1; seq <= lastSeq; seq++) rows[seq - 1] ??= [];
      sinkSeq = lastSeq;
    },
  };
}
type World = ReturnType<typeof createWorld>;

const anyStep: fc.Arbitrary<HolderStep | { do: 'sink'; messages: number }> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('sink' as const), messages: fc.integer({ min: 1, max: 8 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 6_000 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('start' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('stop' as const, 'resume' as const, 'kill' as const, 'drain' as const),
      which: fc.nat(10),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('trouble' as const),
      which: fc.nat(10),
      share: fc.constantFrom(0, 0.05, 0.3),
    }),
  },
);

const withoutVersion = ({ version: _v, epoch: _e, ...rollUp }: RollUpRow) => rollUp;

/** Everybody is well again, and time passes until the roll-ups have nothing left to say. */
async function settle(all: World): Promise<void> {
  all.world.start();
  await all.world.settle(() => all.world.isCaughtUp(all.lastSeqOf));
  for (let round = 0, quiet = 0; quiet < 3; round++) {
    assert.ok(round < 200, 'the roll-ups come to rest');
    const before = all.counts.rowsWritten + all.counts.recomputes;
    await all.coverLog();
    await all.world.clock.advance(20_000);
    const after = all.counts.rowsWritten + all.counts.recomputes;
    quiet = after === before ? quiet + 1 : 0;
  }
}

async function assertRight(all: World): Promise<void> {
  const wanted = naiveRollUps(all.allRows());
  const held = new Map(all.table.rows().map((row) => [rollUpKey(row), withoutVersion(row)]));
  const byKey = <T>(found: Map<string, T>) => [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  assert.deepEqual(byKey(held), byKey(wanted));
  const { counted, sent } = await all.accepted();
  assert.equal(counted, sent);
}

test('with holders that die and wake up, roll-ups equal a recompute and every sample is accepted once', async () => {
  const anyPlans = fc.array(fc.tuple(fc.nat(SHARDS - 1), fc.boolean(), fc.array(anyStep, { maxLength: 3 })), {
    minLength: 40,
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(fc.integer(), anyStream, anyOptions, anyPlans, async (seed, plans, options, between) => {
      const all = createWorld(seed, options);
      all.world.start();
      for (const [i, plan] of plans.entries()) {
        const [shard, twice, steps] = between[i];
        await all.world.clock.advance(plan.afterMs);
        await all.publish(shard, plan, twice);
        for (const step of steps) {
          if (step.do === 'sink') all.moveSink(step.messages);
          else await takeStep(all.world, step);
        }
      }
      await settle(all);
      await assertRight(all);
    }),
    { numRuns: 25 },
  );
});

test('recomputes without room stop a shard while the sink is behind; then it works them off', async () => {
  const all = createWorld(1, { maxRecomputes: 16, latenessMs: 0 });
  const { holder } = all.world.start();
  await all.world.clock.advance(1_000);
  for (let hoursLate = 0; hoursLate < 8; hoursLate++) {
    const timesMs = [all.world.clock.nowMs() - hoursLate * 3_600_000];
    const columns = { heart_rate: [100 + hoursLate] };
    const frame = { device: 'watch', boot: '00000000000000ff', seq: hoursLate + 1, source: 'hr', timesMs, columns };
    await all.publish(0, { afterMs: 0, frames: [frame] }, false);
    await all.world.clock.advance(1_000);
  }
  await all.world.clock.advance(60_000);
  assert.match(holder.held()[0].trouble, /1 device-hours wait for a recompute already/);
  await all.coverLog();
  await settle(all);
  await assertRight(all);
});
