import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { readRace, writeRace } from '../../../runtime/race-config.ts';
import type { WayCrossing } from '../../../schemas/board.ts';
import { GUN_MS, starterOf } from '../../../schemas/ten-kilometres-for-tests.ts';
import { createTestApi } from '../../api-for-tests.ts';
import { boardOfTwo, raceOfTwo, rowOf } from '../races-for-tests.ts';
import { marksOf } from './marks.ts';
import { raceTime } from './results-csv.ts';

const splitColumns = ['gun_time', 'chip_time', 'status', 'gun_ms', 'chip_ms'];
const ranks = { waveRank: 1, sexRank: 1, categoryRank: 1, clubRank: null };
const noRanks = { rank: null, waveRank: null, sexRank: null, categoryRank: null, clubRank: null };
const rows = [
  rowOf('3', { status: 'dsq', gunMs: 2_000_000, chipMs: 2_000_000 }),
  rowOf('1', {
    ...{ status: 'finished', rank: 1, ...ranks, gunMs: 2_400_001, chipMs: 2_398_000, gapLeaderMs: 0 },
    tooClose: { ahead: 0, behind: 2 },
  }),
  rowOf('4', { status: 'running', rank: 2, gunMs: 2_500_000 }),
  rowOf('2', { status: 'dnf', statusReason: 'stopped', gunMs: 900_000 }),
];

const LENGTH_M = raceOfTwo[0].checkpoints[2].positionM[0];
const crossed = (checkpoint: string, ms: number, status: WayCrossing['status'] = 'provisional'): WayCrossing =>
  ({
    ...{ checkpoint, pass: 1, positionM: 0, timeMs: GUN_MS + ms, sigmaMs: 50, source: 'mat', status, revision: 2 },
  }) as const;
const ways = {
  1: {
    passed: [],
    heart: null,
    crossings: [crossed('start', 2_001), crossed('half', 1_200_000), crossed('finish', 2_400_001)],
  },
  // Nobody saw them at the start.
  2: { passed: [], heart: null, crossings: [crossed('half', 900_000.4, 'estimated')] },
};

async function setUp(t: TestContext) {
  const api = await createTestApi(t);
  const starters = ['1', '2', '3', '4'].map((bib) => {
    return starterOf(bib, { name: bib === '1' ? '=1+1, Ann' : `R ${bib}`, wave: bib === '2' ? 'b' : 'a' });
  });
  await writeRace(api.config, null, raceOfTwo[0], starters);
  await api.clock.advance(0);
  const certainty = { tooCloseSigmas: 2.5, placesWithin: 1 };
  const board = api.holdBoard('ten', () => ({ ...boardOfTwo, rows, certainty }), {}, ways);
  return { ...api, board };
}

describe('the results of a race', () => {
  test('have who finished by rank, and then the others by what became of them', async (t) => {
    const { get } = await setUp(t);
    const { body } = await get('/v1/races/ten/results');
    const { results, marks, ...head } = body;
    assert.deepEqual(head, {
      ...{ race: 'ten', name: 'Ten kilometres', state: 'live', isOfficial: false, atMs: boardOfTwo.atMs },
      certainty: { tooCloseSigmas: 2.5, placesWithin: 1 },
    });
    const mark = (checkpoint: string, name: string, positionM: number) => {
      const [isStart, isFinish] = [checkpoint === 'start', checkpoint === 'finish'];
      return { checkpoint, pass: 1, name, positionM, isStart, isFinish };
    };
    assert.deepEqual(marks, [
      mark('start', 'Start', 0),
      mark('half', 'Half', LENGTH_M / 2),
      mark('finish', 'Finish', LENGTH_M),
    ]);
    const { who, splits, ...first } = results[0];
    assert.equal(who.name, '=1+1, Ann');
    assert.deepEqual(first, {
      ...{ rank: 1, ...ranks, bib: '1', status: 'finished', statusReason: null },
      ...{ gunMs: 2_400_001, chipMs: 2_398_000, behindMs: 0, tooClose: { ahead: 0, behind: 2 } },
    });
    const split = { pass: 1, status: 'provisional', revision: 2 };
    assert.deepEqual(splits, [
      { ...split, checkpoint: 'start', timeMs: GUN_MS + 2_001, gunMs: 2_001, chipMs: 0 },
      { ...split, checkpoint: 'half', timeMs: GUN_MS + 1_200_000, gunMs: 1_200_000, chipMs: 1_197_999 },
      { ...split, checkpoint: 'finish', timeMs: GUN_MS + 2_400_001, gunMs: 2_400_001, chipMs: 2_398_000 },
    ]);
    // From the gun of the second wave.
    const estimated = { checkpoint: 'half', pass: 1, status: 'estimated', revision: 2 };
    assert.deepEqual(results[2].splits, [{ ...estimated, timeMs: GUN_MS + 900_000.4, gunMs: 300_000, chipMs: null }]);
    const noTime = { gunMs: null, chipMs: null, behindMs: null, tooClose: null };
    assert.deepEqual(
      results.slice(1).map(({ who: _, splits: __, ...result }: { who: unknown; splits: unknown }) => result),
      [
        { ...noRanks, bib: '4', status: 'running', statusReason: null, ...noTime },
        { ...noRanks, bib: '2', status: 'dnf', statusReason: 'stopped', ...noTime },
        { ...noRanks, bib: '3', status: 'dsq', statusReason: null, ...noTime },
      ],
    );
  });

  test('are official once the race is published', async (t) => {
    const { get, config, clock } = await setUp(t);
    const before = (await readRace(config, 'ten'))!;
    await writeRace(config, before, { ...raceOfTwo[0], state: 'published' }, null);
    await clock.advance(0);
    const { body } = await get('/v1/races/ten/results');
    assert.deepEqual([body.state, body.isOfficial], ['published', true]);
  });

  test('come as CSV that a spreadsheet reads and does not compute', async (t) => {
    const { get } = await setUp(t);
    const { headers, body } = await get('/v1/races/ten/results?format=csv');
    assert.equal(headers['content-type'], 'text/csv; charset=utf-8');
    assert.deepEqual(String(body).split('\n').slice(0, 4), [
      '\uFEFFrank,bib,name,sex,club,country,wave,category,status,gun_time,chip_time,behind,' +
        'wave_rank,sex_rank,category_rank,club_rank,gun_ms,chip_ms,too_close_ahead,too_close_behind,' +
        ['start', 'half', 'finish'].map((mark) => splitColumns.map((column) => `${mark}_${column}`)).join(','),
      `1,1,"'=1+1, Ann",female,,CHE,A,Open,finished,0:40:01,0:39:58,0:00:00,1,1,1,,2400001,2398000,0,2,` +
        '0:00:03,0:00:00,provisional,2001,0,0:20:00,0:19:58,provisional,1200000,1197999,' +
        '0:40:01,0:39:58,provisional,2400001,2398000',
      `,4,R 4,female,,CHE,A,Open,running,,,,,,,,,,,${','.repeat(15)}`,
      `,2,R 2,female,,CHE,B,Open,dnf,,,,,,,,,,,${','.repeat(5)},0:05:00,,estimated,300000,${','.repeat(5)}`,
    ]);
  });

  test('are not there while nobody holds the board, which alone knows the splits', async (t) => {
    const { get, board } = await setUp(t);
    assert.equal((await get('/v1/races/ten/results')).status, 200);
    board.stop();
    const { status, body } = await get('/v1/races/ten/results');
    assert.deepEqual([status, body.type.split(':').at(-1)], [503, 'board_unavailable']);
  });

  test('have splits of every so many laps where all were too many', () => {
    const laps = { ...raceOfTwo[0].checkpoints[2], positionM: Array.from({ length: 10 }, (_, i) => 1_000 * (i + 1)) };
    const passes = (maxSplits: number) => {
      const marks = marksOf({ checkpoints: [laps], starters: raceOfTwo[1] }, maxSplits);
      return marks.map(({ name, pass, isFinish }) => [name, pass, isFinish]);
    };
    assert.deepEqual(passes(20).length, 10);
    assert.deepEqual(passes(9), [
      ['Finish 1', 1, false],
      ['Finish 4', 4, false],
      ['Finish 7', 7, false],
      ['Finish 10', 10, true],
    ]);
  });
});

test('a race time counts a begun second as a whole one', () => {
  assert.deepEqual([0, 1, 59_999, 3_600_000, 36_061_000, -999, -1_000, null].map(raceTime), [
    ...['0:00:00', '0:00:01', '0:01:00', '1:00:00', '10:01:01', '0:00:00', '-0:00:01', ''],
  ]);
});
