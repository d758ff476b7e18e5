import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNames, keys } from './names.ts';
import {
  encodeProgress,
  type ProgressTick,
  readProgressAnswer,
  readProgressQuestion,
  readProgressTick,
} from './progress.ts';

const crossing = {
  checkpoint: 'half',
  pass: 1,
  timeMs: 1_500,
  sigmaMs: 120,
  source: 'gps',
  revision: 9,
  isWithdrawn: false,
} as const;
const tick: ProgressTick = {
  ...{ race: 'r', raceVersion: 2, shard: 3, epoch: 4, number: 5, atMs: 2_000, full: false, part: 0, parts: 1 },
  athletes: [
    {
      bib: '1',
      atMs: 1_900,
      positionM: 10.5,
      sigmaM: 1.2,
      speedMps: 3,
      isOffCourse: false,
      lap: 1,
      crossings: [crossing],
    },
  ],
};

test('a tick, a question and an answer travel as they are', () => {
  assert.deepEqual(readProgressTick(encodeProgress(tick)), tick);
  assert.deepEqual(readProgressQuestion(encodeProgress({ race: 'r' })), { race: 'r' });
  assert.deepEqual(readProgressAnswer(encodeProgress({ epoch: 1, number: 7 })), { epoch: 1, number: 7 });
});

test('what is none of them is null', () => {
  for (const text of ['', '{', 'null', '{}', '{"race":1}']) {
    const data = Buffer.from(text);
    assert.deepEqual(
      [readProgressTick(data), readProgressQuestion(data), readProgressAnswer(data)],
      [null, null, null],
    );
  }
});

test('the keys of a race and of its starters are read as they are written', () => {
  assert.deepEqual(keys.parseRace(keys.race('r-1')), { race: 'r-1', starters: null });
  assert.deepEqual(keys.parseRace(keys.raceStarters('r-1', 12, 3)), {
    race: 'r-1',
    starters: { version: 12, chunk: 3 },
  });
  for (const key of ['race', 'race.a.b', 'race.a.starters.1', 'race.a.starters.x.1', 'priority.device.a']) {
    assert.equal(keys.parseRace(key), null);
  }
});

test('ticks of all shards of a race have one filter', () => {
  const names = createNames('eu');
  assert.equal(names.progress('r-1', 3), 'eu.progress.r-1.3');
  assert.equal(names.progressFilter('r-1'), 'eu.progress.r-1.*');
  assert.equal(names.askProgress(3), 'eu.live.progress.3');
});
