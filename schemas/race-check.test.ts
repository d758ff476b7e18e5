import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RaceSetting } from './race.ts';
import { checkRaceSetting, checkStarters, joinRace, RaceError } from './race-check.ts';
import { STRAIGHT_COURSE, testCheckpoint, testRaceSetting, testStarter } from './race-for-tests.ts';

function errorOf(run: () => unknown): { field: string; rule: string } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof RaceError)) throw error;
    return { field: error.field, rule: error.rule };
  }
  throw new Error('nothing was thrown');
}

test('a race that breaks no rule is taken as it is', () => {
  const setting = testRaceSetting();
  assert.deepEqual(checkRaceSetting(JSON.parse(JSON.stringify(setting))), setting);
});

test('a draft may miss what is not decided yet', () => {
  const draft = { state: 'draft', course: null, closesMs: null, checkpoints: [], waves: [], categories: [] } as const;
  const setting = testRaceSetting({ ...draft, checkpoints: [], waves: [], categories: [] });
  assert.deepEqual(checkRaceSetting(setting), setting);
});

describe('a broken rule is named with its field:', () => {
  const finish = testCheckpoint('finish', [1_000], { isFinish: true });
  const wave = testRaceSetting().waves[0];
  const cases: [string, Record<string, unknown>, string, RegExp][] = [
    ['an id with a dot', { id: 'a.b' }, '/id', /pattern/],
    ['an unknown field', { prize: 1 }, '/prize', /./],
    ['an unknown sport', { sport: 'chess' }, '/sport', /allowed values/],
    [
      'a latitude beyond the pole',
      { course: { ...STRAIGHT_COURSE, latitudeE7: [0, 900_000_001] } },
      '/course/latitudeE7/1',
      /<=/,
    ],
    ['a missing longitude', { course: { ...STRAIGHT_COURSE, longitudeE7: [0, 0] } }, '/course', /as many longitudes/],
    ['laps of an open course', { course: { ...STRAIGHT_COURSE, laps: 2 } }, '/course/laps', /not closed/],
    [
      'a course of one place',
      { course: { ...STRAIGHT_COURSE, latitudeE7: [5, 5, 5], longitudeE7: [5, 5, 5] } },
      '/course',
      /length/,
    ],
    ['a live race without a course', { course: null }, '/course', /before the race is live/],
    ['a live race without an end', { closesMs: null }, '/closesMs', /before the race is live/],
    ['no finish', { checkpoints: [] }, '/checkpoints', /one finish, not 0/],
    ['two checkpoints of one id', { checkpoints: [finish, finish] }, '/checkpoints/1', /\/checkpoints\/0: finish/],
    [
      'passes that do not rise',
      { checkpoints: [finish, testCheckpoint('a', [5, 5])] },
      '/checkpoints/1/positionM',
      /must rise/,
    ],
    [
      'a checkpoint behind the course',
      { checkpoints: [testCheckpoint('finish', [1_001], { isFinish: true })] },
      '/checkpoints/0/positionM',
      /1000\.\d m long/,
    ],
    [
      'more passes than are followed',
      {
        checkpoints: [0, 1, 2].map((n) =>
          testCheckpoint(
            `c${n}`,
            Array.from({ length: 700 }, (_, i) => i),
          ),
        ),
      },
      '/checkpoints',
      /2000 passes at most/,
    ],
    ['a circle without a centre', { checkpoints: [{ ...finish, kind: 'circle' }] }, '/checkpoints/0', /centre/],
    ['a gun after the end', { closesMs: wave.gunTimeMs }, '/waves/0/gunTimeMs', /before closesMs/],
    ['a wave of no category', { waves: [{ ...wave, categories: ['x'] }] }, '/waves/0/categories', /no category.*: x/],
    ['too few chunks', { starters: { version: 1, count: 1_001, chunks: 1 } }, '/starters/chunks', /rounded up/],
  ];
  for (const [name, more, field, rule] of cases) {
    test(name, () => {
      const error = errorOf(() => checkRaceSetting(testRaceSetting(more as Partial<RaceSetting>)));
      assert.equal(error.field, field);
      assert.match(error.rule, rule);
    });
  }
});

describe('starters:', () => {
  const setting = testRaceSetting();

  test('are joined to their race', () => {
    const starters = [testStarter('1'), testStarter('2', { athlete: '', device: 'watch-2' })];
    const { starters: _, ...rest } = setting;
    const joined = joinRace({ ...setting, starters: { version: 7, count: 2, chunks: 1 } }, starters);
    assert.deepEqual(joined, { ...rest, starters, startersVersion: 7 });
  });

  test('without athlete and device may be many: mats tell of them', () => {
    const unknown = { athlete: '', device: null };
    checkStarters(setting, [testStarter('1', unknown), testStarter('2', unknown)]);
  });

  const cases: [string, () => unknown, string, RegExp][] = [
    ['a bib twice', () => checkStarters(setting, [testStarter('1'), testStarter('1')]), '/starters/1', /bib/],
    [
      'a chip twice',
      () => checkStarters(setting, [testStarter('1', { chip: 'c' }), testStarter('2', { chip: 'c' })]),
      '/starters/1',
      /the chip of \/starters\/0: c/,
    ],
    [
      'an athlete twice',
      () => checkStarters(setting, [testStarter('1'), testStarter('2', { athlete: 'athlete-1' })]),
      '/starters/1',
      /athlete and device/,
    ],
    ['an unknown wave', () => checkStarters(setting, [testStarter('1', { wave: 'w9' })]), '/starters/0/wave', /w9/],
    [
      'an unknown category',
      () => checkStarters(setting, [testStarter('1', { category: 'x' })]),
      '/starters/0/category',
      /no category/,
    ],
    [
      'a year that nobody was born in, in the second chunk',
      () => {
        const many = Array.from({ length: 1_001 }, (_, i) => testStarter(`${i}`));
        checkStarters(setting, [...many, testStarter('x', { birthYear: 3 })]);
      },
      '/starters/1001/birthYear',
      />= 1900/,
    ],
    [
      'fewer than the race says',
      () => joinRace({ ...setting, starters: { version: 1, count: 2, chunks: 1 } }, [testStarter('1')]),
      '/starters/count',
      /in the chunks, 1/,
    ],
  ];
  for (const [name, run, field, rule] of cases) {
    test(name, () => {
      const error = errorOf(run);
      assert.equal(error.field, field);
      assert.match(error.rule, rule);
    });
  }
});
