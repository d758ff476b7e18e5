import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { readRace, writeRace } from '../../../runtime/race-config.ts';
import { starterOf } from '../../../schemas/ten-kilometres-for-tests.ts';
import { createTestApi } from '../../api-for-tests.ts';
import { boardOfTwo, raceOfTwo, rowOf } from '../races-for-tests.ts';
import { raceTime } from './results-csv.ts';

const ranks = { waveRank: 1, sexRank: 1, categoryRank: 1, clubRank: null };
const noRanks = { rank: null, waveRank: null, sexRank: null, categoryRank: null, clubRank: null };
const rows = [
  rowOf('3', { status: 'dsq', gunMs: 2_000_000, chipMs: 2_000_000 }),
  rowOf('1', { status: 'finished', rank: 1, ...ranks, gunMs: 2_400_001, chipMs: 2_398_000, gapLeaderMs: 0 }),
  rowOf('4', { status: 'running', rank: 2, gunMs: 2_500_000 }),
  rowOf('2', { status: 'dnf', statusReason: 'stopped', gunMs: 900_000 }),
];

async function setUp(t: TestContext) {
  const api = await createTestApi(t);
  const starters = ['1', '2', '3', '4'].map((bib) => starterOf(bib, { name: bib === '1' ? '=1+1, Ann' : `R ${bib}` }));
  await writeRace(api.config, null, raceOfTwo[0], starters);
  await api.clock.advance(0);
  api.holdBoard('ten', () => ({ ...boardOfTwo, rows }));
  return api;
}

describe('the results of a race', () => {
  test('have who finished by rank, and then the others by what became of them', async (t) => {
    const { get } = await setUp(t);
    const { body } = await get('/v1/races/ten/results');
    const { results, ...head } = body;
    assert.deepEqual(head, {
      ...{ race: 'ten', name: 'Ten kilometres', state: 'live', isOfficial: false, atMs: boardOfTwo.atMs },
    });
    const { who, ...first } = results[0];
    assert.equal(who.name, '=1+1, Ann');
    assert.deepEqual(first, {
      ...{ rank: 1, ...ranks, bib: '1', status: 'finished', statusReason: null },
      ...{ gunMs: 2_400_001, chipMs: 2_398_000, behindMs: 0 },
    });
    const noTime = { gunMs: null, chipMs: null, behindMs: null };
    assert.deepEqual(
      results.slice(1).map(({ who: _, ...result }: { who: unknown }) => result),
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
    assert.deepEqual(String(body).split('\n').slice(0, 3), [
      '\uFEFFrank,bib,name,sex,club,country,wave,category,status,gun_time,chip_time,behind,' +
        'wave_rank,sex_rank,category_rank,club_rank,gun_ms,chip_ms',
      `1,1,"'=1+1, Ann",female,,CHE,A,Open,finished,0:40:01,0:39:58,0:00:00,1,1,1,,2400001,2398000`,
      ',4,R 4,female,,CHE,A,Open,running,,,,,,,,,',
    ]);
  });
});

test('a race time counts a begun second as a whole one', () => {
  assert.deepEqual([0, 1, 59_999, 3_600_000, 36_061_000, null].map(raceTime), [
    ...['0:00:00', '0:00:01', '0:01:00', '1:00:00', '10:01:01', ''],
  ]);
});
