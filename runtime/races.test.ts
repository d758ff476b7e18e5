import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createNames, keys } from '../schemas/names.ts';
import type { Race, RaceSetting, Starter } from '../schemas/race.ts';
import { createManualClock } from './clock.ts';
import { createMemoryKvStore } from './kv/memory-kv.ts';
import { createMemoryLog } from './log.ts';
import { RaceChangedError, readRace, writeRace } from './race-config.ts';
import { createRaces } from './races.ts';

const draft: Omit<RaceSetting, 'version' | 'starters'> = {
  ...{ id: 'ten', name: 'Ten kilometres', organiser: 'club', sport: 'run', state: 'draft', closesMs: null },
  ...{ course: null, checkpoints: [] },
  waves: [{ id: 'a', name: 'A', gunTimeMs: 1_000, categories: [] }],
  categories: [{ id: 'open', name: 'Open', sex: null, minAge: null, maxAge: null }],
};

function startersOf(count: number): Starter[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ bib: String(i + 1), name: `Runner ${i + 1}`, sex: 'female', birthYear: 1990, club: '', country: 'CHE' },
    ...{ athlete: `athlete-${i + 1}`, device: null, chip: null, wave: 'a', category: 'open' },
  }));
}

function createWorld() {
  const clock = createManualClock(5_000);
  const { log, records } = createMemoryLog();
  const options = { bucket: createNames().configBucket, ttlMs: 0, maxBytes: 0, replicas: 1 };
  const store = createMemoryKvStore(clock, options);
  const changed: string[] = [];
  const races = createRaces({
    ...{ kv: store.open(), clock, logger: log, random: () => 0 },
    onChange: ({ id, version }) => changed.push(`${id} ${version}`),
    onRemoved: (id) => changed.push(`${id} removed`),
  });
  return { clock, store, kv: store.open(), races, changed, records };
}

describe('races', () => {
  test('are known whole, with the starters of all chunks', async () => {
    const { clock, kv, races, changed } = createWorld();
    const written = await writeRace(kv, null, draft, startersOf(2_500));
    await clock.advance(0);
    const expected: Race = { ...draft, version: 1, starters: startersOf(2_500), startersVersion: 1 };
    assert.deepEqual(races.get('ten'), expected);
    assert.deepEqual(written.race, expected);
    assert.deepEqual((await readRace(kv, 'ten'))?.race, expected);
    assert.deepEqual(changed, ['ten 1']);
    assert.equal(races.isReady, true);
    races.stop();
  });

  test('change without their starters, and lose the chunks of starters that were replaced', async () => {
    const { clock, kv, races, changed } = createWorld();
    const first = await writeRace(kv, null, draft, startersOf(1_500));
    const second = await writeRace(kv, first, { ...draft, name: 'Eleven' }, null);
    await clock.advance(0);
    assert.equal(races.get('ten')?.starters.length, 1_500);
    await writeRace(kv, second, draft, startersOf(1));
    await clock.advance(0);
    assert.deepEqual(changed, ['ten 1', 'ten 2', 'ten 3']);
    assert.deepEqual((await kv.keys(keys.races)).toSorted(), ['race.ten', 'race.ten.starters.2.0']);
    races.stop();
  });

  test('are changed by one at a time', async () => {
    const { kv, races } = createWorld();
    const first = await writeRace(kv, null, draft, []);
    await writeRace(kv, first, { ...draft, name: 'Eleven' }, null);
    await assert.rejects(writeRace(kv, first, { ...draft, name: 'Twelve' }, null), RaceChangedError);
    await assert.rejects(writeRace(kv, null, draft, null), RaceChangedError);
    const third = await readRace(kv, 'ten');
    const [lost, won] = await Promise.allSettled([
      writeRace(kv, third, draft, startersOf(3)),
      writeRace(kv, third, draft, startersOf(2)),
    ]);
    const winner = [lost, won].find((result) => result.status === 'fulfilled');
    assert.deepEqual((await readRace(kv, 'ten'))?.race, winner?.value.race);
    races.stop();
  });

  test('keep the version before one that cannot be read', async () => {
    const { clock, kv, races, records } = createWorld();
    await writeRace(kv, null, draft, []);
    await kv.put(keys.race('ten'), Buffer.from('{"id": "ten"}'));
    await clock.advance(0);
    assert.equal(races.get('ten')?.version, 1);
    assert.ok(records.some(({ msg }) => msg === 'a race cannot be read: the version before it counts'));
    races.stop();
  });

  test('go on counting while the bucket is out of reach, and are removed when it says so', async () => {
    const { clock, store, kv, races, changed } = createWorld();
    await writeRace(kv, null, draft, []);
    await clock.advance(0);
    store.loseWatches();
    await kv.delete(keys.race('ten'));
    await clock.advance(0);
    assert.equal(races.get('ten')?.version, 1);
    await clock.advance(1_000);
    assert.equal(races.get('ten'), null);
    assert.deepEqual(changed, ['ten 1', 'ten removed']);
    races.stop();
  });
});
