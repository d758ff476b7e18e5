import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { writeRace } from '../../runtime/race-config.ts';
import { boardRowText, encodeBoardMessage, type PastQuestion } from '../../schemas/board-message.ts';
import { GUN_MS } from '../../schemas/ten-kilometres-for-tests.ts';
import { createTestApi } from '../api-for-tests.ts';
import { createPastBoards, PAST_STEP_MS } from './past-boards.ts';
import { boardOfTwo, raceOfTwo, rowOf } from './races-for-tests.ts';

/** A holder that tells a board of two in two parts, each when it is let. */
function setUp() {
  const clock = createManualClock(GUN_MS);
  const asked: PastQuestion[] = [];
  let answer = (question: PastQuestion): Uint8Array | null => partOf(question);
  const boards = createPastBoards({
    clock,
    ask: async (_race, question) => {
      asked.push(question);
      return answer(question);
    },
  });
  return {
    ...{ clock, asked, boards },
    setAnswer(next: typeof answer) {
      answer = next;
    },
  };
}

function partOf({ atMs, part }: PastQuestion, epoch = 1): Uint8Array {
  const { rows, ...head } = boardOfTwo;
  const own = { epoch, number: 0, full: true, part, parts: rows.length, removed: [] };
  return encodeBoardMessage({ ...head, ...own, atMs }, [boardRowText(rows[part])]);
}

describe('boards of moments that are over', () => {
  test('are put together from their parts, asked for once for all who want them', async () => {
    const { asked, boards } = setUp();
    const both = await Promise.all([boards.read('ten', GUN_MS + 7_000), boards.read('ten', GUN_MS + 9_999)]);
    const { rows, ...head } = both[0]!;
    assert.deepEqual(
      [head, [...rows.values()]],
      [
        {
          ...{ race: 'ten', raceVersion: 1, epoch: 1, number: 0, atMs: GUN_MS + 5_000 },
          ...{ dataMs: boardOfTwo.dataMs, groups: boardOfTwo.groups, certainty: null },
        },
        boardOfTwo.rows,
      ],
    );
    assert.equal(both[1], both[0]);
    assert.deepEqual(
      asked,
      [0, 1].map((part) => ({ ask: 'past', atMs: GUN_MS + 5_000, part })),
    );
  });

  test('are asked for anew after ten seconds, since late data may have come', async () => {
    const { clock, asked, boards } = setUp();
    await boards.read('ten', GUN_MS);
    await clock.advance(10_000);
    await boards.read('ten', GUN_MS);
    assert.equal(asked.length, 2);
    await clock.advance(1);
    await boards.read('ten', GUN_MS);
    assert.equal(asked.length, 4);
  });

  test('are of nobody while nobody answers or the holder changes in between, and asked for again then', async () => {
    const { asked, boards, setAnswer } = setUp();
    setAnswer(() => null);
    assert.equal(await boards.read('ten', GUN_MS), null);
    setAnswer(() => new Uint8Array());
    assert.equal(await boards.read('ten', GUN_MS), null);
    setAnswer((question) => partOf(question, 1 + question.part));
    assert.equal(await boards.read('ten', GUN_MS), null);
    setAnswer((question) => partOf(question));
    assert.equal((await boards.read('ten', GUN_MS))?.rows.size, 2);
    assert.equal(asked.length, 1 + 1 + 2 + 2);
  });

  test('beyond sixteen at once are refused, and only so many rows are kept', async () => {
    const { asked, boards, setAnswer } = setUp();
    const rows = Array.from({ length: 20_000 }, (_, i) => boardRowText(rowOf(String(i))));
    setAnswer(({ atMs, part }) => {
      const { rows: _, ...head } = boardOfTwo;
      return encodeBoardMessage(
        { ...head, ...{ epoch: 1, number: 0, full: true, part, parts: 1, removed: [] }, atMs },
        rows,
      );
    });
    const moments = Array.from({ length: 17 }, (_, i) => GUN_MS + i * PAST_STEP_MS);
    const all = await Promise.all(moments.map((atMs) => boards.read('ten', atMs)));
    assert.deepEqual(
      all.map((board) => board?.rows.size ?? 0),
      [...Array(16).fill(20_000), 0],
    );
    await boards.read('ten', moments[15]);
    assert.equal(asked.length, 16, 'the newest is kept');
    await boards.read('ten', moments[0]);
    assert.equal(asked.length, 17, 'the oldest is not');
  });
});

describe('the board over HTTP, of a moment that is over,', () => {
  async function held(t: TestContext, state: 'live' | 'published') {
    const api = await createTestApi(t);
    await writeRace(api.config, null, { ...raceOfTwo[0], state }, raceOfTwo[1]);
    await api.clock.advance(0);
    const past = (atMs: number) => ({ ...boardOfTwo, atMs, dataMs: atMs, rows: [rowOf('1'), rowOf('2')] });
    api.holdBoard('ten', () => boardOfTwo, {}, {}, [], undefined, past);
    return api;
  }

  test('is what its holder tells of the moment, in pages and groups, with a tag', async (t) => {
    const { api, get } = await held(t, 'live');
    const { status, body, headers } = await get(`/v1/races/ten/board?at=${GUN_MS + 61_234}&bibs=2`);
    const { who, ...row } = body.rows[0];
    assert.deepEqual(
      [status, body.atMs, body.dataMs, body.total, row, who.name, headers['cache-control']],
      [200, GUN_MS + 60_000, GUN_MS + 60_000, 1, rowOf('2'), 'Runner 2', 'public, max-age=10'],
    );
    const known = await api.inject({
      url: `/v1/races/ten/board?at=${GUN_MS + 61_234}&bibs=2`,
      headers: { 'if-none-match': String(headers.etag) },
    });
    assert.deepEqual([known.statusCode, known.payload], [304, '']);
  });

  test('of a published race may be kept for longer', async (t) => {
    const { get } = await held(t, 'published');
    const { headers } = await get(`/v1/races/ten/board?at=${GUN_MS}`);
    assert.equal(headers['cache-control'], 'public, max-age=300');
  });

  test('is refused when it is no time, and unavailable while nobody holds the race', async (t) => {
    const { api, get, config, clock } = await held(t, 'live');
    assert.equal((await api.inject({ url: '/v1/races/ten/board?at=noon' })).statusCode, 422);
    await writeRace(config, null, { ...raceOfTwo[0], id: 'other' }, raceOfTwo[1]);
    await clock.advance(0);
    const { body } = await get('/v1/races/other/board?at=0');
    assert.equal(body.type, 'urn:slipstream:problem:board_unavailable');
  });
});
