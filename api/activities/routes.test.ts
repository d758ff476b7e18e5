import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connectWsPeer } from '../../runtime/sockets/ws-peer.ts';
import { activityId } from '../../schemas/activity.ts';
import { NO_ORIGINS } from '../../schemas/activity-origins.ts';
import { createTestApi, HOT_MS, NOW_MS } from '../api-for-tests.ts';
import { sampleRow } from '../samples/rows.arbitrary.ts';
import { measured, someMetrics, storedActivity } from './activity.arbitrary.ts';
import { LIVE_ACTIVITIES_PATH } from './live-socket.ts';

const HOUR_MS = 3_600_000;
const at = (hoursAgo: number) => NOW_MS - hoursAgo * HOUR_MS;
const nothing = () => ({ activity: null });

function live(startMs: number, given: object = {}) {
  const { versions, ...record } = storedActivity({ startMs, status: 'live', ...given });
  return record;
}

test('an athlete reads the list of their own activities, the live one first', async (t) => {
  const { activities, hold, get } = await createTestApi(t);
  const ended = storedActivity({ startMs: at(30), follows: '0123456789abcdef' });
  activities.insert([ended, storedActivity({ startMs: at(3), athlete: 'ben' })]);
  const going = live(at(1), { metrics: someMetrics(3_000) });
  hold('ann', () => ({ activity: going }));
  const { status, body } = await get('/v1/activities', 'watch-1');
  assert.equal(status, 200);
  assert.deepEqual(
    body.activities.map(({ id, status, summary }: (typeof body.activities)[0]) => [id, status, summary.distance_m]),
    [
      [going.id, 'live', measured(3_000, { marks: ['gps_poor'] })],
      [ended.id, 'finished', measured(2_000, { marks: ['gps_poor'] })],
    ],
  );
  const { summary, ...head } = body.activities[1];
  assert.deepEqual(head, {
    id: ended.id,
    athlete: 'ann',
    status: 'finished',
    revision: 40,
    origin: 'device',
    sport: 'run',
    start: '2026-06-07T06:00:00.000Z',
    startMs: at(30),
    end: '2026-06-07T06:10:00.000Z',
    endMs: at(30) + 600_000,
    follows: '0123456789abcdef',
    devices: ['watch-1'],
    settingsVersion: 3,
  });
  assert.deepEqual([body.isLiveKnown, body.nextCursor], [true, null]);
});

test('the pages of a list hold each activity once, and the live one on the first only', async (t) => {
  const { activities, hold, get } = await createTestApi(t);
  activities.insert([1, 2, 3, 4, 5].map((hours) => storedActivity({ startMs: at(hours) })));
  // It was silent and went on: the store has an older revision of it.
  hold('ann', () => ({ activity: live(at(1), { revision: 50 }) }));
  const seen: [string, number][] = [];
  let cursor = '';
  do {
    const { body } = await get(`/v1/activities?limit=2${cursor}`, 'watch-1');
    for (const { id, revision } of body.activities) seen.push([id, revision]);
    cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
  } while (cursor !== '');
  assert.deepEqual(
    seen,
    [1, 2, 3, 4, 5].map((hours) => [activityId('ann', at(hours)), hours === 1 ? 50 : 40]),
  );
});

test('a list is filtered by sport and time, the live activity too', async (t) => {
  const { activities, hold, get } = await createTestApi(t);
  activities.insert([storedActivity({ startMs: at(5), sport: 'ride' }), storedActivity({ startMs: at(4) })]);
  hold('ann', () => ({ activity: live(at(1), { sport: 'ride' }) }));
  const starts = async (query: string) => {
    const { body } = await get(`/v1/activities?${query}`, 'watch-1');
    return body.activities.map(({ startMs }: { startMs: number }) => startMs);
  };
  assert.deepEqual(await starts('sport=ride'), [at(1), at(5)]);
  assert.deepEqual(await starts('sport=run'), [at(4)]);
  assert.deepEqual(await starts(`from=${at(4)}&to=${at(2)}`), [at(4)]);
});

test('nobody reads the activities of another, and an operator says whose', async (t) => {
  const { activities, hold, get } = await createTestApi(t);
  const { id } = storedActivity({ startMs: at(5) });
  activities.insert([storedActivity({ startMs: at(5) })]);
  hold('ann', nothing);
  hold('ben', nothing);
  const answers = async (url: string, token?: string) => {
    const { status, body } = await get(url, token);
    return [status, body.type?.split(':').at(-1) ?? body.activities?.length ?? body.id];
  };
  assert.deepEqual(await answers('/v1/activities'), [401, 'missing_token']);
  assert.deepEqual(await answers('/v1/activities', 'revoked'), [401, 'revoked_token']);
  assert.deepEqual(await answers('/v1/activities?athlete=ann', 'ben-1'), [403, 'wrong_athlete']);
  assert.deepEqual(await answers('/v1/activities', 'ben-1'), [200, 0]);
  for (const part of ['', '/laps', '/streams']) {
    assert.deepEqual(await answers(`/v1/activities/${id}${part}`, 'ben-1'), [404, 'unknown_activity']);
    assert.deepEqual(await answers(`/v1/activities/${id}${part}?athlete=ann`, 'ben-1'), [403, 'wrong_athlete']);
    assert.deepEqual(await answers(`/v1/activities/${id}${part}`, 'operator'), [422, 'invalid_request']);
    assert.deepEqual(await answers(`/v1/activities/${id}${part}?athlete=ann`, 'operator'), [200, id]);
  }
});

test('what cannot be understood is refused with the name of the parameter', async (t) => {
  const { hold, get } = await createTestApi(t);
  hold('ann', nothing);
  const { body: first } = await get('/v1/activities?sport=run', 'watch-1');
  assert.equal(first.nextCursor, null);
  const refused = async (url: string) => {
    const { status, body } = await get(url, 'watch-1');
    return [status, body.errors.map(({ parameter }: { parameter: string }) => parameter)];
  };
  assert.deepEqual(await refused('/v1/activities?sport=chess'), [422, ['sport']]);
  assert.deepEqual(await refused('/v1/activities?from=yesterday'), [422, ['from']]);
  assert.deepEqual(await refused('/v1/activities?from=2&to=1'), [422, ['from']]);
  assert.deepEqual(await refused('/v1/activities?cursor=abc'), [422, ['cursor']]);
  assert.deepEqual(await refused('/v1/activities?limit=101&colour=red'), [422, ['limit', 'colour'].sort()]);
  assert.deepEqual(await refused('/v1/activities/1234'), [422, ['id']]);
  assert.deepEqual(await refused('/v1/activities/0123456789abcdef/streams?points=1'), [422, ['points']]);
});

test('a cursor of another question is refused', async (t) => {
  const { activities, hold, get } = await createTestApi(t);
  activities.insert([storedActivity({ startMs: at(5) }), storedActivity({ startMs: at(4) })]);
  hold('ann', nothing);
  const { body } = await get('/v1/activities?limit=1', 'watch-1');
  const { status } = await get(`/v1/activities?limit=1&sport=run&cursor=${body.nextCursor}`, 'watch-1');
  assert.equal(status, 422);
});

test('a finished activity comes from the store with metrics, quality, versions and an ETag', async (t) => {
  const { activities, hold, get, api } = await createTestApi(t);
  const ended = storedActivity({ startMs: at(5) });
  activities.insert([ended]);
  hold('ann', nothing);
  const url = `/v1/activities/${ended.id}`;
  const { status, headers, body } = await get(url, 'watch-1');
  assert.deepEqual([status, headers.etag], [200, `"${ended.id}-finished-40"`]);
  assert.deepEqual(
    [body.metrics, body.versions, body.revision],
    [JSON.parse(JSON.stringify(ended.metrics)), { gps: 1, power: 2 }, 40],
  );
  const again = await api.inject({
    url,
    headers: { authorization: 'Bearer watch-1', 'if-none-match': `W/"x", ${headers.etag}` },
  });
  assert.deepEqual([again.statusCode, again.payload], [304, '']);
  activities.insert([{ ...ended, revision: 41 }]);
  const newer = await api.inject({
    url,
    headers: { authorization: 'Bearer watch-1', 'if-none-match': String(headers.etag) },
  });
  assert.equal(newer.statusCode, 200);
});

test('a live activity is answered by its holder, with the versions that compute it', async (t) => {
  const { activities, hold, get } = await createTestApi(t);
  const going = live(at(1), { revision: 77 });
  activities.insert([storedActivity({ startMs: at(1) })]);
  hold('ann', () => ({ activity: going }));
  const { body } = await get(`/v1/activities/${going.id}`, 'watch-1');
  assert.deepEqual([body.status, body.revision, body.versions], ['live', 77, { gps: 1 }]);
});

test('while nobody holds the shard, what ended is read, and what may be live is said to be unknown', async (t) => {
  const { activities, get } = await createTestApi(t);
  const ended = storedActivity({ startMs: at(5) });
  activities.insert([ended]);
  const list = await get('/v1/activities', 'watch-1');
  assert.deepEqual([list.status, list.body.isLiveKnown, list.body.activities.length], [200, false, 1]);
  assert.equal((await get(`/v1/activities/${ended.id}`, 'watch-1')).status, 200);
  const missing = await get('/v1/activities/0123456789abcdef', 'watch-1');
  assert.deepEqual([missing.status, missing.body.type], [503, 'urn:slipstream:problem:live_unavailable']);
});

test('an answer of a lower epoch than was seen counts for nothing: its process was stopped', async (t) => {
  const { hold, get } = await createTestApi(t);
  const going = live(at(1));
  const url = `/v1/activities/${going.id}`;
  const newer = hold('ann', () => ({ activity: going, epoch: 9 }));
  assert.equal((await get(url, 'watch-1')).status, 200);
  newer.stop();
  hold('ann', () => ({ activity: going, epoch: 8 }));
  assert.equal((await get(url, 'watch-1')).status, 503);
});

test('an activity says in short who gave what, the live one and the one that is over', async (t) => {
  const { activities, hold, get } = await createTestApi(t);
  const ended = storedActivity({ startMs: at(5) });
  const going = live(at(1), { origins: NO_ORIGINS });
  activities.insert([ended]);
  hold('ann', () => ({ activity: going }));
  const counts = (gaveS: number, aloneS: number, outrankedS: number) => ({ gaveS, aloneS, outrankedS });
  assert.deepEqual((await get(`/v1/activities/${ended.id}`, 'watch-1')).body.origins, [
    {
      ...{ device: 'watch-1', source: 'gps', isFile: false },
      groups: { position: counts(540, 0, 0), motion: counts(540, 0, 0) },
    },
    { device: 'files-ann', source: 'file:0a1b2c3d', isFile: true, groups: { position: counts(60, 60, 540) } },
  ]);
  assert.deepEqual((await get(`/v1/activities/${going.id}`, 'watch-1')).body.origins, []);
});

test('laps and splits come with their quality', async (t) => {
  const { activities, hold, get } = await createTestApi(t);
  const ended = storedActivity({ startMs: at(5) });
  activities.insert([ended]);
  hold('ann', nothing);
  const { body } = await get(`/v1/activities/${ended.id}/laps`, 'watch-1');
  const { laps, splits_metric, splits_imperial } = ended.metrics!;
  assert.deepEqual(body, { id: ended.id, status: 'finished', revision: 40, laps, splits_metric, splits_imperial });
});

test('who gave what, and why, is told in numbers and in words', async (t) => {
  const { activities, hold, get } = await createTestApi(t);
  const ended = storedActivity({ startMs: at(5) });
  activities.insert([ended]);
  hold('ann', nothing);
  const { status, body } = await get(`/v1/activities/${ended.id}/sources`, 'watch-1');
  assert.equal(status, 200);
  assert.match(body.rule, /files, which fill what all others lack/);
  const [watch, file] = body.sources;
  assert.deepEqual([watch.device, watch.source, watch.isFile], ['watch-1', 'gps', false]);
  assert.deepEqual(file, {
    device: 'files-ann',
    source: 'file:0a1b2c3d',
    isFile: true,
    rank: 1,
    groups: [
      {
        group: 'position',
        ...{
          gaveS: 60,
          aloneS: 60,
          outrankedS: 540,
          gave: [{ fromS: 300, untilS: 360 }],
          alone: [{ fromS: 300, untilS: 360 }],
          isCoarse: false,
        },
        reasons: [
          'Only it measured position for 60 s: 0:05:00–0:06:00.',
          'Its position does not count for 540 s, because better ranked sources measured it: watch-1/gps (540 s).',
        ],
      },
    ],
  });
});

test('streams are merged over devices and both stores, by rank, without losing an extreme', async (t) => {
  const { activities, hold, hot, cold, get } = await createTestApi(t);
  const startMs = NOW_MS - HOT_MS - 5_000;
  const ended = storedActivity({ startMs, endMs: startMs + 10_000, devices: ['strap-1', 'watch-1'] });
  activities.insert([ended]);
  hold('ann', nothing);
  const second = (s: number, channels: Record<string, number>, device: string, source: string) =>
    sampleRow({ tsMs: startMs + s * 1_000, device, source }, channels);
  for (let s = -1; s <= 10; s++) {
    const store = startMs + s * 1_000 < NOW_MS - HOT_MS ? cold : hot;
    store.insert([
      // The strap lost the beat for a while; the watch estimates it all the time.
      ...(s >= 4 && s < 6 ? [] : [second(s, { heart_rate: 150 + s }, 'strap-1', 'hr')]),
      second(s, { heart_rate: 100, latitude: 10_000_000 * s, speed: s === 7 ? 9_000 : 3_000 }, 'watch-1', 'watch'),
    ]);
  }
  const whole = await get(`/v1/activities/${ended.id}/streams?channels=heart_rate,latitude,speed`, 'watch-1');
  assert.equal(whole.status, 200);
  const seconds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const beats = seconds.map((s) => (s >= 4 && s < 6 ? 100 : 150 + s));
  const speeds = seconds.map((s) => (s === 7 ? 9 : 3));
  assert.deepEqual(whole.body, {
    id: ended.id,
    status: 'finished',
    revision: 40,
    fromMs: startMs,
    toMs: startMs + 10_000,
    stepMs: 1_000,
    sources: ['strap-1/hr', 'watch-1/watch'],
    startMs: seconds.map((s) => startMs + s * 1_000),
    channels: {
      heart_rate: { from: seconds.map((s) => (s >= 4 && s < 6 ? 1 : 0)), avg: beats, min: beats, max: beats },
      latitude: { from: seconds.map(() => 1), last: seconds },
      speed: { from: seconds.map(() => 1), avg: speeds, min: speeds, max: speeds },
    },
  });
  const part = await get(`/v1/activities/${ended.id}/streams?channels=speed&from=${startMs + 6_000}`, 'watch-1');
  assert.deepEqual(part.body.channels.speed.max, [3, 9, 3, 3]);
  const none = await get(`/v1/activities/${ended.id}/streams?from=${startMs + 10_000}`, 'watch-1');
  assert.deepEqual([none.status, none.body.startMs], [200, []]);
});

test('few points make long buckets that still show the extremes, and end where the activity ends', async (t) => {
  const { activities, hold, hot, get } = await createTestApi(t);
  const startMs = at(2);
  const ended = storedActivity({ startMs, endMs: startMs + 1_000_000 });
  activities.insert([ended]);
  hold('ann', nothing);
  // What the device measured after the end may be of somebody else.
  hot.insert(
    Array.from({ length: 1_050 }, (_, s) =>
      sampleRow({ tsMs: startMs + s * 1_000 }, { speed: s >= 1_000 ? 99_000 : s === 500 ? 8_000 : 3_000 }),
    ),
  );
  const { body } = await get(`/v1/activities/${ended.id}/streams?points=10&channels=speed`, 'watch-1');
  assert.equal(body.stepMs, 101_000);
  assert.ok(body.startMs.length <= 11, `${body.startMs.length}`);
  assert.equal(Math.max(...body.channels.speed.max), 8);
});

test('a store that is out of reach is a 503, for lists and for streams', async (t) => {
  const { activities, hold, hot, get } = await createTestApi(t);
  const ended = storedActivity({ startMs: at(2) });
  activities.insert([ended]);
  hold('ann', nothing);
  hot.setReachable(false);
  const streams = await get(`/v1/activities/${ended.id}/streams`, 'watch-1');
  assert.deepEqual([streams.status, streams.body.store], [503, 'questdb']);
  activities.setReachable(false);
  const list = await get('/v1/activities', 'watch-1');
  assert.deepEqual([list.status, list.body.store], [503, 'clickhouse']);
});

test('a live activity is watched on the port of the API, until the API closes', async (t) => {
  const { api, hold } = await createTestApi(t);
  const going = live(at(1));
  hold('ann', () => ({ activity: going }));
  await api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.server.address() as AddressInfo;
  const peer = await connectWsPeer({ host: '127.0.0.1', port }, { path: LIVE_ACTIVITIES_PATH });
  const heard = new Promise<string>((resolve) => peer.onMessage((bytes) => resolve(Buffer.from(bytes).toString())));
  peer.send(Buffer.from('{"token":"watch-1"}'), 'text');
  const activity = JSON.parse(JSON.stringify(going));
  assert.deepEqual(JSON.parse(await heard), { type: 'activity', activity, epoch: 1, number: 1, versions: { gps: 1 } });
  await assert.rejects(connectWsPeer({ host: '127.0.0.1', port }, { path: '/v1/live/elsewhere' }), /404/);
  await api.close();
  assert.equal(await peer.closed, 1001);
});
