import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Reducer } from '../../runtime/reducer.ts';
import type { LogMessage } from '../../runtime/stream/stream.ts';
import { rowsOf, type SampleRow } from '../batch-rows.ts';
import { StoreUnavailableError } from '../sink.ts';
import { createRollUpCounts } from './counts.ts';
import { createMemoryRollUpTable } from './memory-roll-up-store.ts';
import { naiveRollUps, type RollUp } from './naive-roll-ups.ts';
import type { RollUpOptions } from './options.ts';
import { decodeRollUpBlock } from './roll-up-block-reader.ts';
import { createRollUps } from './roll-up-reducer.ts';
import { type RollUpRow, rollUpKey } from './roll-up-row.ts';
import type { RollUpStore } from './roll-up-store.ts';
import { anyOptions, anyStream, messageOf, messagesOf, names } from './roll-up-stream.arbitrary.ts';

const never = new AbortController().signal;

const turn = () => new Promise((resolve) => setImmediate(resolve));

function samplesOf({ data }: LogMessage): SampleRow[] {
  return data.length === 0 ? [] : rowsOf({ kind: 'samples', payload: data });
}

function withoutVersion({ version: _v, epoch: _e, ...rollUp }: RollUpRow): RollUp {
  return rollUp;
}

/** A raw table whose sink is anywhere between the first and the last message, and shards that are held in turn. */
function createWorld(messages: LogMessage[], options: Partial<RollUpOptions>) {
  let sinkAt = 0;
  let isStoreDown = false;
  const counts = createRollUpCounts();
  const table = createMemoryRollUpTable(() => messages.slice(0, sinkAt).flatMap(samplesOf));
  const end = table.open();
  const store: RollUpStore = {
    async write(block, rowCount) {
      if (isStoreDown) throw new StoreUnavailableError('down');
      const rows = decodeRollUpBlock(block);
      assert.equal(rows.length, rowCount);
      for (const row of rows) assertHoldsAllUpToItsVersion(row);
      await end.write(block, rowCount);
    },
    async recompute(request) {
      if (isStoreDown) throw new StoreUnavailableError('down');
      await end.recompute(request);
      await turn();
    },
  };

  function assertHoldsAllUpToItsVersion(row: RollUpRow): void {
    const samples = messages.filter(({ seq }) => seq <= row.version).flatMap(samplesOf);
    assert.deepEqual(withoutVersion(row), naiveRollUps(samples).get(rollUpKey(row)));
  }

  const rollUps = createRollUps({
    store,
    names,
    sinkPosition: async () => (sinkAt === 0 ? 0 : messages[sinkAt - 1].seq),
    onRecomputeFailed: (error) => assert.ok(error instanceof StoreUnavailableError),
    options,
    counts,
  });
  return {
    counts,
    table,
    rollUps,
    messages,
    moveSink: (count: number) => {
      sinkAt = Math.min(messages.length, sinkAt + count);
    },
    setStoreDown: (isDown: boolean) => {
      isStoreDown = isDown;
    },
  };
}
type World = ReturnType<typeof createWorld>;

/** A term of holding the shard. */
function hold(world: World, epoch: number, from: { at: number; parts: ReadonlyMap<string, Uint8Array> }) {
  const reducer: Reducer = world.rollUps.create(0, from.parts);
  const parts = new Map(from.parts);
  let at = from.at;
  return {
    apply(count: number): void {
      for (const message of world.messages.slice(at, at + count)) reducer.apply(message);
      at = Math.min(world.messages.length, at + count);
    },
    emit: () => reducer.emit({ epoch, seq: at === 0 ? 0 : world.messages[at - 1].seq, signal: never }),
    checkpoint() {
      for (const [name, bytes] of reducer.takeDirty()) parts.set(name, bytes ?? new Uint8Array());
      return { at, parts: new Map(parts) };
    },
  };
}

/** Emits, with time passing, until nothing is left to say. */
async function settle(world: World, holder: ReturnType<typeof hold>): Promise<void> {
  for (let round = 0; round < 1_000; round++) {
    const { seq, timeMs } = world.messages[world.messages.length - 1];
    const before = world.counts.rowsWritten + world.counts.recomputes;
    world.messages.push(messageOf(seq + 1, timeMs + 60_000, []));
    holder.apply(Number.POSITIVE_INFINITY);
    world.moveSink(world.messages.length);
    await holder.emit();
    if (world.counts.rowsWritten + world.counts.recomputes === before) return;
  }
  assert.fail('the roll-ups do not come to rest');
}

function assertTableIsRight({ table, messages }: World): void {
  const held = new Map(table.rows().map((row) => [rollUpKey(row), withoutVersion(row)]));
  const wanted = naiveRollUps(messages.flatMap(samplesOf));
  const byKey = (rows: Map<string, RollUp>) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  assert.deepEqual(byKey(held), byKey(wanted));
}

const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('apply' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('sink' as const), count: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('emit' as const), applying: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('checkpoint' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('zombie' as const), applying: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('store' as const), isDown: fc.boolean() }) },
);

test('whatever repeats, is late, crashes or is held twice, the greatest versions equal a recompute', async () => {
  await fc.assert(
    fc.asyncProperty(anyStream, anyOptions, fc.array(anyStep, { maxLength: 60 }), async (plans, options, steps) => {
      const world = createWorld(messagesOf(plans), options);
      let epoch = 1;
      let kept = { at: 0, parts: new Map<string, Uint8Array>() };
      let holder = hold(world, epoch, kept);
      let zombie = holder;
      /** True when everything so far was sent out. */
      const emit = async (of: typeof holder) => {
        try {
          await of.emit();
          return true;
        } catch (error) {
          assert.ok(error instanceof StoreUnavailableError);
          return false;
        }
      };
      for (const step of steps) {
        if (step.do === 'apply') holder.apply(step.count);
        if (step.do === 'sink') world.moveSink(step.count);
        if (step.do === 'store') world.setStoreDown(step.isDown);
        if (step.do === 'emit') {
          const emitted = emit(holder);
          holder.apply(step.applying);
          await turn();
          holder.apply(step.applying);
          await emitted;
        }
        if (step.do === 'checkpoint' && (await emit(holder))) kept = holder.checkpoint();
        if (step.do === 'crash') {
          zombie = holder;
          holder = hold(world, ++epoch, kept);
        }
        if (step.do === 'zombie') {
          zombie.apply(step.applying);
          await emit(zombie);
        }
      }
      world.setStoreDown(false);
      await settle(world, holder);
      assertTableIsRight(world);
    }),
    { numRuns: 300 },
  );
});

test('a shard that is restored from a checkpoint anywhere goes on to the same bytes', () => {
  fc.assert(
    fc.property(anyStream, anyOptions, fc.nat(40), (plans, options, at) => {
      const world = createWorld(messagesOf(plans), options);
      const straight = hold(world, 1, { at: 0, parts: new Map() });
      straight.apply(Number.POSITIVE_INFINITY);
      const first = hold(world, 1, { at: 0, parts: new Map() });
      first.apply(at);
      const second = hold(world, 2, first.checkpoint());
      second.apply(Number.POSITIVE_INFINITY);
      assert.deepEqual(second.checkpoint(), straight.checkpoint());
    }),
  );
});
