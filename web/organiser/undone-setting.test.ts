import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RaceChange } from '../../schemas/race.ts';
import { tenKilometres } from '../../schemas/ten-kilometres-for-tests.ts';
import type { Setup } from './organiser-api.ts';
import { undoneSetting } from './undone-setting.ts';

const { starters: _, ...race } = tenKilometres([]);
const setup: Setup = { ...race, state: 'live', startMs: null, starters: 0, lengthM: 10_000 };
const changeOf = (version: number, own: Pick<RaceChange, 'changed' | 'before'>): RaceChange => {
  return { version, by: 'organiser club', saidMs: version, ...own };
};

describe('a change of a setting', () => {
  const waves = race.waves.map((wave) => ({ ...wave, gunTimeMs: wave.gunTimeMs - 60_000 }));
  const moved = changeOf(2, { changed: ['waves'], before: { waves } });
  const renamed = changeOf(3, { changed: ['name'], before: { name: 'Eleven' } });

  test('is undone by what was before, and what changed since stays', () => {
    assert.deepEqual(undoneSetting(setup, [moved, renamed], 2), { ...setup, waves });
    assert.deepEqual(undoneSetting(setup, [moved, renamed], 3), { ...setup, name: 'Eleven' });
  });

  test('is not undone when a later one replaced the same part', () => {
    const again = changeOf(4, { changed: ['closesMs', 'waves'], before: { closesMs: null, waves: [] } });
    assert.equal(undoneSetting(setup, [moved, renamed, again], 2), null);
    assert.notEqual(undoneSetting(setup, [moved, renamed, again], 4), null);
  });

  test('is not undone when nobody kept what was before, nor in a race that is closed', () => {
    assert.equal(undoneSetting(setup, [changeOf(2, { changed: ['course', 'checkpoints'] })], 2), null);
    assert.equal(undoneSetting(setup, [moved], 7), null);
    assert.equal(undoneSetting({ ...setup, state: 'frozen' }, [moved], 2), null);
  });
});
