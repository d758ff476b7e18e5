import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { writeRace } from '../../runtime/race-config.ts';
import { GUN_MS } from '../../schemas/ten-kilometres-for-tests.ts';
import { createTestApi } from '../api-for-tests.ts';
import { boardOfTwo, raceOfTwo, rowOf, wayOfFirst } from './races-for-tests.ts';

async function setUp(t: TestContext) {
  const api = await createTestApi(t);
  const stored = await writeRace(api.config, null, ...raceOfTwo);
  await api.clock.advance(0);
  return { ...api, stored };
}

describe('races', () => {
  test('are listed for everybody, drafts left out', async (t) => {
    const { get, config, clock } = await setUp(t);
    await writeRace(config, null, { ...raceOfTwo[0], id: 'draft', state: 'draft' }, []);
    await clock.advance(0);
    assert.deepEqual((await get('/v1/races')).body, {
      races: [
        {
          ...{ id: 'ten', version: 1, name: 'Ten kilometres', organiser: 'club', sport: 'run', state: 'live' },
          ...{ startMs: GUN_MS, closesMs: GUN_MS + 4 * 3_600_000, starters: 2 },
        },
      ],
    });
    assert.equal((await get('/v1/races/draft')).status, 404);
  });

  test('say what is where, and who starts, without what is nobody else’s business', async (t) => {
    const { get } = await setUp(t);
    const { body, headers } = await get('/v1/races/ten');
    assert.deepEqual(Object.keys(body).slice(-4), ['course', 'checkpoints', 'waves', 'categories']);
    assert.equal(headers.etag, '"ten-1"');
    const { starters } = (await get('/v1/races/ten/starters')).body;
    assert.deepEqual(starters[0], {
      ...{ bib: '1', name: 'Runner 1', sex: 'male', club: 'Harriers', country: 'CHE', wave: 'a', category: 'open' },
    });
  });
});

describe('the board over HTTP', () => {
  test('comes in pages, with who is who, by any group', async (t) => {
    const { get, holdBoard } = await setUp(t);
    holdBoard('ten', () => boardOfTwo);
    const { body } = await get('/v1/races/ten/board?limit=1');
    assert.deepEqual([body.total, body.rows.length, body.rows[0].bib, body.rows[0].who.name], [2, 1, '1', 'Runner 1']);
    const bibsOf = async (query: string) => {
      const { rows } = (await get(`/v1/races/ten/board?${query}`)).body;
      return rows.map(({ bib }: { bib: string }) => bib);
    };
    assert.deepEqual(await bibsOf('offset=1'), ['2']);
    assert.deepEqual(await bibsOf('wave=b'), ['2']);
    assert.deepEqual(await bibsOf('sex=male&club=Harriers'), ['1']);
    assert.deepEqual(await bibsOf('bibs=2,9'), ['2']);
    assert.deepEqual(await bibsOf('q=rÚnner%202'), ['2']);
    assert.deepEqual(await bibsOf('q=harr'), ['1']);
    assert.deepEqual(await bibsOf('q=2'), ['2']);
  });

  test('has a tag that changes with what it says, and not with the moment', async (t) => {
    const { api, get, holdBoard, clock } = await setUp(t);
    let view = boardOfTwo;
    const held = holdBoard('ten', () => view);
    const tell = async (next: typeof view) => {
      view = next;
      held.tell();
      await clock.advance(0);
      return String((await get('/v1/races/ten/board')).headers.etag);
    };
    const tag = await tell(boardOfTwo);
    assert.equal(await tell({ ...boardOfTwo, atMs: boardOfTwo.atMs + 500 }), tag);
    const known = await api.inject({ url: '/v1/races/ten/board', headers: { 'if-none-match': tag } });
    assert.deepEqual([known.statusCode, known.payload], [304, '']);
    assert.notEqual(await tell({ ...boardOfTwo, rows: [rowOf('1'), rowOf('2')] }), tag);
  });

  test('is the last one of the bucket while nobody holds the race', async (t) => {
    const { get, holdBoard, boards, clock } = await setUp(t);
    assert.deepEqual((await get('/v1/races/ten/board')).body.type, 'urn:slipstream:problem:board_unavailable');
    boards.stop();
    const held = holdBoard('ten', () => boardOfTwo);
    await held.keep();
    held.stop();
    await clock.advance(0);
    const { status, body } = await get('/v1/races/ten/board');
    assert.deepEqual([status, body.dataMs, body.rows.length], [200, boardOfTwo.dataMs, 2]);
    assert.deepEqual(body.counts, { registered: 1, running: 1, finished: 0, dnf: 0, dns: 0, dsq: 0 });
  });

  test('tells the gaps to any athlete', async (t) => {
    const { get, holdBoard } = await setUp(t);
    holdBoard('ten', () => boardOfTwo, { 1: { 1: 0, 2: 75_000 } });
    assert.deepEqual((await get('/v1/races/ten/gaps?to=1')).body, {
      ...{
        race: 'ten',
        to: '1',
        gaps: [
          { bib: '1', gapMs: 0 },
          { bib: '2', gapMs: 75_000 },
        ],
      },
    });
    assert.equal((await get('/v1/races/ten/gaps?to=2')).body.type, 'urn:slipstream:problem:no_rank');
  });

  test('of one athlete has each crossing, and when they were where', async (t) => {
    const { get, holdBoard } = await setUp(t);
    holdBoard('ten', () => boardOfTwo, {}, { 1: wayOfFirst });
    const { status, body } = await get('/v1/races/ten/athletes/1');
    const { who, ...row } = body.row;
    assert.deepEqual([status, row, who.name], [200, boardOfTwo.rows[0], 'Runner 1']);
    assert.deepEqual(body.crossings, wayOfFirst.crossings);
    assert.deepEqual(
      body.passed,
      wayOfFirst.passed.map(([positionM, timeMs]) => ({ positionM, timeMs })),
    );
    assert.equal(body.heart, null, 'nobody agreed that it is shown');
    assert.equal((await get('/v1/races/ten/athletes/9')).body.type, 'urn:slipstream:problem:unknown_starter');
  });

  test('of one athlete has their heart rate when they agreed to it, and no more once they do not', async (t) => {
    const { get, holdBoard, config, clock, stored } = await setUp(t);
    holdBoard('ten', () => boardOfTwo, {}, { 1: wayOfFirst });
    const heartOnceTheyAre = async (before: typeof stored, showsHeartRate: boolean) => {
      const [setting, [first, ...others]] = raceOfTwo;
      const after = await writeRace(config, before, setting, [{ ...first, showsHeartRate }, ...others]);
      await clock.advance(0);
      return [after, (await get('/v1/races/ten/athletes/1')).body.heart] as const;
    };
    const [agreed, heart] = await heartOnceTheyAre(stored, true);
    assert.deepEqual(heart, [{ positionM: 50, timeMs: GUN_MS + 12_500, heartRate: 141 }]);
    const [, none] = await heartOnceTheyAre(agreed, false);
    assert.equal(none, null);
    assert.equal(JSON.stringify((await get('/v1/races/ten/starters')).body).includes('eart'), false);
  });
});
