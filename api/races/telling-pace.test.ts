import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../../runtime/clock.ts';
import { createTellingPace, type Lane, type Sent } from './telling-pace.ts';

/** Each message takes `messageMs`; what is told, and when it began, is noted, and how long each slice of it took. */
function setUp(sentIn: Sent, messageMs: number) {
  const manual = createManualClock();
  let spentMs = 0;
  const clock = { ...manual, monotonicMs: () => manual.monotonicMs() + spentMs };
  const told: { atMs: number; newest: number; lanes: Lane[] }[] = [];
  const slices: { fromMs: number; untilMs: number }[] = [];
  let waiting = 0;
  const pace = createTellingPace(clock, {
    begin(newest: number, lanes) {
      told.push({ atMs: clock.monotonicMs(), newest, lanes: [...lanes].sort() });
      const sent = { one: lanes.has('one') ? sentIn.one : 0, many: lanes.has('many') ? sentIn.many : 0 };
      if (lanes.has('many')) waiting += sent.one + sent.many;
      else spentMs += messageMs * sent.one;
      return sent;
    },
    sendUntil(untilMs) {
      const fromMs = clock.monotonicMs();
      for (; waiting > 0 && clock.monotonicMs() < untilMs; waiting--) spentMs += messageMs;
      slices.push({ fromMs, untilMs: clock.monotonicMs() });
      return waiting === 0;
    },
  });
  return { clock, told, slices, pace };
}
const timesOf = (told: ReturnType<typeof setUp>['told'], lane: Lane) =>
  told.filter(({ lanes }) => lanes.includes(lane)).map(({ atMs }) => atMs);
const gapsOf = (times: readonly number[]) => times.slice(1).map((atMs, i) => atMs - times[i]);

async function boards({ clock, pace }: ReturnType<typeof setUp>, count: number, everyMs: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    pace.tell(n);
    await clock.advance(everyMs);
  }
}

test('while few watch, athletes are told with every board, and lists ten times a second', async () => {
  const world = setUp({ one: 5, many: 5 }, 0.1);
  await boards(world, 40, 50);
  assert.equal(timesOf(world.told, 'one').length, 40);
  assert.ok(gapsOf(timesOf(world.told, 'many')).every((gapMs) => gapMs >= 99 && gapMs <= 150));
});

test('of two thousand who watch, lists wait while athletes are told at once', async () => {
  const world = setUp({ one: 150, many: 2_000 }, 0.015);
  await boards(world, 100, 50);
  assert.ok(Math.max(...gapsOf(timesOf(world.told, 'one'))) < 100);
  const lists = gapsOf(timesOf(world.told, 'many')).slice(1);
  assert.ok(Math.min(...lists) >= 200 && Math.max(...lists) < 300, `${lists}`);
});

test('where telling athletes alone costs too much, they are told with the lists, every 450 ms', async () => {
  const world = setUp({ one: 8_000, many: 15_000 }, 0.01);
  await boards(world, 200, 50);
  const later = world.told.slice(4);
  assert.ok(later.every(({ lanes }) => lanes.length === 2));
  // No longer than asked for by the work in them.
  const times = timesOf(later, 'many');
  const meanMs = (times.at(-1)! - times[0]) / (times.length - 1);
  assert.ok(meanMs > 440 && meanMs < 460, `${meanMs}`);
});

test('lists to many go out in slices, between which athletes have their turn, and keep their period', async () => {
  const world = setUp({ one: 100, many: 2_000 }, 0.04);
  await boards(world, 200, 20);
  const from = world.slices.findIndex(({ fromMs }) => fromMs > 1_000);
  const later = world.slices.slice(from);
  assert.ok(Math.max(...later.map(({ fromMs, untilMs }) => untilMs - fromMs)) < 8.1);
  const lists = timesOf(world.told, 'many').filter((atMs) => atMs > 1_000);
  const meanMs = (lists.at(-1)! - lists[0]) / (lists.length - 1);
  assert.ok(meanMs > 440 && meanMs < 460, `${meanMs}`);
  assert.ok(Math.max(...gapsOf(timesOf(world.told, 'one').filter((atMs) => atMs > 1_000))) < 60);
});

test('the newest is always told in the end, in both lanes, and no lane takes all the time', async () => {
  const load = fc.record({ one: fc.nat(20_000), many: fc.nat(30_000), messageUs: fc.integer({ min: 1, max: 40 }) });
  await fc.assert(
    fc.asyncProperty(load, fc.integer({ min: 10, max: 900 }), async ({ one, many, messageUs }, everyMs) => {
      const world = setUp({ one, many }, messageUs / 1_000);
      await boards(world, 12, everyMs);
      await world.clock.advance(5_000);
      for (const lane of ['one', 'many'] as const) {
        assert.equal(world.told.findLast(({ lanes }) => lanes.includes(lane))?.newest, 12);
      }
      for (const [i, { atMs, lanes }] of world.told.entries()) {
        const next = world.told[i + 1];
        const messages = (lanes.includes('one') ? one : 0) + (lanes.includes('many') ? many : 0);
        const tookMs = (messages * messageUs) / 1_000;
        if (next?.lanes.some((lane) => lanes.includes(lane))) assert.ok(next.atMs - atMs >= tookMs);
      }
      assert.equal(world.clock.pendingTimers(), 0);
    }),
    { numRuns: 50 },
  );
});
