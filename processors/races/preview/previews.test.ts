import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../../../runtime/clock.ts';
import { createSilentLog } from '../../../runtime/log.ts';
import type { BoardRow } from '../../../schemas/board.ts';
import type { Race } from '../../../schemas/race.ts';
import type { PreviewQuestion, PreviewState, RacePreview } from '../../../schemas/race-preview.ts';
import { HeldRace } from '../held-race.ts';
import { GUN_MS, trueMs } from '../runs-for-tests.ts';
import { createMemoryPositions } from '../stored/memory-positions.ts';
import { createShard, moved, RACE } from '../stored/shard-for-tests.ts';
import { createPreviews } from './previews.ts';

const turns = async (count: number) => {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
};
const questionOf = ({ name, sport, closesMs, checkpoints, waves, categories }: Race): PreviewQuestion => ({
  ...{ ask: 'preview', version: 1 },
  changed: { name, sport, closesMs, checkpoints, waves, categories },
});

/** A shard, the board of its race, and previews of it; both runners have run for `untilS`. */
async function setUp(untilS: number) {
  const shard = createShard();
  const clock = createManualClock(GUN_MS + untilS * 1_000);
  const held = new HeldRace(RACE.id, 1);
  held.show(RACE);
  const board = held.board!;
  let isAway = false;
  let told = 0;
  let number = 0;
  const store = createMemoryPositions(
    () => shard.rows,
    () => (isAway ? 'fail_before' : 'ok'),
  );
  let untilStored: () => Promise<void> = async () => undefined;
  const previews = createPreviews({ store, untilStored: () => untilStored(), clock, logger: createSilentLog() });

  /** The board hears of everything that the shard has told. */
  async function tellBoard(): Promise<void> {
    await shard.rounds();
    const facts = await shard.facts();
    for (const { fact, seq } of facts.slice(told)) held.tell(fact, seq);
    told = facts.length;
    held.tick({
      ...{ race: RACE.id, raceVersion: 1, shard: 0, epoch: 1, number: ++number, atMs: shard.nowMs() },
      ...{ full: true, part: 0, parts: 1, athletes: shard.progress() },
    });
  }

  shard.runUntil(untilS);
  await tellBoard();
  return {
    held,
    previews,
    clock,
    rows: () => board.view(clock.nowMs()).rows,
    timesOf: (bib: string) =>
      Object.fromEntries(board.athlete(bib)!.crossings.map(({ checkpoint, timeMs }) => [checkpoint, timeMs])),
    /** The store says nothing at all from now on. */
    freeze() {
      untilStored = () => new Promise(() => undefined);
    },
    thaw() {
      untilStored = async () => undefined;
    },
    setAway(away: boolean) {
      isAway = away;
    },
    ask: (race: Race): PreviewState => previews.ask(held, board, questionOf(race)),
    async preview(race: Race): Promise<RacePreview> {
      for (let tries = 0; tries < 100; tries++) {
        const state = previews.ask(held, board, questionOf(race));
        if (state.state === 'done') return state.preview;
        assert.equal(state.state, 'running');
        await turns(100);
      }
      throw new Error('the preview did not come to its end');
    },
    async apply(race: Race): Promise<void> {
      shard.grounds.set([race]);
      held.show(race);
      shard.tick();
      shard.tick();
      await tellBoard();
    },
  };
}

const placeOf = ({ status, rank, categoryRank, gunMs, chipMs }: BoardRow) => {
  return { status, rank, categoryRank, gunMs, chipMs };
};

test('a checkpoint that would move is told with the times that it would have, and nothing is changed', async () => {
  const world = await setUp(250);
  const before = world.rows();
  const { summary, athletes, ...rest } = await world.preview(moved(2, 300));
  assert.deepEqual(rest, { race: RACE.id, version: 1, atMs: GUN_MS + 250_000, leftOut: 0 });
  assert.deepEqual(summary, {
    ...{ athletes: 2, changed: 2, ranksChanged: 0, statusesChanged: 0 },
    ...{ crossingsGained: 0, crossingsLost: 0, crossingsMoved: 2, unread: 0 },
  });
  assert.deepEqual(
    athletes.map(({ bib, crossings }) => [bib, crossings.map(({ checkpoint, pass }) => [checkpoint, pass])]),
    [
      ['2', [['a', 1]]],
      ['1', [['a', 1]]],
    ],
  );
  for (const { bib, crossings } of athletes) {
    const [{ beforeMs, afterMs }] = crossings;
    assert.equal(beforeMs, world.timesOf(bib).a);
    assert.ok(Math.abs(afterMs! - trueMs(300, bib === '1' ? 4 : 5)) < 200);
  }
  assert.deepEqual(world.rows(), before);
});

test('a finish that would be nearer tells who would have finished', async () => {
  const world = await setUp(250);
  const [start, a, , finish] = RACE.checkpoints;
  const shorter = { ...RACE, version: 2, checkpoints: [start, a, { ...finish, positionM: [1_100] }] };
  const { summary, athletes } = await world.preview(shorter);
  assert.deepEqual([summary.statusesChanged, summary.crossingsGained], [1, 1]);
  const [first] = athletes;
  assert.deepEqual([first.bib, first.before.status, first.after.status], ['2', 'running', 'finished']);
  assert.ok(Math.abs(first.after.gunMs! - 220_000) < 300);
});

test('what a preview says is what the change does', async () => {
  const anyChange = fc.record({
    untilS: fc.integer({ min: 4, max: 100 }).map((frames) => 5 * frames),
    aM: fc.integer({ min: 30, max: 1_490 }),
    gunAfterS: fc.oneof(fc.constant(0), fc.integer({ min: -15, max: 300 })),
  });
  await fc.assert(
    fc.asyncProperty(anyChange, async ({ untilS, aM, gunAfterS }) => {
      const world = await setUp(untilS);
      const next = moved(2, aM, gunAfterS * 1_000);
      const before = new Map(world.rows().map((row) => [row.bib, placeOf(row)]));
      const times = new Map(['1', '2'].map((bib) => [bib, world.timesOf(bib)]));
      const { athletes } = await world.preview(next);
      await world.apply(next);
      for (const row of world.rows()) {
        const said = athletes.find(({ bib }) => bib === row.bib);
        assert.deepEqual(placeOf(row), said?.after ?? before.get(row.bib));
        const wanted: Record<string, number> = { ...times.get(row.bib) };
        for (const { checkpoint, afterMs } of said?.crossings ?? []) {
          if (afterMs === null) delete wanted[checkpoint];
          else wanted[checkpoint] = afterMs;
        }
        assert.deepEqual(world.timesOf(row.bib), wanted);
      }
    }),
    { numRuns: 25 },
  );
});

test('one is made at a time, the same question asks how far it is, and an answer is kept for a while', async () => {
  const world = await setUp(100);
  assert.deepEqual(world.ask(moved(2, 300)), { state: 'running', done: 0, of: 0 });
  assert.deepEqual(world.ask(moved(2, 200)), { state: 'busy' });
  const { atMs } = await world.preview(moved(2, 300));
  await world.clock.advance(50_000);
  assert.equal((await world.preview(moved(2, 300))).atMs, atMs);
  await world.clock.advance(11_000);
  assert.equal((await world.preview(moved(2, 300))).atMs, atMs + 61_000);
});

test('a store that says nothing ends it after three minutes, and asked again it is made', async () => {
  const world = await setUp(100);
  world.freeze();
  assert.equal(world.ask(moved(2, 300)).state, 'running');
  await world.clock.advance(179_999);
  assert.equal(world.ask(moved(2, 300)).state, 'running');
  await world.clock.advance(1);
  await turns(10);
  assert.deepEqual(world.ask(moved(2, 300)), { state: 'failed', why: 'took_too_long' });
  world.thaw();
  assert.equal(world.ask(moved(2, 200)).state, 'running', 'it keeps nobody waiting');
  assert.equal((await world.preview(moved(2, 200))).summary.athletes, 2);
  await world.clock.advance(60_000);
  assert.equal((await world.preview(moved(2, 300))).summary.athletes, 2);
});

test('one that nobody asks about any more gives way, and one that somebody waits for does not', async () => {
  const world = await setUp(100);
  world.freeze();
  world.ask(moved(2, 300));
  await world.clock.advance(9_000);
  world.ask(moved(2, 300));
  await world.clock.advance(9_000);
  assert.deepEqual(world.ask(moved(2, 200)), { state: 'busy' });
  await world.clock.advance(2_000);
  world.thaw();
  assert.equal((await world.preview(moved(2, 200))).summary.athletes, 2);
  assert.equal((await world.preview(moved(2, 300))).summary.athletes, 2, 'asked again it is made anew');
});

test('a store that is away, and a race that is another by now, are said', async () => {
  const world = await setUp(100);
  world.setAway(true);
  world.ask(moved(2, 300));
  await turns(100);
  assert.deepEqual(world.ask(moved(2, 300)), { state: 'failed', why: 'store_unavailable' });
  world.setAway(false);
  world.ask(moved(2, 200));
  world.held.show(moved(2, 350));
  await turns(300);
  assert.deepEqual(world.ask(moved(2, 200)), { state: 'other_version', version: 2 });
});
