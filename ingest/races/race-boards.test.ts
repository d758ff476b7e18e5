import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { keys } from '../../schemas/names.ts';
import { createRaceBoards } from './race-boards.ts';

function setUp(maxRaces?: number) {
  const clock = createManualClock(1_800_000_000_000);
  const store = createMemoryKvStore(clock, { bucket: 'BOARDS', ttlMs: 0, maxBytes: 0, replicas: 1 });
  const kv = store.open();
  const boards = createRaceBoards({ kv: store.open(), clock, log: createSilentLog(), ...(maxRaces && { maxRaces }) });
  const show = (race: string, text: string) => kv.put(keys.topicBoard(race), Buffer.from(`1\n${text}`));
  async function follow(race: string) {
    const told: (string | null)[] = [];
    const textOf = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString();
    const board = await boards.follow(race, () => told.push(textOf(newest())));
    assert.ok(board !== null && board !== 'too_many');
    const newest = () => board.newest();
    return { told, newest: () => textOf(newest()), stop: board.stop };
  }
  return { clock, store, kv, boards, show, follow };
}

test('all who follow a race share one board, and each hears of the newer ones until it stops', async () => {
  const { clock, boards, show, follow } = setUp();
  await show('ten', 'one');
  const [a, b] = await Promise.all([follow('ten'), follow('ten')]);
  await clock.advance(10);
  assert.deepEqual([a.newest(), boards.followedRaces], ['one', 1]);
  await show('ten', 'two');
  await clock.advance(10);
  a.stop();
  a.stop();
  await show('ten', 'three');
  await clock.advance(10);
  assert.deepEqual([a.told, b.told], [['two'], ['two', 'three']]);
  b.stop();
  assert.deepEqual([boards.followedRaces, clock.pendingTimers()], [0, 0]);
});

test('a watch that is lost is opened again, and what happened meanwhile is told', async () => {
  const { clock, store, kv, show, follow } = setUp();
  await show('ten', 'one');
  await show('hill', 'one');
  const [ten, hill] = [await follow('ten'), await follow('hill')];
  await clock.advance(10);
  store.loseWatches();
  await show('ten', 'two');
  await kv.delete(keys.topicBoard('hill'));
  await clock.advance(1_000);
  assert.deepEqual([ten.told, ten.newest(), hill.told, hill.newest()], [['two'], 'two', [], null]);
});

test('there is no following of what is not there, nor of more races than fit', async () => {
  const { boards, kv, show, follow } = setUp(1);
  assert.equal(await boards.follow('ten', () => undefined), null);
  await kv.put(keys.topicBoard('odd'), Buffer.from('no epoch'));
  assert.equal(await boards.follow('odd', () => undefined), null);
  for (const race of ['ten', 'hill']) await show(race, 'one');
  await follow('ten');
  assert.equal(await boards.follow('hill', () => undefined), 'too_many');
});
