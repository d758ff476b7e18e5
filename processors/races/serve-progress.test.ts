import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryBusHub } from '../../runtime/memory-bus.ts';
import { createNames } from '../../schemas/names.ts';
import {
  type AthleteProgress,
  encodeProgress,
  type ProgressTick,
  readProgressAnswer,
  readProgressTick,
} from '../../schemas/progress.ts';
import { groundsOf, northRace } from './runs-for-tests.ts';
import { LOOK_MS, serveProgress, TICK_MS } from './serve-progress.ts';

const names = createNames();
const SHARD = 3;

const athlete = (bib: string): AthleteProgress => ({
  ...{ bib, atMs: 1, positionM: 2, sigmaM: 1, speedMps: 3, isOffCourse: false, lap: 1, crossings: [] },
});

function setUp() {
  const clock = createManualClock();
  const hub = createMemoryBusHub(clock);
  const ticks: ProgressTick[] = [];
  const api = hub.open();
  api.subscribe(names.progressFilter('test-race'), ({ data }) => ticks.push(readProgressTick(data)!));
  const held = { shard: SHARD, epoch: 7, seq: 1, isCaughtUp: true, lagMessages: 0, trouble: '' };
  const state = { changed: [] as AthleteProgress[], all: [] as AthleteProgress[] };
  const grounds = groundsOf([northRace([], { version: 4 })]);
  const served = serveProgress({
    ...{ bus: hub.open(), names, shards: 8, clock, grounds },
    holder: { held: () => [held] },
    races: {
      reducers: { name: 'races', create: () => assert.fail('nothing is created here') },
      of: (shard) =>
        shard !== SHARD
          ? null
          : {
              nowMs: 123,
              races: () => new Set(state.all.length > 0 ? ['test-race'] : []),
              changedRaces: () => new Set(state.changed.length > 0 ? ['test-race'] : []),
              takeProgress(_race, isFull) {
                const { changed } = state;
                state.changed = [];
                return isFull ? state.all : changed;
              },
            },
    },
  });
  return {
    ...{ clock, held, state, served },
    ask: (race: string) => api.request(names.askProgress(SHARD), encodeProgress({ race }), 500),
    async after(ms: number) {
      await clock.advance(ms);
      return ticks.splice(0);
    },
  };
}

const head = { race: 'test-race', raceVersion: 4, shard: SHARD, epoch: 7, atMs: 123, part: 0, parts: 1 };

test('the first tick is full, then come those who changed, then nothing, and now and then all again', async () => {
  const { state, after } = setUp();
  state.all = [athlete('1'), athlete('2')];
  assert.deepEqual(await after(LOOK_MS), [{ ...head, number: 1, full: true, athletes: state.all }]);
  state.changed = [athlete('2')];
  assert.deepEqual(await after(TICK_MS), [{ ...head, number: 2, full: false, athletes: [athlete('2')] }]);
  assert.deepEqual(await after(TICK_MS), []);
  assert.deepEqual(
    (await after(10_000)).map(({ number, full, athletes }) => ({ number, full, athletes: athletes.length })),
    [{ number: 3, full: true, athletes: 2 }],
  );
});

test('who missed one asks, and the answer says where everything begins; many who ask cost one', async () => {
  const { state, after, ask, clock } = setUp();
  state.all = [athlete('1')];
  await after(2_000);
  const answers = [ask('test-race'), ask('test-race')];
  await clock.advance(0);
  for (const answer of await Promise.all(answers))
    assert.deepEqual(readProgressAnswer(answer), { epoch: 7, number: 2 });
  assert.deepEqual(
    (await after(3_000)).map(({ number, full }) => [number, full]),
    [[2, true]],
  );
});

test('who asks for a race that nobody here is in hears that there is nobody', async () => {
  const { after, ask, clock } = setUp();
  const answer = ask('test-race');
  await clock.advance(0);
  assert.deepEqual(readProgressAnswer(await answer), { epoch: 7, number: 1 });
  assert.deepEqual(await after(LOOK_MS), [{ ...head, number: 1, full: true, athletes: [] }]);
});

test('many athletes travel in several messages that belong together', async () => {
  const { state, after } = setUp();
  state.all = Array.from({ length: 1_200 }, (_, i) => athlete(`${i}`));
  const parts = await after(LOOK_MS);
  assert.deepEqual(
    parts.map(({ number, part, parts: of, athletes }) => [number, part, of, athletes.length]),
    [
      [1, 0, 3, 500],
      [2, 1, 3, 500],
      [3, 2, 3, 200],
    ],
  );
});

test('a new epoch begins at 1 with everything; a shard that catches up is silent', async () => {
  const { state, held, after } = setUp();
  state.all = [athlete('1')];
  await after(LOOK_MS);
  held.isCaughtUp = false;
  held.epoch = 8;
  assert.deepEqual(await after(1_000), []);
  held.isCaughtUp = true;
  assert.deepEqual(await after(LOOK_MS), [{ ...head, epoch: 8, number: 1, full: true, athletes: state.all }]);
});

test('once it is stopped nothing is published', async () => {
  const { state, served, after } = setUp();
  state.all = [athlete('1')];
  served.stop();
  assert.deepEqual(await after(20_000), []);
});
