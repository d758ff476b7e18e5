import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestApi } from '../api-for-tests.ts';
import { gearLoad, publishedClaim, START_MS, STATED } from './athlete.arbitrary.ts';

test('an athlete reads the records that hold, with evidence and all that was said of them', async (t) => {
  const { athletes, get } = await createTestApi(t);
  const first = publishedClaim({ value: 1_300 });
  const beaten = publishedClaim({
    revision: 2,
    replaces: { value: 1_300, activity: first.activity, startMs: first.startMs },
    activity: '0123456789abcdef',
  });
  athletes.insertClaims([
    first,
    beaten,
    publishedClaim({ name: '10 km' }),
    publishedClaim({ name: '10 km', revision: 2, status: 'withdrawn' }),
    publishedClaim({ sport: 'ride', kind: 'longest', name: 'climb', value: 900 }),
    publishedClaim({ sport: 'ride', kind: 'longest', name: 'duration', value: 9_000 }),
    publishedClaim({ sport: 'ride', kind: 'power', name: '300 s', value: 290 }),
  ]);
  const { status, body } = await get('/v1/athletes/ann/records', 'watch-1');
  assert.equal(status, 200);
  assert.deepEqual(
    body.records.map(({ sport, name, unit, now }: (typeof body.records)[0]) => [sport, name, now.value, unit]),
    [
      ['ride', 'climb', 900, 'm'],
      ['ride', 'duration', 9_000, 's'],
      ['ride', '300 s', 290, 'W'],
      ['run', '5 km', 1_234.567_890_123_456_7, 's'],
    ],
  );
  const { now, history } = body.records[3];
  assert.deepEqual(now, {
    ...{ revision: 2, status: 'set', value: 1_234.567_890_123_456_7 },
    ...{ activity: '0123456789abcdef', activityRevision: 81, interpolated: 1 / 3 },
    ...{ start: '2026-06-01T08:01:00.123Z', startMs: START_MS + 60_123 },
    ...{ end: '2026-06-01T08:21:34.690Z', endMs: START_MS + 1_294_690 },
    replaces: { value: 1_300, activity: first.activity, startMs: first.startMs },
    knownAt: '2026-06-01T08:21:40.000Z',
  });
  assert.deepEqual(
    history.map(({ revision, value }: (typeof history)[0]) => [revision, value]),
    [
      [2, 1_234.567_890_123_456_7],
      [1, 1_300],
    ],
  );
  const { body: runs } = await get('/v1/athletes/ann/records?sport=run', 'operator');
  assert.deepEqual(
    runs.records.map(({ name }: { name: string }) => name),
    ['5 km'],
  );
});

test('what a process that was stopped for long wrote beside its successor is no part of the history', async (t) => {
  const { athletes, get } = await createTestApi(t);
  athletes.insertClaims([
    publishedClaim({ revision: 1, epoch: 1 }),
    publishedClaim({ revision: 2, epoch: 1, value: 1 }),
    publishedClaim({ revision: 3, epoch: 1, value: 2 }),
    publishedClaim({ revision: 2, epoch: 3, value: 1_200 }),
  ]);
  const { body } = await get('/v1/athletes/ann/records', 'watch-1');
  assert.deepEqual(
    body.records[0].history.map(({ revision, value }: { revision: number; value: number }) => [revision, value]),
    [
      [2, 1_200],
      [1, 1_234.567_890_123_456_7],
    ],
  );
});

test('gear comes with its name, what was measured, and with that what it had done before', async (t) => {
  const { athletes, get, setSettings } = await createTestApi(t);
  setSettings(async () => STATED);
  athletes.insertLoads([gearLoad(), gearLoad({ gear: 'gone', distanceM: 5, airTemperatureC: null, marked: [] })]);
  const { status, body } = await get('/v1/athletes/ann/gear', 'watch-1');
  assert.equal(status, 200);
  const measured = { distanceM: 10_000.5, movingS: 3_500, elevationGainM: null, impacts: 9_000, wetS: 0 };
  const nothing = { distanceM: null, movingS: null, elevationGainM: null, impacts: null, wetS: null };
  const used = { activities: 1, firstUsed: '2026-06-01T08:00:00.000Z', lastUsed: '2026-06-01T09:00:00.000Z' };
  assert.deepEqual(body, {
    settingsVersion: 7,
    gear: [
      {
        ...{ id: 'spare', kind: 'shoes', name: 'Spare pair', from: '2026-02-01', until: '2026-06-01' },
        ...{ measured: nothing, total: nothing, activities: 0, markedActivities: 0 },
        ...{ firstUsed: null, lastUsed: null, airTemperatureC: null },
      },
      {
        ...{ id: 'racers', kind: 'shoes', name: 'Racers', from: '2026-01-01', until: null },
        ...{ measured, total: { ...measured, distanceM: 130_000.5, wetS: 60 }, markedActivities: 1 },
        ...{ ...used, airTemperatureC: { min: 3.25, max: 6 } },
      },
      {
        ...{ id: 'gone', kind: 'shoes', name: null, from: null, until: null },
        ...{ measured: { ...measured, distanceM: 5 }, total: { ...measured, distanceM: 5 }, markedActivities: 0 },
        ...{ ...used, airTemperatureC: null },
      },
    ],
  });
});
