import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../runtime/clock.ts';
import { createMemoryKvStore } from '../runtime/kv/memory-kv.ts';
import { createSilentLog } from '../runtime/log.ts';
import { type ClockReading, MAX_UNPROVEN_OFFSET_MS } from '../schemas/clock-offset.ts';
import { createClockOffsets } from './offsets.ts';

const NOW_MS = 1_800_000_000_000;
const DAY_MS = 86_400_000;
const BOOT = '00000000000000ff';

/** Ingest's processes over one bucket; each remembers by itself what it suspects. */
function setUp(processes = 1) {
  const clock = createManualClock(NOW_MS);
  const store = createMemoryKvStore(clock, { bucket: 'OFFSETS', ttlMs: 60 * DAY_MS, maxBytes: 0, replicas: 1 });
  const offsets = Array.from({ length: processes }, () =>
    createClockOffsets({ kv: store.open(), clock, ttlMs: 60 * DAY_MS, log: createSilentLog() }),
  );
  let turn = 0;
  /** The frozen offset, or why there is none yet. */
  async function resolve(sentMs: number, lastTimeMs = sentMs): Promise<number | string> {
    const reading: ClockReading = { receivedMs: clock.nowMs(), sentMs, lastTimeMs };
    const resolved = await offsets[turn++ % processes].resolve('watch', BOOT, reading);
    return typeof resolved === 'string' ? resolved : resolved.offsetMs;
  }
  return { clock, resolve };
}

const delayMs = fc.integer({ min: 0, max: 600 });

test('a clock that is behind, however far, is corrected soon when sent_ms is written anew', async () => {
  const behindMs = fc.integer({ min: MAX_UNPROVEN_OFFSET_MS + 1, max: 20_000 * DAY_MS });
  const delays = fc.tuple(delayMs, delayMs, delayMs, delayMs);
  await fc.assert(
    fc.asyncProperty(behindMs, delays, fc.integer({ min: 1, max: 3 }), async (behind, waits, processes) => {
      const { clock, resolve } = setUp(processes);
      let outcome: number | string = '';
      for (let attempt = 0; attempt < 3 * processes && typeof outcome === 'string'; attempt++) {
        outcome = await resolve(clock.nowMs() - behind - waits[attempt % 4]);
        if (typeof outcome === 'string') assert.equal(outcome, 'clock_unproven');
        await clock.advance(1_000 * 2 ** Math.min(attempt, 5));
      }
      assert.ok(typeof outcome === 'number', 'it is frozen in the end');
      assert.ok(outcome >= behind && outcome <= behind + 600, `${outcome} for a clock ${behind} ms behind`);
      assert.equal(await resolve(clock.nowMs()), outcome, 'and stays, whatever comes later');
    }),
    { numRuns: 200 },
  );
});

test('however old the first frames of a right clock are when they come, no live frame is in the future', async () => {
  const lateMs = fc.integer({ min: 0, max: 10 * DAY_MS });
  const pausesMs = fc.array(fc.integer({ min: 0, max: 120_000 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.array(lateMs, { minLength: 1, maxLength: 8 }), pausesMs, async (lates, pauses) => {
      const { clock, resolve } = setUp();
      const queue = lates.map((late) => NOW_MS - late).toSorted((a, b) => a - b);
      const frozen = new Set<number>();
      // A library's queue, sent again from its head, with every frame as it was written then.
      for (const pause of pauses) {
        for (const sentMs of queue) {
          const outcome = await resolve(sentMs);
          if (typeof outcome === 'number') frozen.add(outcome);
        }
        await clock.advance(pause);
      }
      const live = await resolve(clock.nowMs());
      assert.ok(typeof live === 'number');
      frozen.add(live);
      assert.equal(frozen.size, 1, 'one offset for ever');
      assert.ok(live <= MAX_UNPROVEN_OFFSET_MS, `a live frame would be ${live} ms in the future`);
    }),
    { numRuns: 300 },
  );
});

test('who never writes sent_ms anew is taken at the third attempt, as if it had sent none', async () => {
  const { clock, resolve } = setUp();
  const outcomes: (number | string)[] = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    outcomes.push(await resolve(NOW_MS - 3_600_000));
    // More of the same burst is no attempt of its own.
    outcomes.push(await resolve(NOW_MS - 3_600_000));
    await clock.advance(2_000);
  }
  assert.deepEqual(outcomes, [...Array.from({ length: 4 }, () => 'clock_unproven'), 0, 0, 0, 0]);
});

test('a clock ahead, one that says nothing, and one a few seconds behind are frozen at once, as before', async () => {
  assert.equal(await setUp().resolve(NOW_MS + 3 * DAY_MS), -3 * DAY_MS);
  assert.equal(await setUp().resolve(Number.NaN, NOW_MS - DAY_MS), 0);
  assert.equal(await setUp().resolve(Number.NaN, NOW_MS + DAY_MS), -DAY_MS);
  assert.equal(await setUp().resolve(NOW_MS - 900), 0);
  assert.equal(await setUp().resolve(NOW_MS - 9_000), 9_000);
});
