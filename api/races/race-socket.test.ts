import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { createMemoryLog } from '../../runtime/log.ts';
import { writeRace } from '../../runtime/race-config.ts';
import { createMemorySocketServer } from '../../runtime/sockets/memory-server.ts';
import type { Peer } from '../../runtime/sockets/peer.ts';
import type { BoardView } from '../../schemas/board.ts';
import { createTestApi } from '../api-for-tests.ts';
import { PACKED_MARK } from './packed-message.ts';
import { raceSocket } from './race-socket.ts';
import { createRaceWatching } from './race-watching.ts';
import { boardOfTwo, raceOfTwo, rowOf } from './races-for-tests.ts';

/** Lists are told so often at most. */
const LISTS_EVERY_MS = 100;

async function setUp(t: TestContext) {
  const api = await createTestApi(t);
  const { races, boards, clock, config } = api;
  const watching = createRaceWatching({ boards, races, clock });
  const server = createMemorySocketServer(
    raceSocket({ races, watching, clock, maxWatchers: 3 }),
    createMemoryLog().log,
  );
  await server.listen({ host: 'memory', port: 1 });
  t.after(() => server.close());
  await writeRace(config, null, ...raceOfTwo);
  let view: BoardView = boardOfTwo;
  const held = api.holdBoard('ten', () => view);
  await clock.advance(0);
  return {
    ...{ clock, watching, held },
    async connect(race = 'ten', query = '') {
      const peer = await server.connect({ path: `/v1/live/races/${race}`, query });
      const heard: Record<string, unknown>[] = [];
      const bytes: Uint8Array[] = [];
      peer.onMessage((message) => {
        bytes.push(message);
        const text = message[0] === PACKED_MARK ? inflateRawSync(message.subarray(1)) : Buffer.from(message);
        heard.push(JSON.parse(text.toString()));
      });
      return { peer, heard, bytes };
    },
    async show(next: Partial<BoardView>) {
      view = { ...view, ...next };
      held.tell();
      await clock.advance(LISTS_EVERY_MS);
    },
  };
}

const say = (peer: Peer, choice: unknown) => peer.send(Buffer.from(JSON.stringify(choice)), 'text');
const [first] = boardOfTwo.rows;

describe('who watches a race', () => {
  test('is sent a snapshot, with who is who, then only what changed, under numbers', async (t) => {
    const { clock, connect, show } = await setUp(t);
    const { peer, heard } = await connect();
    say(peer, { top: 10 });
    await clock.advance(1_000);
    assert.equal(heard.length, 1);
    const { rows, ...snapshot } = heard[0];
    assert.deepEqual(snapshot, {
      ...{ type: 'snapshot', race: 'ten', raceVersion: 1, view: 'top:10', number: 1 },
      ...{ atMs: boardOfTwo.atMs, dataMs: boardOfTwo.dataMs, groups: boardOfTwo.groups },
    });
    assert.deepEqual((rows as Record<string, unknown>[])[0], {
      ...first,
      ...{ positionM: 1_200, speedMps: 4, gunMs: null, chipMs: null },
      predictedMs: { p10: 2_400_000, p50: 2_500_000, p90: 2_600_000 },
      who: {
        ...{ bib: '1', name: 'Runner 1', sex: 'male', club: 'Harriers', country: 'CHE', wave: 'a', category: 'open' },
      },
    });
    await show({ atMs: 7, rows: [{ ...first, positionM: 1_208 }, rowOf('2')] });
    assert.deepEqual(heard[1], {
      ...{ type: 'delta', view: 'top:10', number: 2, atMs: 7, dataMs: boardOfTwo.dataMs },
      ...{ rows: [{ bib: '1', positionM: 1_210 }], removed: [] },
    });
  });

  test('sees the first fifty without a word, and other views at any time', async (t) => {
    const { clock, connect, show, watching } = await setUp(t);
    const { peer, heard } = await connect();
    await clock.advance(1_000);
    assert.deepEqual(
      heard.map(({ view }) => view),
      ['top:50'],
    );
    say(peer, { top: 1, bibs: ['2'] });
    await clock.advance(0);
    assert.deepEqual(
      heard.slice(1).map(({ view, rows }) => [view, (rows as { bib: string }[]).map(({ bib }) => bib)]),
      [
        ['top:1', ['1']],
        ['bib:2', ['2']],
      ],
    );
    await show({ rows: [rowOf('2', { rank: 1 }), rowOf('1', { rank: 2 })] });
    const [top, bib] = heard.slice(3) as { rows: Record<string, unknown>[]; removed: string[] }[];
    assert.deepEqual([top.rows.map(({ bib }) => bib), top.removed], [['2'], ['1']]);
    assert.deepEqual(bib.rows, [{ bib: '2', rank: 1 }]);
    peer.close();
    await clock.advance(0);
    assert.equal(watching.watchers(), 0);
  });

  test('hears of somebody who is followed by the metre, and nothing of who stands', async (t) => {
    const { clock, connect, show } = await setUp(t);
    const { peer, heard } = await connect();
    say(peer, { top: 1, bibs: ['1', '2'] });
    await clock.advance(1_000);
    const before = heard.length;
    await show({ rows: [{ ...first, positionM: 1_201.2 }, rowOf('2')] });
    await show({ rows: [{ ...first, positionM: 1_202.2 }, rowOf('2')] });
    assert.deepEqual(
      heard.slice(before).map(({ view, number, rows }) => [view, number, rows]),
      [
        ['top:1', 2, []],
        ['bib:1', 2, [{ bib: '1', positionM: 1_201 }]],
        ['top:1', 3, []],
        ['bib:1', 3, [{ bib: '1', positionM: 1_202 }]],
      ],
    );
  });

  test('sees who is on its part of the map, moves it without the rest being told again, and leaves it', async (t) => {
    const { clock, connect, show } = await setUp(t);
    const { peer, heard } = await connect();
    const near = { south: -0.001, west: 0.009, north: 0.001, east: 0.013 };
    const far = { ...near, west: 0.05, east: 0.054 };
    say(peer, { top: 1, area: near });
    await clock.advance(1_000);
    assert.deepEqual(
      heard.map(({ view, athletes, total }) => [String(view).slice(0, 5), athletes, total]),
      [
        ['top:1', undefined, undefined],
        ['area:', { 1: 1_200 }, 1],
      ],
    );
    await show({ rows: [{ ...first, positionM: 1_210 }, rowOf('2')] });
    assert.deepEqual(heard.at(-1)!.athletes, { 1: 1_210 });
    const before = heard.length;
    say(peer, { area: far });
    await clock.advance(0);
    assert.deepEqual(
      heard.slice(before).map(({ type, athletes }) => [type, athletes]),
      [['snapshot', {}]],
    );
    say(peer, { area: null });
    await show({ rows: [{ ...first, positionM: 5_700 }, rowOf('2')] });
    assert.deepEqual(
      heard.slice(before + 1).map(({ view }) => view),
      ['top:1'],
    );
  });

  test('is turned away with a part of the map that is none', async (t) => {
    const { clock, connect } = await setUp(t);
    const { peer } = await connect();
    say(peer, { area: { south: 1, west: 2, north: 0, east: 3 } });
    await clock.advance(0);
    assert.equal(await peer.closed, 1008);
  });

  test('is sent the newest whole when a message of the holder was missed', async (t) => {
    const { clock, connect, show, held } = await setUp(t);
    const { peer, heard } = await connect();
    say(peer, { top: 10 });
    await clock.advance(1_000);
    held.miss();
    await show({ rows: [{ ...first, positionM: 1_300 }, rowOf('2')] });
    assert.equal(heard.length, 1);
    await clock.advance(1_000);
    assert.deepEqual((heard[1].rows as Record<string, unknown>[])[0], { bib: '1', positionM: 1_300 });
  });

  test('is sent longer messages packed where that was asked for, and the same ones', async (t) => {
    const { clock, connect, show } = await setUp(t);
    const plain = await connect();
    const small = await connect('ten', 'encoding=deflate');
    for (const { peer } of [plain, small]) say(peer, { top: 10 });
    await clock.advance(1_000);
    await show({ rows: [{ ...first, positionM: 1_300 }, rowOf('2')] });
    assert.deepEqual(small.heard, plain.heard);
    assert.deepEqual(
      small.bytes.map((message, i) => [message[0] === PACKED_MARK, message.length < plain.bytes[i].length]),
      [
        [true, true],
        [false, false],
      ],
    );
  });

  test('shares each message with all who see the same', async (t) => {
    const { clock, connect, watching } = await setUp(t);
    for (const { peer } of [await connect(), await connect()]) say(peer, { top: 10 });
    await clock.advance(1_000);
    assert.equal(watching.snapshot('ten', 'top:10'), watching.snapshot('ten', 'top:10'));
    assert.equal(watching.watchers(), 2);
  });

  for (const [what, choice] of [
    ['more than two hundred', { top: 201 }],
    ['eleven athletes', { bibs: Array.from({ length: 11 }, (_, i) => `${i}`) }],
    ['something that is no bib', { bibs: ['a b'] }],
    ['nothing that can be read', [7].toString()],
  ] as const) {
    test(`is closed when asking for ${what}`, async (t) => {
      const { clock, connect } = await setUp(t);
      const { peer } = await connect();
      say(peer, choice);
      await clock.advance(0);
      assert.equal(await peer.closed, 1008);
    });
  }

  test('is told that there is no such race', async (t) => {
    const { clock, connect } = await setUp(t);
    const { peer } = await connect('eleven');
    await clock.advance(0);
    assert.equal(await peer.closed, 1008);
  });

  test('reads as slowly as it likes: it misses what is between, and is sent the newest', async (t) => {
    const { clock, connect, show } = await setUp(t);
    const { peer, heard } = await connect();
    const many = (positionM: number) => {
      return Array.from({ length: 200 }, (_, i) => rowOf(`${i}`, { rank: i + 1, positionM, status: 'running' }));
    };
    await show({ rows: many(10) });
    say(peer, { top: 200, bibs: ['7', '8'] });
    await clock.advance(0);
    peer.stopReading();
    for (let m = 2; m < 200; m++) await show({ rows: many(10 * m) });
    peer.startReading();
    await clock.advance(1_000);
    assert.ok(heard.length < 3 * 150, `${heard.length} messages`);
    for (const wanted of ['top:200', 'bib:7', 'bib:8']) {
      const last = heard.findLast(({ view }) => view === wanted)!;
      assert.equal((last.rows as { positionM: number }[])[0].positionM, 1_990, wanted);
    }
  });
});
