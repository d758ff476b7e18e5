import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { HEAD_START_MS, keepMoments, nextRun, REST_MS, readMoments } from './moments.ts';

const NOW_MS = Date.UTC(2026, 5, 8, 12);
const RUN_MS = 2_834_000;
const DAY_MS = 86_400_000;

/** What its device measures, as the simulator says: played from the anchor on, it ends at its last sample. */
const spanOf = ({ anchorMs, speed }: { anchorMs: number; speed: number }) => {
  const endMs = anchorMs + RUN_MS / speed;
  return { beginsMs: endMs - RUN_MS, endMs };
};

test('the first run in real time began a quarter of an hour ago, so there is something to see', () => {
  const run = nextRun(null, 1, NOW_MS);
  assert.deepEqual(run, { anchorMs: NOW_MS - HEAD_START_MS, speed: 1, durationMs: null });
  assert.deepEqual(spanOf(run).beginsMs, NOW_MS - HEAD_START_MS);
});

test('a run that was broken off is the same one at the next start, whatever speed is asked for', () => {
  const run = nextRun(null, 1, NOW_MS);
  assert.deepEqual(nextRun(run, 10, NOW_MS + DAY_MS), run);
});

test('runs never overlap and are never played before they happen, at any speed, whenever they are started', () => {
  const speed = fc.oneof(fc.constantFrom(1, 10), fc.integer({ min: 1, max: 100 }));
  fc.assert(
    fc.property(fc.array(fc.record({ speed, laterMs: fc.nat(3 * DAY_MS) }), { minLength: 2 }), (starts) => {
      let nowMs = NOW_MS;
      let last: ReturnType<typeof nextRun> | null = null;
      for (const { speed, laterMs } of starts) {
        nowMs += laterMs;
        const run = nextRun(last, speed, nowMs);
        const { beginsMs, endMs } = spanOf(run);
        if (last !== null) assert.ok(beginsMs >= spanOf(last).endMs + REST_MS - 1, `${beginsMs}`);
        // Half-way through, what is played was measured before it is sent.
        const halfMs = (beginsMs + endMs) / 2;
        const playedMs = run.anchorMs + (halfMs - beginsMs) / run.speed;
        assert.ok(halfMs <= playedMs + 1);
        last = { ...run, durationMs: RUN_MS };
        nowMs = Math.max(nowMs, endMs);
      }
    }),
  );
});

test('moments are kept in the folder, and given up when their rows are too old for the hot store', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'slip-moments-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const first = readMoments(dir, NOW_MS);
  assert.deepEqual(first, { anchorMs: NOW_MS - 3_600_000, run: null });
  const run = { anchorMs: NOW_MS, speed: 1, durationMs: null };
  keepMoments(dir, { ...first, run });
  assert.deepEqual(readMoments(dir, NOW_MS + 4 * DAY_MS), { ...first, run });
  assert.deepEqual(readMoments(dir, NOW_MS + 6 * DAY_MS), { anchorMs: NOW_MS + 6 * DAY_MS - 3_600_000, run: null });
  // As an earlier version left it.
  await writeFile(join(dir, 'demo.json'), `{"anchorMs":${NOW_MS}}\n`);
  assert.deepEqual(readMoments(dir, NOW_MS), { anchorMs: NOW_MS, run: null });
});
