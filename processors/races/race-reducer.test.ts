import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { keptWith } from '../../runtime/holder/kept-for-tests.ts';
import { createMemoryLogStore } from '../../runtime/stream/memory-stream.ts';
import type { LogMessage } from '../../runtime/stream/stream.ts';
import type { CrossingFact } from '../../schemas/facts.ts';
import { createNames } from '../../schemas/names.ts';
import type { Race } from '../../schemas/race.ts';
import { testCheckpoint, testStarter } from '../../schemas/race-for-tests.ts';
import { VERSION } from './position-filter.ts';
import { createRaceReducers } from './race-reducer.ts';
import {
  crossingsIn,
  fixAt,
  GUN_MS,
  groundsOf,
  knownOf,
  messageOfFixes,
  northRace,
  tickAt,
  trueMs,
} from './runs-for-tests.ts';

const names = createNames();
const FRAME_S = 5;
const SPEEDS: Record<string, number> = { 'athlete-1': 4, 'athlete-2': 5, stranger: 4 };

/** Frames of five seconds, one after the other for each athlete, as the shard's messages. */
function messagesOf(fromS: number, toS: number, athletes: readonly string[], fixOf = fixAt): LogMessage[] {
  const messages: LogMessage[] = [];
  for (let second = fromS; second < toS; second += FRAME_S) {
    for (const athlete of athletes) {
      const seconds = Array.from({ length: FRAME_S }, (_, i) => second + i);
      const fixes = seconds.map((s) => fixOf(GUN_MS + s * 1_000, SPEEDS[athlete]));
      messages.push(messageOfFixes(athlete, fixes, { seq: messages.length + 1 }));
    }
  }
  return messages;
}

function createWorld(races: readonly Race[]) {
  const grounds = groundsOf(races);
  const log = createMemoryLogStore(createManualClock(GUN_MS), {
    ...{ name: names.factsStream, subjects: [names.factsFilter], maxBytes: 0, duplicateWindowMs: 120_000 },
    ...{ metadata: {}, replicas: 1 },
  });
  const counts = { fixes: 0, late: 0 };
  const made = createRaceReducers({ grounds, facts: log.open(), names, counts });
  let parts = new Map<string, Uint8Array>();
  let reducer = made.reducers.create(0, parts);
  let seq = 0;
  return {
    grounds,
    counts,
    of: () => made.of(0)!,
    wantsTick: () => reducer.wantsTick?.(),
    apply(messages: readonly LogMessage[]) {
      for (const message of messages) reducer.apply({ ...message, seq: ++seq });
    },
    emit: (epoch = 1) => reducer.emit({ epoch, seq, signal: new AbortController().signal }),
    /** Keeps the state and goes on from what was kept, as a successor does. */
    handOver() {
      parts = keptWith(parts, reducer.takeDirty());
      reducer = made.reducers.create(0, parts);
      return parts;
    },
    facts: async () => (await crossingsIn(log.open())).map(({ fact }) => fact),
  };
}

const RACE = northRace(['1', '2']);
const BOTH = ['athlete-1', 'athlete-2', 'stranger'];
const shortOf = ({ crossing: { bib, checkpoint, isSettled, isWithdrawn } }: CrossingFact) =>
  `${bib} ${checkpoint}${isSettled ? ' settled' : ''}${isWithdrawn ? ' withdrawn' : ''}`;

test('starters are followed and their crossings become facts, and who is in no race costs nothing', async () => {
  const world = createWorld([RACE]);
  world.apply(messagesOf(-20, 150, BOTH));
  await world.emit();
  world.apply(messagesOf(150, 520, BOTH));
  await world.emit(2);
  const facts = await world.facts();
  // Both rounds were after everything in them had settled.
  assert.deepEqual(facts.map(shortOf).toSorted(), [
    '1 a settled',
    '1 b settled',
    '1 finish settled',
    '1 start settled',
    '2 a settled',
    '2 b settled',
    '2 finish settled',
    '2 start settled',
  ]);
  assert.equal(world.counts.fixes, 2 * 540);
  const half = facts.find((fact) => shortOf(fact) === '1 a settled')!;
  const { timeMs, sigmaMs } = half.crossing;
  assert.ok(Math.abs(timeMs - trueMs(500, 4)) < 200);
  assert.deepEqual(half, {
    ...{ kind: 'race.crossing', entity: 'test-race.1.a.1', epoch: 1, eventTimeMs: timeMs },
    ...{ revision: half.revision, knownAtMs: half.knownAtMs, versions: { position: VERSION } },
    crossing: {
      ...{ race: 'test-race', raceVersion: 1, bib: '1', athlete: 'athlete-1', checkpoint: 'a', pass: 1 },
      ...{ timeMs, sigmaMs, source: 'gps', isSettled: true, isWithdrawn: false },
    },
  });
});

test('a burst far longer than the window has every crossing in it, as if it had come bit by bit', async () => {
  const world = createWorld([RACE]);
  const fixes = Array.from({ length: 540 }, (_, i) => fixAt(GUN_MS + (i - 20) * 1_000, 4));
  world.apply([messageOfFixes('athlete-1', fixes, { seq: 1 })]);
  await world.emit();
  const told = (await world.facts()).map(({ crossing: { checkpoint, timeMs } }) => [checkpoint, timeMs] as const);
  assert.deepEqual(told.map(([checkpoint]) => checkpoint).toSorted(), ['a', 'b', 'finish', 'start']);
  const bitByBit = createWorld([RACE]);
  bitByBit.apply(messagesOf(-20, 520, ['athlete-1']));
  await bitByBit.emit();
  const expected = new Map((await bitByBit.facts()).map(({ crossing }) => [crossing.checkpoint, crossing.timeMs]));
  for (const [checkpoint, timeMs] of told) assert.ok(Math.abs(timeMs - expected.get(checkpoint)!) <= 100, checkpoint);
});

test('a crossing is told at once, and again when it is settled', async () => {
  const world = createWorld([RACE]);
  const messages = messagesOf(-20, 160, ['athlete-1']);
  for (const message of messages) {
    world.apply([message]);
    await world.emit();
  }
  const facts = await world.facts();
  assert.deepEqual(facts.map(shortOf), ['1 start', '1 start settled', '1 a', '1 a settled']);
  const [, , first, settled] = facts;
  assert.ok(settled.revision > first.revision);
  assert.ok(first.knownAtMs - first.crossing.timeMs <= 6_500, 'within the frame that shows it');
});

test('a device that falls silent behind a line has its crossing settled by time', async () => {
  const world = createWorld([RACE]);
  world.apply(messagesOf(-20, 130, ['athlete-1']));
  assert.equal(world.wantsTick(), true);
  world.apply([tickAt(GUN_MS + 150_000, 1)]);
  assert.equal(world.wantsTick(), false);
  await world.emit();
  assert.deepEqual((await world.facts()).map(shortOf), ['1 start settled', '1 a settled']);
});

test('a successor goes on from the checkpoint with the same positions and crossings', () => {
  const [one, other] = [createWorld([RACE]), createWorld([RACE])];
  const messages = messagesOf(-20, 310, BOTH);
  for (const [i, message] of messages.entries()) {
    one.apply([message]);
    other.apply([message]);
    if (i % 7 === 0) other.handOver();
  }
  const wanted = one.of().takeProgress('test-race', true);
  assert.deepEqual(
    wanted.map(({ bib, crossings }) => [bib, crossings.length]),
    [
      ['1', 2],
      ['2', 3],
    ],
  );
  assert.deepEqual(knownOf(other.of().takeProgress('test-race', true)), knownOf(wanted));
});

test('what changed is told once, everything whenever it is asked for', () => {
  const world = createWorld([RACE]);
  world.apply(messagesOf(-20, 40, BOTH));
  const progress = world.of().takeProgress('test-race', false);
  assert.deepEqual(
    progress.map(({ bib, crossings }) => [bib, crossings.length]),
    [
      ['1', 1],
      ['2', 1],
    ],
  );
  assert.deepEqual(world.of().takeProgress('test-race', false), []);
  assert.deepEqual(
    progress.map(({ motions = [] }) => motions.map(({ untilMs }) => untilMs - GUN_MS)),
    [
      [-10_000, 0, 10_000],
      [-10_000, 0, 10_000],
    ],
  );
  assert.deepEqual(world.of().takeProgress('test-race', true), knownOf(progress));
  assert.deepEqual([...world.of().races()], ['test-race']);
  const [{ atMs, positionM, speedMps, lap, isOffCourse }] = progress;
  assert.deepEqual({ atMs, lap, isOffCourse }, { atMs: GUN_MS + 39_000, lap: 1, isOffCourse: false });
  assert.ok(Math.abs(positionM - 156) < 2 && Math.abs(speedMps - 4) < 0.2, `${positionM} m, ${speedMps} m/s`);
});

test("only a starter's own device counts when one is named", () => {
  const world = createWorld([{ ...RACE, starters: [testStarter('1', { device: 'watch-athlete-1' })] }]);
  const fixes = [0, 1, 2, 3, 4].map((s) => fixAt(GUN_MS + s * 1_000, 4));
  world.apply([
    messageOfFixes('athlete-1', fixes, { seq: 1, device: 'phone' }),
    messageOfFixes('athlete-1', fixes, { seq: 2 }),
  ]);
  assert.equal(world.counts.fixes, 5);
});

test('a backlog that comes after the first live fixes again still finds its crossing', async () => {
  const world = createWorld([RACE]);
  const all = messagesOf(-20, 190, ['athlete-1']);
  const dead = all.filter((_, i) => i >= 28 && i < 32);
  const live = all.filter((message) => !dead.includes(message));
  const until = live.findIndex((message) => message.timeMs > dead[3].timeMs);
  // Dark from 120 s to 140 s, so the line at 125 s is crossed unseen; two live frames come before what was stored.
  world.apply([...live.slice(0, until + 2), ...dead, ...live.slice(until + 2)]);
  await world.emit();
  assert.equal(world.counts.late, 0);
  const crossing = (await world.facts()).find((fact) => shortOf(fact) === '1 a settled')!.crossing;
  assert.ok(Math.abs(crossing.timeMs - trueMs(500, 4)) < 200);
});

test('a checkpoint that moves takes its crossings back, the others stay', async () => {
  const world = createWorld([RACE]);
  world.apply(messagesOf(-20, 160, ['athlete-1']));
  await world.emit();
  const [start, , b, finish] = RACE.checkpoints;
  world.grounds.set([{ ...RACE, version: 2, checkpoints: [start, testCheckpoint('a', [520]), b, finish] }]);
  world.apply(messagesOf(160, 200, ['athlete-1']));
  await world.emit();
  const facts = await world.facts();
  assert.deepEqual(facts.map(shortOf), ['1 start settled', '1 a settled', '1 a settled withdrawn']);
  assert.deepEqual(
    world
      .of()
      .takeProgress('test-race', true)
      .map(({ crossings }) => crossings.map(({ checkpoint }) => checkpoint)),
    [['start']],
  );
});

test('a frozen race goes on, a published one is forgotten with its part of the checkpoint', () => {
  const world = createWorld([RACE]);
  world.apply(messagesOf(-20, 60, ['athlete-1']));
  assert.equal(world.handOver().size, 1);
  world.grounds.set([{ ...RACE, state: 'frozen' }]);
  world.apply([tickAt(GUN_MS + 65_000, 1)]);
  assert.equal(world.handOver().size, 1);
  world.grounds.set([{ ...RACE, state: 'published' }]);
  world.apply([tickAt(GUN_MS + 70_000, 1)]);
  assert.equal(world.handOver().size, 0);
  assert.deepEqual([...world.of().races()], []);
});
