import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checkpoint } from '../../schemas/race.ts';
import { localText, msOf } from './local-time.ts';
import type { Setup } from './organiser-api.ts';
import { placeProblems } from './place-problems.ts';
import { draftOf, idFrom, newDraft, statedOf, withIds } from './race-draft.ts';

const NAMED = { all: 'All', start: 'Start', finish: 'Finish', open: 'Open' };
const GUN_MS = Date.UTC(2027, 4, 1, 9);
const place = { latitudeE7: 460_050_000, longitudeE7: 145_002_000 };
const line: Checkpoint = {
  ...{ id: 'start', name: 'Start', kind: 'line', positionM: [0], isStart: true, isFinish: false },
  ...{ ends: null, centre: null, radiusM: null },
};
const hut: Checkpoint = {
  ...line,
  ...{ id: 'hut', name: 'Hut', kind: 'circle', positionM: [500.26, 900], isStart: false, centre: place, radiusM: 20 },
};
const setup: Setup = {
  ...{ id: 'hill', version: 3, name: 'Hill', organiser: 'club', sport: 'run', state: 'live', starters: 2 },
  ...{ startMs: GUN_MS, closesMs: GUN_MS + 7_200_000, lengthM: 1_111, course: null, checkpoints: [line, hut] },
  waves: [{ id: 'a', name: 'A', gunTimeMs: GUN_MS, categories: ['open'] }],
  categories: [{ id: 'open', name: 'Open', sex: null, minAge: null, maxAge: 39 }],
};

test('a new race has a start, a finish, one wave at the next full hour and one category', () => {
  assert.deepEqual(statedOf({ ...newDraft(GUN_MS - 60_000, NAMED), name: 'Ten' }, 'draft'), {
    ...{ name: 'Ten', sport: 'run', state: 'draft', closesMs: GUN_MS + 12 * 3_600_000 },
    checkpoints: [
      { id: 'start', name: 'Start', isStart: true, isFinish: false },
      { id: 'finish', name: 'Finish', isStart: false, isFinish: true },
    ],
    waves: [{ id: 'all', name: 'All', gunTimeMs: GUN_MS, categories: [] }],
    categories: [{ id: 'open', name: 'Open', sex: null, minAge: null, maxAge: null }],
  });
});

test('what nobody touched is said as it was: a circle as a circle, metres to the digit', () => {
  const { name, sport, closesMs, waves, categories } = setup;
  assert.deepEqual(statedOf(draftOf(setup), 'live'), {
    ...{ name, sport, state: 'live', closesMs, waves, categories },
    checkpoints: [
      { id: 'start', name: 'Start', isStart: true, isFinish: false, positionM: [0] },
      { id: 'hut', name: 'Hut', isStart: false, isFinish: false, place, radiusM: 20 },
    ],
  });
});

test('other metres take the place of a circle', () => {
  const draft = draftOf(setup);
  const checkpoints = draft.checkpoints.map((row) => ({ ...row, metres: '250; 750.5' }));
  assert.deepEqual(
    statedOf({ ...draft, checkpoints }, 'live').checkpoints.map(({ positionM }) => positionM),
    [
      [250, 750.5],
      [250, 750.5],
    ],
  );
});

test('rows without an id get one from their name that nobody else has', () => {
  const rows = ['Élite A', 'Elite a', 'Волна', ''].map((name) => ({ id: '', name }));
  const ids = withIds([{ id: 'elite-a', name: 'x' }, ...rows], 'wave').map(({ id }) => id);
  assert.deepEqual(ids, ['elite-a', 'elite-a-2', 'elite-a-3', 'wave', 'wave-5']);
  assert.equal(idFrom('Ten & Half 2027'), 'ten-half-2027');
});

test('a moment comes back from its input to the tenth of a second', () => {
  for (const ms of [GUN_MS, GUN_MS + 1_300, GUN_MS + 59_900]) assert.equal(msOf(localText(ms)), ms);
  assert.throws(() => msOf('soon'), RangeError);
});

test('each error stands beside what it is about: the file by line, a list by row', () => {
  const csv = [{ parameter: 'line 3, sex', message: 'must be one of' }];
  assert.deepEqual(
    [...placeProblems('starters', { problem: 'invalid_request', errors: csv })],
    [['csv', [{ row: null, where: 'line 3, sex', message: 'must be one of' }]]],
  );
  const gun = [{ parameter: 'waves/1/gunTimeMs', message: 'must be before closesMs' }];
  assert.deepEqual(
    [...placeProblems('setting', { problem: 'invalid_request', errors: gun })],
    [['waves', [{ row: 2, where: 'gunTimeMs', message: 'must be before closesMs' }]]],
  );
  const gpx = [{ parameter: 'body', message: 'not_xml: it is no XML' }];
  assert.deepEqual(
    [...placeProblems('course', { problem: 'invalid_request', errors: gpx })],
    [['gpx', [{ row: null, where: '', message: 'not_xml: it is no XML' }]]],
  );
  assert.deepEqual(
    [...placeProblems('race', { problem: 'race_exists', errors: [] })],
    [['id', [{ row: null, where: '', message: 'race_exists' }]]],
  );
});
