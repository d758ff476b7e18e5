import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../../runtime/clock.ts';
import { createMemoryLogStore } from '../../../runtime/stream/memory-stream.ts';
import type { LogMessage } from '../../../runtime/stream/stream.ts';
import { BATCH_HEADERS, createNames } from '../../../schemas/names.ts';
import type { AthleteProgress } from '../../../schemas/progress.ts';
import type { Race } from '../../../schemas/race.ts';
import { testCheckpoint } from '../../../schemas/race-for-tests.ts';
import { rowsOf, type SampleRow } from '../../batch-rows.ts';
import { createRaceReducers } from '../race-reducer.ts';
import { fixAt, GUN_MS, groundsOf, messageOfFixes, northRace, trueMs } from '../runs-for-tests.ts';
import { createMemoryPositions } from './memory-positions.ts';

const names = createNames();
const SPEEDS = [4, 5];
const FRAME_S = 5;
const RACE = northRace(['1', '2']);
const [start, a, b, finish] = RACE.checkpoints;

function moved(version: number, aM: number, gunAfterMs = 0): Race {
  const waves = RACE.waves.map((wave) => ({ ...wave, gunTimeMs: GUN_MS + gunAfterMs }));
  return { ...RACE, version, waves, checkpoints: [start, testCheckpoint(a.id, [aM]), b, finish] };
}

/** A shard with two runners of 4 and 5 m/s, whose messages are in the store once the sink has them. */
function createShard(race = RACE) {
  const rows: SampleRow[] = [];
  const grounds = groundsOf([race]);
  const log = createMemoryLogStore(createManualClock(GUN_MS), {
    ...{ name: names.factsStream, subjects: [names.factsFilter], maxBytes: 0, duplicateWindowMs: 120_000 },
    ...{ metadata: {}, replicas: 1 },
  });
  let isAway = false;
  let lagMessages = 0;
  const failed: unknown[] = [];
  let seq = 0;
  const made = createRaceReducers({
    ...{ grounds, facts: log.open(), names, counts: { fixes: 0, late: 0 } },
    stored: {
      store: createMemoryPositions(
        () => rows,
        () => (isAway ? 'fail_before' : 'ok'),
      ),
      sinkPosition: async () => seq - lagMessages,
      onFailed: (error) => failed.push(error),
    },
  });
  let parts = new Map<string, Uint8Array>();
  let reducer = made.reducers.create(0, parts);
  let second = -20;

  function apply(message: LogMessage): void {
    reducer.apply({ ...message, seq: ++seq });
  }

  /** Rounds as the holder makes them, until what was begun in the first has come to its end. */
  async function rounds(): Promise<void> {
    for (let n = 0; n < 5; n++) {
      await reducer.emit({ epoch: 1, seq, signal: new AbortController().signal });
      for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  return {
    grounds,
    rounds,
    failed,
    setAway(away: boolean) {
      isAway = away;
    },
    setLag(messages: number) {
      lagMessages = messages;
    },
    wantsTick: () => reducer.wantsTick?.() ?? false,
    runUntil(untilS: number) {
      for (; second < untilS; second += FRAME_S) {
        for (const [i, speed] of SPEEDS.entries()) {
          const seconds = Array.from({ length: FRAME_S }, (_, n) => second + n);
          const fixes = seconds.map((s) => fixAt(GUN_MS + s * 1_000, speed));
          const message = messageOfFixes(`athlete-${i + 1}`, fixes, { seq: seq + 1 });
          rows.push(...rowsOf({ kind: 'samples', payload: message.data }));
          apply(message);
        }
      }
    },
    tick() {
      const header = (name: string) => (name === BATCH_HEADERS.kind ? 'tick' : '');
      apply({ subject: names.frames(0), seq: 0, timeMs: GUN_MS + second * 1_000, data: new Uint8Array(0), header });
    },
    handOver() {
      parts = new Map(parts);
      for (const [name, value] of reducer.takeDirty()) {
        if (value === null) parts.delete(name);
        else parts.set(name, value);
      }
      reducer = made.reducers.create(0, parts);
    },
    /** Of everybody: what was crossed, in the order of the course, with times. */
    crossed() {
      const all = made.of(0)?.takeProgress(RACE.id, true) ?? [];
      return Object.fromEntries(all.map((one) => [one.bib, timesOf(one)]).toSorted());
    },
  };
}

function timesOf({ crossings }: AthleteProgress): Record<string, number> {
  const counting = crossings.filter(({ isWithdrawn }) => !isWithdrawn).toSorted((one, two) => one.timeMs - two.timeMs);
  return Object.fromEntries(counting.map(({ checkpoint, timeMs }) => [checkpoint, timeMs]));
}

/** The same race, if it had been so from the beginning. */
function asIfAlways(race: Race, untilS: number) {
  const shard = createShard(race);
  shard.runUntil(untilS);
  return shard.crossed();
}

function assertAlike(found: Record<string, Record<string, number>>, wanted: typeof found): void {
  const keys = (all: typeof found) => Object.entries(all).map(([bib, times]) => [bib, Object.keys(times)]);
  assert.deepEqual(keys(found), keys(wanted));
  for (const [bib, times] of Object.entries(wanted)) {
    for (const [mark, timeMs] of Object.entries(times)) {
      assert.ok(Math.abs(found[bib][mark] - timeMs) <= 100, `${bib} ${mark}: ${found[bib][mark]}, not ${timeMs}`);
    }
  }
}

test('a checkpoint that moves to where everybody has been is crossed when they were there', async () => {
  const shard = createShard();
  shard.runUntil(250);
  assert.ok(Math.abs(shard.crossed()[1].a - trueMs(500, 4)) < 200);
  shard.grounds.set([moved(2, 300)]);
  shard.tick();
  assert.deepEqual(Object.keys(shard.crossed()[1]), ['start'], 'the old one is taken back at once');
  shard.tick();
  await shard.rounds();
  assertAlike(shard.crossed(), asIfAlways(moved(2, 300), 250));
  assert.ok(Math.abs(shard.crossed()[2].a - trueMs(300, 5)) < 200);
  assert.deepEqual([shard.wantsTick(), shard.failed], [false, []]);
});

test('one that moves ahead of somebody is crossed when they come to it, and found for whoever was there', async () => {
  const shard = createShard();
  shard.runUntil(190);
  // At 760 and at 950 m.
  shard.grounds.set([moved(2, 850)]);
  shard.runUntil(200);
  await shard.rounds();
  assert.deepEqual(Object.keys(shard.crossed()[1]), ['start']);
  assert.ok(Math.abs(shard.crossed()[2].a - trueMs(850, 5)) < 200);
  shard.runUntil(240);
  assertAlike(shard.crossed(), asIfAlways(moved(2, 850), 240));
});

test('a gun that is moved moves the start, and takes back or finds what was crossed around it', async () => {
  for (const gunAfterMs of [-5_000, 60_000, 110_000]) {
    const shard = createShard();
    shard.runUntil(250);
    shard.grounds.set([moved(2, 500, gunAfterMs)]);
    shard.tick();
    shard.tick();
    await shard.rounds();
    assertAlike(shard.crossed(), asIfAlways(moved(2, 500, gunAfterMs), 250));
  }
});

test('nothing is looked for before the store has it, and a store that is away is asked again', async () => {
  const shard = createShard();
  shard.runUntil(250);
  shard.setLag(3);
  shard.grounds.set([moved(2, 300)]);
  shard.tick();
  shard.tick();
  await shard.rounds();
  assert.deepEqual(Object.keys(shard.crossed()[1]), ['start']);
  assert.equal(shard.wantsTick(), true);
  shard.setLag(0);
  shard.setAway(true);
  await shard.rounds();
  assert.equal(shard.failed.length > 0, true);
  shard.setAway(false);
  await shard.rounds();
  assertAlike(shard.crossed(), asIfAlways(moved(2, 300), 250));
});

test('a successor goes on looking, also when the race was changed between two holders', async () => {
  for (const isSeenBefore of [true, false]) {
    const shard = createShard();
    shard.runUntil(250);
    if (!isSeenBefore) shard.handOver();
    shard.grounds.set([moved(2, 300)]);
    if (isSeenBefore) shard.tick();
    shard.handOver();
    assert.equal(shard.wantsTick(), true);
    shard.tick();
    shard.tick();
    await shard.rounds();
    assertAlike(shard.crossed(), asIfAlways(moved(2, 300), 250));
  }
});

test('of a race that changes again while it is looked for, only the last place counts', async () => {
  const shard = createShard();
  shard.runUntil(250);
  for (const [version, aM] of [200, 300, 500, 350].entries()) {
    shard.grounds.set([moved(version + 2, aM)]);
    shard.tick();
    if (version % 2 === 0) await shard.rounds();
  }
  shard.tick();
  await shard.rounds();
  assertAlike(shard.crossed(), asIfAlways(moved(9, 350), 250));
});
