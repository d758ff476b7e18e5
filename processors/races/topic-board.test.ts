import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keys } from '../../schemas/names.ts';
import type { PublicBoard } from '../../schemas/public-board.ts';
import { readTopicBoard, TOPIC_GROUPS, TOPIC_ROWS, topicBoard } from '../../schemas/public-board.ts';
import { GUN_MS, starterOf, tenKilometres } from '../../schemas/ten-kilometres-for-tests.ts';
import { RaceBoard } from './board/board.ts';
import { createBoardWorld } from './board-world-for-tests.ts';

const race = tenKilometres([starterOf('1'), starterOf('2'), starterOf('3')]);
const at = (bib: string, s: number, positionM: number) => ({
  ...{ bib, atMs: GUN_MS + 1_000 * s, positionM, sigmaM: 2, speedMps: 4, isOffCourse: false, lap: 1, crossings: [] },
});

async function setUp() {
  const world = createBoardWorld();
  await world.write(race);
  const kept = async () => {
    const entry = await world.kept.open().get(keys.topicBoard('ten'));
    if (entry === null) return null;
    const { epoch, payload } = readTopicBoard(entry.value)!;
    return { epoch, revision: entry.revision, board: JSON.parse(Buffer.from(payload).toString()) as PublicBoard };
  };
  return { world, kept, shard: world.tellProgress('ten', 0) };
}
const placesOf = ({ rows }: PublicBoard) => rows.map(({ bib, rank, positionM }) => [bib, rank, positionM]);

describe('what the topic of a board says', () => {
  test('is the first of the board with names, and how many stand how', async () => {
    const { world, kept, shard } = await setUp();
    world.start();
    await world.clock.advance(400_000);
    shard.tell([at('1', 300, 1_200), at('2', 300, 1_300)]);
    await world.clock.advance(3_000);
    const { board } = (await kept())!;
    assert.deepEqual(placesOf(board), [
      ['2', 1, 1_300],
      ['1', 2, 1_200],
      ['3', null, null],
    ]);
    const { rows, groups, atMs, ...head } = board;
    assert.deepEqual(head, {
      ...{ race: 'ten', raceVersion: 1, state: 'live', dataMs: GUN_MS + 300_000, total: 3, certainty: null },
      counts: { registered: 1, running: 2, finished: 0, dnf: 0, dns: 0, dsq: 0 },
    });
    assert.equal(rows[0].who?.name, race.starters[1].name);
    assert.ok(atMs > GUN_MS && Array.isArray(groups));
  });

  test('is written once a second at most, and not while it says the same', async () => {
    const { world, kept, shard } = await setUp();
    world.start();
    await world.clock.advance(400_000);
    const before = (await kept())!.revision;
    for (let s = 0; s < 20; s++) {
      shard.tell([at('1', 300 + s / 2, 1_200 + 2 * s)]);
      await world.clock.advance(500);
    }
    const writes = (await kept())!.revision - before;
    // The bucket counts the writes of other keys too: the whole board every five seconds.
    assert.ok(writes >= 8 && writes <= 13, `${writes}`);
    await world.clock.advance(60_000);
    const quiet = (await kept())!.revision;
    await world.clock.advance(120_000);
    assert.equal((await kept())!.revision, quiet);
  });

  test('is not written over by a holder that was stopped and wakes up', async () => {
    const { world, kept, shard } = await setUp();
    const first = world.start();
    await world.clock.advance(400_000);
    shard.tell([at('1', 300, 1_200)]);
    await world.clock.advance(10_000);
    const wake = first.halt();
    world.start();
    await world.clock.advance(6_000);
    shard.tell([at('1', 320, 1_300)]);
    await world.clock.advance(2_000);
    const { epoch } = (await kept())!;
    wake();
    await world.clock.advance(5_000);
    const after = (await kept())!;
    assert.deepEqual([after.epoch, placesOf(after.board)[0]], [epoch, ['1', 1, 1_300]]);
  });

  test('ends when the race is a draft', async () => {
    const { world, kept } = await setUp();
    world.start();
    await world.clock.advance(5_000);
    assert.notEqual(await kept(), null);
    await world.write({ ...race, state: 'draft' });
    await world.clock.advance(5_000);
    assert.equal(await kept(), null);
  });

  test('has a bounded size, however large the race is', () => {
    const name = 'ж'.repeat(120);
    const many = Array.from({ length: 2_000 }, (_, i) => starterOf(String(i), { name, club: name }));
    const board = new RaceBoard(tenKilometres(many));
    for (const [i, { bib }] of many.entries()) board.tick({ athletes: [at(bib, 100 + i, 5_000 - 2.5 * i)] });
    const said = topicBoard(board.race, board.view(GUN_MS + 2_200_000));
    assert.deepEqual([said.rows.length, said.total, said.groups.length <= TOPIC_GROUPS], [TOPIC_ROWS, 2_000, true]);
    assert.ok(Buffer.from(JSON.stringify(said)).length < 100_000);
  });
});
