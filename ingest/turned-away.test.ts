import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../runtime/clock.ts';
import { createMemoryKvStore } from '../runtime/kv/memory-kv.ts';
import { createSilentLog } from '../runtime/log.ts';
import type { Fault } from '../runtime/memory-faults.ts';
import { readTurnedAway } from '../runtime/turned-away.ts';
import { isForLater, REASON_NAMES, REASONS } from '../schemas/reasons.ts';
import { createTurnedAway } from './turned-away.ts';

test('whatever fails and however often it is told, each frame of each process is in the ledger once', async () => {
  const reasons = fc.array(fc.constantFrom(...REASON_NAMES), { maxLength: 40 });
  const fault = fc.constantFrom<Fault>('ok', 'ok', 'fail_before', 'fail_after');
  await fc.assert(
    fc.asyncProperty(fc.array(reasons, { maxLength: 6 }), fc.infiniteStream(fault), async (runs, faults) => {
      const clock = createManualClock(1_800_000_000_000);
      const store = createMemoryKvStore(clock, { bucket: 'LEDGER', ttlMs: 0, maxBytes: 0, replicas: 1 });
      let isBroken = true;
      const kv = store.open(() => (isBroken ? faults.next().value : 'ok'));
      const processes = runs.map((_, i) =>
        createTurnedAway({ kv, instance: `run${i}`, clock, log: createSilentLog() }),
      );
      const expected = { refused: 0, shed: 0, reasons: {} as Record<string, number> };
      for (let round = 0; round < 40; round++) {
        for (const [i, run] of runs.entries()) {
          const reason = run[round];
          if (reason === undefined) continue;
          processes[i].count(reason);
          if (!isForLater(reason)) continue;
          expected[REASONS[reason].outcome === 'shed' ? 'shed' : 'refused'] += 1;
          expected.reasons[reason] = (expected.reasons[reason] ?? 0) + 1;
        }
        if (round % 7 === 0) await clock.advance(2_000);
      }
      isBroken = false;
      await Promise.all(processes.map((process) => process.stop()));
      assert.deepEqual(await readTurnedAway(store.open()), expected);
    }),
    { numRuns: 40 },
  );
});

test('without news nothing is written', async () => {
  const clock = createManualClock();
  const store = createMemoryKvStore(clock, { bucket: 'LEDGER', ttlMs: 0, maxBytes: 0, replicas: 1 });
  const turnedAway = createTurnedAway({ kv: store.open(), instance: 'run', clock, log: createSilentLog() });
  await clock.advance(60_000);
  turnedAway.count('frame_too_old');
  await turnedAway.stop();
  assert.deepEqual(await store.open().keys('>'), []);
  assert.deepEqual(await readTurnedAway(store.open()), { refused: 0, shed: 0, reasons: {} });
});
