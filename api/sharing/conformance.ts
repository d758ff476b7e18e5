import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { FORMATS, readActivityFile } from '../../files/read-activity-file.ts';
import { PASSWORD } from '../accounts/accounts-for-tests.ts';
import { NOW_MS } from '../api-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { asOwner } from '../workouts/workouts-for-tests.ts';
import { metresBetween, type Place } from './great-circle.ts';
import { ALL_SHOWN, HOME, outAndBack, START_MS, sharedRun } from './shared-for-tests.ts';
import type { Fix } from './shown-spans.ts';

const url = (id: string, part = '') => `/v1/shared/workouts/${id}${part}`;
const SEED = 5;

/** Every position that anybody is told of a workout, by every route that tells of some. */
async function toldPlaces(api: TestApi, id: string): Promise<Place[]> {
  const { track } = (await api.get(url(id))).body as { track: [number, number][][] | null };
  const streams = await Promise.all(
    [10, 500, 2_000].map(async (points) => (await api.get(url(id, `/streams?points=${points}`))).body.channels),
  );
  const places = (track ?? []).flat().map(([latitude, longitude]) => ({ latitude, longitude }));
  for (const { latitude, longitude } of streams) {
    for (const [i, value] of (latitude as (number | null)[]).entries()) {
      if (value !== null) places.push({ latitude: value, longitude: longitude[i] });
    }
  }
  return places;
}

async function placesInFile(api: TestApi, id: string, format: string): Promise<Place[]> {
  const answer = await api.api.inject({ url: url(id, `/export?format=${format}`) });
  if (answer.statusCode === 422) return [];
  assert.equal(answer.statusCode, 200, answer.payload);
  const read = await readActivityFile(answer.rawPayload, { maxBytes: 1e8, nowMs: NOW_MS });
  assert.ok(read.kind === 'read', JSON.stringify(read));
  return read.activities.flatMap(({ samples }) => {
    const { latitude, longitude } = samples.columns;
    if (latitude === undefined || longitude === undefined) return [];
    return [...samples.timesMs.keys()].flatMap((i) =>
      latitude.missing[i] || longitude.missing[i]
        ? []
        : [{ latitude: latitude.values[i] / 1e7, longitude: longitude.values[i] / 1e7 }],
    );
  });
}

const awayM = (places: readonly Place[]) => Math.min(...places.map((one) => metresBetween(one, HOME)));

/** What others see of workouts, on any PostgreSQL. `open` gives an API over an empty database. */
export function testSharing(open: (t: TestContext) => Promise<TestApi>): void {
  test('nobody else sees a workout unless it and its owner’s profile both say so', async (t) => {
    const api = await open(t);
    const { id, ask, say, accessToken } = await sharedRun(api, { fixes: outAndBack(400), visibility: 'followers' });
    const { accessToken: stranger, athlete } = await asOwner(api, { email: 'eve@example.test', password: PASSWORD });
    api.hold(athlete, () => ({ activity: null }));
    const readers = [undefined, stranger, accessToken, 'watch-1', 'operator'];
    const everybodyGets = async (status: number) => {
      for (const token of readers) {
        for (const part of ['', '/streams']) assert.equal((await api.get(url(id, part), token)).status, status, token);
      }
      assert.equal((await api.get(url(id, '/export?format=gpx'))).status, status);
    };
    await everybodyGets(404);
    const preview = async () => (await ask('GET', `/${id}/as-others-see`)).body;
    assert.deepEqual((await preview()).hiddenBy, ['workout']);
    await ask('PATCH', `/${id}`, { visibility: 'everybody' }, { 'if-match': '"workout-2"' });
    await everybodyGets(200);
    await say([], { ...ALL_SHOWN, activities: 'friends' }, 1);
    await everybodyGets(404);
    const { isShared, hiddenBy } = await preview();
    assert.deepEqual([isShared, hiddenBy], [false, ['activities']]);
    await say([], ALL_SHOWN, 2);
    await everybodyGets(200);
    // The activity's own routes stay its owner's, and so does what one asks of one's own.
    for (const part of ['', '/streams', '/laps', '/sources', '/export?format=gpx']) {
      assert.equal((await api.get(`/v1/activities/${id}${part}`, stranger)).status, 404, part);
    }
    assert.equal((await api.get(`/v1/workouts/${id}/as-others-see`, stranger)).status, 404);
    assert.equal((await ask('DELETE', `/${id}`, undefined, { 'if-match': '"workout-3"' })).status, 204);
    await everybodyGets(404);
    assert.equal((await preview()).status, 404);
  });

  test('of a run from home and back others get the part that is away from home, and its numbers', async (t) => {
    const api = await open(t);
    const { id, ask } = await sharedRun(api, { fixes: outAndBack(1_001) });
    const { track, ...shared } = (await api.get(url(id))).body;
    const places = track.flat().map(([latitude, longitude]: number[]) => ({ latitude, longitude }));
    assert.ok(awayM(places) > HOME.radiusM);
    const { startMs, durationS, distanceM, averageHeartRateBpm, ...rest } = shared;
    assert.deepEqual(rest, {
      ...{ id, sport: 'run', source: 'stream', name: 'Out and back', timeZone: null, isCut: true },
      ...{ climbM: null, energyKcal: null },
      shown: ['activities', 'body', 'heartRate', 'power', 'records', 'tracks'],
    });
    assert.ok(startMs > START_MS + 20_000 && startMs < START_MS + 300_000, String(startMs - START_MS));
    assert.ok(Math.abs(distanceM - 5 * durationS) < 40, `${distanceM} m in ${durationS} s`);
    assert.ok(Math.abs(averageHeartRateBpm - 124) <= 2, averageHeartRateBpm);
    const streams = (await api.get(url(id, '/streams'))).body;
    assert.ok(streams.startMs[0] >= startMs && streams.startMs.at(-1) <= startMs + durationS * 1_000);
    assert.deepEqual(Object.keys(streams.channels).sort(), [
      ...['altitude', 'ambient_temperature', 'cadence', 'heart_rate', 'latitude', 'longitude', 'power'],
      ...['respiration_rate', 'skin_temperature', 'speed', 'spo2'],
    ]);
    assert.deepEqual((await ask('GET', `/${id}/as-others-see`)).body, {
      ...{ isShared: true, hiddenBy: [] },
      workout: { ...shared, track },
    });
    // Its owner sees all of it.
    const own = await ask('GET', `/${id}`);
    assert.deepEqual([own.body.startMs, own.body.distanceM], [START_MS, 2_000]);
  });

  test('a file for others holds no moment, device or total of what is held back, in any format', async (t) => {
    const api = await open(t);
    const { id } = await sharedRun(api, { fixes: outAndBack(1_001) });
    const { startMs, durationS } = (await api.get(url(id))).body;
    for (const format of FORMATS) {
      const places = await placesInFile(api, id, format);
      assert.ok(places.length > 500, `${format}: ${places.length}`);
      assert.ok(awayM(places) > HOME.radiusM, format);
      const { rawPayload, headers } = await api.api.inject({ url: url(id, `/export?format=${format}`) });
      const read = await readActivityFile(rawPayload, { maxBytes: 1e8, nowMs: NOW_MS });
      assert.ok(read.kind === 'read');
      const [{ samples, sessions, laps, devices }] = read.activities;
      assert.ok(samples.timesMs[0] >= startMs, format);
      assert.ok(samples.timesMs[samples.timesMs.length - 1] <= startMs + durationS * 1_000 + 1_000, format);
      assert.ok(!('distance' in samples.columns) || samples.columns.distance.missing.every(Boolean), format);
      assert.ok(!JSON.stringify([devices, String(headers['content-disposition'])]).includes('watch-1'));
      for (const one of [...sessions, ...laps]) assert.ok(one.startMs >= startMs, format);
      assert.equal(sessions[0].totals.energyKcal, undefined, format);
    }
  });

  test('each kind of data is shown where the profile says so, and a hidden track still hides its ends', async (t) => {
    const api = await open(t);
    const shown = { ...ALL_SHOWN, tracks: 'me', heartRate: 'friends', body: 'me' } as const;
    const { id } = await sharedRun(api, { fixes: outAndBack(1_001), shown });
    const shared = (await api.get(url(id))).body;
    assert.deepEqual(
      [shared.track, shared.averageHeartRateBpm, shared.energyKcal, shared.isCut],
      [null, null, null, true],
    );
    const { channels, startMs } = (await api.get(url(id, '/streams'))).body;
    assert.deepEqual(Object.keys(channels).sort(), ['ambient_temperature', 'cadence', 'power', 'speed']);
    assert.ok(startMs[0] > START_MS + 20_000);
    assert.deepEqual(await placesInFile(api, id, 'gpx'), []);
  });

  test('a workout without a zone near it, or entered by hand, is shown with its own numbers', async (t) => {
    const api = await open(t);
    const { id, enter } = await sharedRun(api, { fixes: outAndBack(200), zones: [{ ...HOME, latitude: 10 }] });
    const { isCut, startMs, distanceM, averageHeartRateBpm } = (await api.get(url(id))).body;
    assert.deepEqual([isCut, startMs, distanceM], [false, START_MS, 2_000]);
    assert.ok(averageHeartRateBpm > 0);
    const manual = await enter({ visibility: 'everybody', notes: 'for me alone', name: 'Morning' });
    const shared = (await api.get(url(manual.id))).body;
    assert.deepEqual(shared, {
      ...{ id: manual.id, sport: 'run', source: 'manual', name: 'Morning', timeZone: 'Europe/Vienna', isCut: false },
      ...{ startMs: manual.startMs, durationS: 1_800, distanceM: 6_000, climbM: null, averageHeartRateBpm: null },
      ...{ energyKcal: null, shown: ['activities', 'body', 'heartRate', 'power', 'records', 'tracks'], track: null },
    });
    assert.deepEqual((await api.get(url(manual.id, '/streams'))).body.startMs, []);
    assert.equal((await api.get(url(manual.id, '/export?format=csv'))).status, 422);
  });

  test('no position within a zone ever comes out, by any route, wherever the track goes', async (t) => {
    const api = await open(t);
    const [step, half] = [
      fc.integer({ min: -80, max: 80 }),
      fc.constantFrom('', '', '', '', '', 'latitude', 'longitude'),
    ];
    const walks = fc.array(fc.record({ north: step, east: step, half, afterS: fc.integer({ min: 1, max: 25 }) }), {
      ...{ minLength: 20, maxLength: 80 },
    });
    for (const [i, walk] of fc.sample(walks, { numRuns: 6, seed: SEED }).entries()) {
      await api.database.empty();
      let at: Fix = { atMs: START_MS, latitude: HOME.latitude, longitude: HOME.longitude };
      const truth: Fix[] = [at];
      const fixes = walk.map(({ north, east, half: missing, afterS }) => {
        at = {
          atMs: at.atMs + afterS * 1_000,
          latitude: at.latitude + north / 11_119,
          longitude: at.longitude + east / 7_400,
        };
        truth.push(at);
        return { ...at, ...(missing !== '' && { [missing]: Number.NaN }) };
      });
      const { id } = await sharedRun(api, { fixes: [truth[0], ...fixes] });
      const places = await toldPlaces(api, id);
      for (const format of ['fit', 'gpx', 'csv']) places.push(...(await placesInFile(api, id, format)));
      assert.ok(places.length === 0 || awayM(places) > HOME.radiusM, `walk ${i}`);
      const { startMs } = (await api.get(url(id, '/streams?points=2000'))).body;
      const inZone = truth.filter((fix) => metresBetween(fix, HOME) <= HOME.radiusM).map(({ atMs }) => atMs);
      for (const ms of startMs) assert.ok(!inZone.includes(ms), `walk ${i}: a chart has a moment within the zone`);
    }
  });
}
