import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BoardRow } from '../../schemas/board.ts';
import {
  type BoardMessage,
  encodeBoardAsk,
  encodeSplits,
  MAX_SPLITS_PER_MESSAGE,
  readBoardMessage,
  readBoardQuestion,
  readGapsAnswer,
  readSplitsAnswer,
  readWayAnswer,
} from '../../schemas/board-message.ts';
import { keys } from '../../schemas/names.ts';
import { GUN_MS, starterOf, tenKilometres } from '../../schemas/ten-kilometres-for-tests.ts';
import { splitsOf } from './board/athlete-way.ts';
import { RaceBoard } from './board/board.ts';
import { createBoardWorld, names } from './board-world-for-tests.ts';

const race = tenKilometres([starterOf('1'), starterOf('2'), starterOf('3')]);
const at = (bib: string, atMs: number, positionM: number) => ({
  ...{ bib, atMs, positionM, sigmaM: 2, speedMps: 4, isOffCourse: false, lap: 1, crossings: [] },
});
const manual = (bib: string, afterS: number) => ({
  ...{ race: 'ten', bib },
  said: {
    ...({
      type: 'crossing',
      source: 'manual',
      checkpoint: 'finish',
      pass: 1,
      timeMs: GUN_MS + 1_000 * afterS,
    } as const),
    ...{ sigmaMs: 500, isWithdrawn: false },
  },
});

/** What a receiver that missed nothing shows; messages of a lower epoch are dropped. */
function shown(heard: readonly BoardMessage[]): BoardRow[] {
  const rows = new Map<string, BoardRow>();
  let epoch = 0;
  let number = 0;
  for (const message of heard) {
    if (message.epoch < epoch) continue;
    if (message.epoch === epoch) assert.equal(message.number, number + 1);
    ({ epoch, number } = message);
    if (message.full && message.part === 0) rows.clear();
    for (const row of message.rows) rows.set(row.bib, row);
    for (const bib of message.removed) rows.delete(bib);
  }
  return [...rows.values()].sort((a, b) => (a.rank ?? 99) - (b.rank ?? 99) || (a.bib < b.bib ? -1 : 1));
}
const places = (heard: readonly BoardMessage[]) =>
  shown(heard).map(({ bib, rank, positionM }) => [bib, rank, positionM]);

describe('the board of a race', () => {
  test('follows progress and entries, and tells of what changed under numbers without a gap', async () => {
    const world = createBoardWorld();
    await world.write(race);
    const heard = world.listen('ten');
    const shard = world.tellProgress('ten', 0);
    world.start();
    await world.clock.advance(3_000);
    assert.deepEqual(places(heard), [
      ['1', null, null],
      ['2', null, null],
      ['3', null, null],
    ]);
    await world.clock.advance(360_000);
    shard.tell([at('1', GUN_MS + 300_000, 1_200), at('2', GUN_MS + 300_000, 1_300)]);
    await world.clock.advance(1_000);
    assert.deepEqual(places(heard), [
      ['2', 1, 1_300],
      ['1', 2, 1_200],
      ['3', null, null],
    ]);
    await world.enter(manual('3', 250));
    await world.enter({ race: 'ten', bib: '2', said: { type: 'decision', verdict: 'dsq', reason: 'took a bus' } });
    await world.clock.advance(1_000);
    const [lengthM] = race.checkpoints[2].positionM;
    assert.deepEqual(places(heard), [
      ['3', 1, Math.round(lengthM * 10) / 10],
      ['1', 2, 1_200],
      ['2', null, 1_300],
    ]);
    assert.ok(heard.at(-1)!.rows.length <= 3);
    assert.equal(heard.filter(({ full }) => full).length, 1);
  });

  test('tells of who moves at once, and ranks all anew no later than it is set to', async () => {
    const world = createBoardWorld({ leastGapMs: 600, mostGapMs: 600 });
    await world.write(race);
    const heard = world.listen('ten');
    const shard = world.tellProgress('ten', 0);
    world.start();
    await world.clock.advance(400_000);
    shard.tell([at('1', GUN_MS + 300_000, 1_200), at('2', GUN_MS + 300_000, 1_300)]);
    await world.clock.advance(700);
    const first = [
      ['2', 1, 1_300],
      ['1', 2, 1_200],
      ['3', null, null],
    ];
    assert.deepEqual(places(heard), first);
    const from = heard.length;
    shard.tell([at('1', GUN_MS + 330_000, 1_400)]);
    await world.clock.advance(20);
    shard.tell([at('1', GUN_MS + 331_000, 1_500)]);
    await world.clock.advance(60);
    // Ranked first for a moment after a quiet while, or told alone: where they are comes at once in any case.
    assert.deepEqual(places(heard).find(([bib]) => bib === '1')?.[2], 1_500);
    await world.clock.advance(600);
    assert.deepEqual(places(heard).slice(0, 2), [
      ['1', 1, 1_500],
      ['2', 2, 1_300],
    ]);
    assert.ok(heard.slice(from).some(({ groups }) => groups === null));
    assert.ok(heard.slice(from).every(({ full }) => !full));
  });

  test('asks for everything when a tick is missing', async () => {
    const world = createBoardWorld();
    await world.write(race);
    const heard = world.listen('ten');
    const shard = world.tellProgress('ten', 1);
    world.start();
    await world.clock.advance(400_000);
    shard.tell([at('1', GUN_MS + 300_000, 1_200)]);
    shard.lose([at('2', GUN_MS + 301_000, 1_300)]);
    shard.tell([at('1', GUN_MS + 302_000, 1_208)]);
    await world.clock.advance(3_000);
    assert.deepEqual(places(heard), [
      ['2', 1, 1_300],
      ['1', 2, 1_208],
      ['3', null, null],
    ]);
  });

  test('tells of a moment that is over, and of a frozen race of none after that', async () => {
    const world = createBoardWorld();
    await world.write(race);
    const shard = world.tellProgress('ten', 0);
    world.start();
    await world.clock.advance(400_000);
    for (let s = 0; s <= 300; s += 10)
      shard.tell([at('1', GUN_MS + 1_000 * s, 4 * s), at('2', GUN_MS + 1_000 * s, 3 * s)]);
    await world.clock.advance(1_000);
    const ask = async (afterS: number, part = 0) => {
      const question = encodeBoardAsk({ ask: 'past', atMs: GUN_MS + 1_000 * afterS, part });
      return readBoardMessage(await world.outside.request(names.askBoard('ten'), question, 1_000));
    };
    const { rows, groups: _, ...head } = (await ask(100))!;
    assert.deepEqual(head, {
      ...{ race: 'ten', raceVersion: 1, atMs: GUN_MS + 100_000, dataMs: GUN_MS + 100_000, epoch: 1, number: 0 },
      ...{ full: true, part: 0, parts: 1, removed: [], certainty: null },
    });
    assert.deepEqual(
      rows.map(({ bib, rank, positionM, gapLeaderMs }) => [bib, rank, positionM, gapLeaderMs]),
      [
        ['1', 1, 400, 0],
        ['2', 2, 300, 25_000],
        ['3', null, null, null],
      ],
    );
    assert.equal(await ask(100, 1), null, 'there is no second part');
    await world.act('ten', { state: 'frozen' });
    await world.clock.advance(60_000);
    const frozenMs = GUN_MS - 60_000 + 401_000;
    assert.equal((await ask(9_999))!.atMs, frozenMs);
  });

  test('drops the ticks of a shard holder that was stopped', async () => {
    const world = createBoardWorld();
    await world.write(race);
    const heard = world.listen('ten');
    const shard = world.tellProgress('ten', 0);
    world.start();
    await world.clock.advance(400_000);
    shard.setEpoch(7);
    shard.tell([at('1', GUN_MS + 300_000, 1_200)]);
    shard.setEpoch(6);
    shard.tell([at('1', GUN_MS + 310_000, 1_900)]);
    await world.clock.advance(1_000);
    assert.deepEqual(places(heard)[0], ['1', 1, 1_200]);
  });

  test('is told whole to whoever asks, with gaps to anybody, and lies in the bucket', async () => {
    const world = createBoardWorld();
    await world.write(race);
    const shard = world.tellProgress('ten', 0);
    world.start();
    await world.clock.advance(400_000);
    for (const s of [0, 300]) shard.tell([at('1', GUN_MS + s * 1_000, 4 * s), at('2', GUN_MS + s * 1_000, 3 * s)]);
    await world.clock.advance(10_000);
    const heard = world.listen('ten');
    const answer = await world.askAll('ten');
    await world.clock.advance(1_000);
    assert.equal(heard[0].number, answer?.number);
    assert.equal(heard[0].full, true);
    assert.equal(heard[0].rows.length, 3);
    const question = encodeBoardAsk({ ask: 'gaps', bib: '1' });
    const gaps = readGapsAnswer(await world.outside.request(names.askBoard('ten'), question, 1_000));
    assert.deepEqual(gaps?.gaps, { 1: 0, 2: 75_000 });
    const asked = encodeBoardAsk({ ask: 'way', bib: '2' });
    const { way } = readWayAnswer(await world.outside.request(names.askBoard('ten'), asked, 1_000))!;
    const passed = way!.passed;
    assert.deepEqual([way!.crossings, passed[0], passed.at(-1)], [[], [0, GUN_MS], [900, GUN_MS + 300_000]]);
    // At three metres a second.
    for (const [metres, timeMs] of passed) assert.ok(Math.abs(timeMs - GUN_MS - metres / 0.003) < 50);
    const kept = readBoardMessage((await world.kept.open().get(keys.board('ten', 0)))!.value);
    assert.deepEqual(
      kept?.rows.map(({ bib, positionM }) => [bib, positionM]),
      [
        ['1', 1_200],
        ['2', 900],
        ['3', null],
      ],
    );
  });

  test('says when anybody crossed what, of many in several answers', async () => {
    const world = createBoardWorld();
    await world.write(race);
    world.start();
    await world.clock.advance(400_000);
    await world.enter(manual('3', 250));
    await world.clock.advance(1_000);
    const splits = await world.outside.request(
      names.askBoard('ten'),
      encodeBoardAsk({ ask: 'splits', bibs: ['3', 'nobody', '1'] }),
      1_000,
    );
    const finished = { checkpoint: 'finish', pass: 1, timeMs: GUN_MS + 250_000, status: 'provisional', revision: 1 };
    assert.deepEqual(readSplitsAnswer(splits)?.splits, [
      ['3', [finished]],
      ['nobody', []],
      ['1', []],
    ]);
    const again = encodeBoardAsk({ ask: 'splits', bibs: Array.from({ length: 9_000 }, () => '3') });
    assert.equal(readBoardQuestion(again), null);
    const board = new RaceBoard(race);
    board.report('3', { ...finished, sigmaMs: 0, source: 'manual', isWithdrawn: false });
    const some = splitsOf(
      board,
      Array.from({ length: 2 * MAX_SPLITS_PER_MESSAGE }, () => '3'),
    );
    assert.equal(some.length, MAX_SPLITS_PER_MESSAGE);
    // Far below what a message may hold.
    const name = 'a'.repeat(32);
    const crossing = {
      checkpoint: name,
      pass: 1_000,
      timeMs: GUN_MS + 0.123,
      status: 'provisional',
      revision: 99_999,
    } as const;
    const splits8k = some.map(() => ['A'.repeat(16), [crossing]] as const);
    assert.ok(encodeSplits({ epoch: 99_999, splits: splits8k }).length < 1_000_000);
  });

  test('comes back within five seconds of the death of its holder, with trails and entries', async () => {
    const world = createBoardWorld();
    await world.write(race);
    const heard = world.listen('ten');
    const shard = world.tellProgress('ten', 0);
    const first = world.start();
    await world.clock.advance(400_000);
    await world.enter(manual('3', 250));
    for (let s = 0; s <= 300; s += 20) {
      shard.tell([at('1', GUN_MS + s * 1_000, 4 * s), at('2', GUN_MS + s * 1_000, 3 * s)]);
      await world.clock.advance(500);
    }
    await world.clock.advance(10_000);
    const before = shown(heard);
    world.start();
    await world.clock.advance(1_000);
    first.kill();
    const from = heard.length;
    await world.clock.advance(5_000);
    const after = heard.slice(from);
    assert.ok(after.length > 0 && after.every(({ epoch }) => epoch > heard[0].epoch));
    // What time alone changes is left out.
    const lasting = (rows: readonly BoardRow[]) => rows.map(({ predictedMs: _, isSilent: __, ...row }) => row);
    assert.deepEqual(lasting(shown(after)), lasting(before));
    assert.equal(before[2].gapAheadMs, 75_000);
  });

  test('is not disturbed by a holder that was stopped and wakes up', async () => {
    const world = createBoardWorld();
    await world.write(race);
    const heard = world.listen('ten');
    const shard = world.tellProgress('ten', 0);
    const first = world.start();
    await world.clock.advance(400_000);
    shard.tell([at('1', GUN_MS + 300_000, 1_200)]);
    await world.clock.advance(10_000);
    const wake = first.halt();
    world.start();
    await world.clock.advance(6_000);
    shard.tell([at('1', GUN_MS + 320_000, 1_300)]);
    await world.clock.advance(1_000);
    wake();
    await world.clock.advance(3_000);
    assert.deepEqual(places(heard)[0], ['1', 1, 1_300]);
    const epochs = heard.map(({ epoch }) => epoch);
    assert.equal(epochs.at(-1), Math.max(...epochs));
  });

  test('is told of in parts when it is large', async () => {
    const world = createBoardWorld();
    const many = Array.from({ length: 4_500 }, (_, i) => starterOf(String(i + 1)));
    await world.write({ ...race, starters: many });
    const heard = world.listen('ten');
    world.start();
    await world.clock.advance(3_000);
    assert.deepEqual(
      heard.slice(0, 3).map(({ number, part, parts, rows }) => [number, part, parts, rows.length]),
      [
        [1, 0, 3, 2_000],
        [2, 1, 3, 2_000],
        [3, 2, 3, 500],
      ],
    );
  });
});
