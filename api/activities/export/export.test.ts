import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readActivityFile } from '../../../files/read-activity-file.ts';
import { DamageCounts } from '../../../files/reasons.ts';
import { SeriesBuilder } from '../../../files/series.ts';
import { sessionSport, sportOf } from '../../../files/timeline.ts';
import { EVENTS_SOURCE } from '../../../schemas/channels.ts';
import { eventCode, SPORTS } from '../../../schemas/events.ts';
import { createTestApi, HOT_MS, NOW_MS } from '../../api-for-tests.ts';
import { Problem } from '../../problem.ts';
import { rrRow, sampleRow } from '../../samples/rows.arbitrary.ts';
import { storedActivity } from '../activity.arbitrary.ts';
import { mergeSources, type RankedRow } from './merge-sources.ts';

// Half in the one store and half in the other.
const START_MS = NOW_MS - HOT_MS - 5_000;
const RIDE = storedActivity({ startMs: START_MS, endMs: START_MS + 10_000, devices: ['strap-1', 'watch-1'] });
const URL_OF = (format: string) => `/v1/activities/${RIDE.id}/export?format=${format}`;

async function setUp(t: Parameters<typeof createTestApi>[0]) {
  const own = await createTestApi(t);
  own.activities.insert([RIDE]);
  own.hold('ann', () => ({ activity: null }));
  for (let s = -1; s <= 10; s++) {
    const tsMs = START_MS + s * 1_000;
    const event = s === 0 ? 'start' : s === 4 ? 'lap' : s === 9 ? 'stop' : null;
    const told = { ...sampleRow({ tsMs, source: EVENTS_SOURCE }), kind: 'events' as const };
    const store = tsMs < NOW_MS - HOT_MS ? own.cold : own.hot;
    store.insert([
      // The strap lost the beat for a while; the watch estimates it all the time, and has another clock.
      ...(s >= 4 && s < 6 ? [] : [sampleRow({ tsMs, device: 'strap-1', source: 'hr' }, { heart_rate: 150 + s })]),
      sampleRow({ tsMs: tsMs + 7, source: 'watch' }, { heart_rate: 100, speed: 3_000 }),
      sampleRow({ tsMs: tsMs + 7 }, { latitude: 1_000 * s, longitude: 5 }),
      rrRow({ tsMs: tsMs + 300, device: 'strap-1' }, 4_000 + s),
      ...(event === null ? [] : [{ ...told, values: [eventCode(event), null] }]),
    ]);
  }
  const ask = (url: string, token = 'watch-1') =>
    own.api.inject({ url, headers: { authorization: `Bearer ${token}` } });
  return { ...own, ask };
}

const nameOf = (payload: string) => JSON.parse(payload).type.split(':').at(-1);

test('an activity is a file with a name and a type, its sources merged as metrics see them', async (t) => {
  const { ask } = await setUp(t);
  const answer = await ask(URL_OF('parquet'));
  assert.deepEqual(
    [answer.statusCode, answer.headers['content-type'], answer.headers['content-disposition']],
    [200, 'application/vnd.apache.parquet', 'attachment; filename="run-2026-06-07T11-59-55Z.parquet"'],
  );
  const outcome = await readActivityFile(answer.rawPayload, { maxBytes: 1_000_000, nowMs: NOW_MS });
  assert.ok(outcome.kind === 'read');
  const [{ samples, rr, sessions, laps, events, devices }] = outcome.activities;
  const of = (name: string) => {
    const { values, missing } = samples.columns[name];
    return [...samples.timesMs].flatMap((timeMs, i) => (missing[i] === 1 ? [] : [[timeMs - START_MS, values[i]]]));
  };
  const seconds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const beats = seconds.map((s) => (s >= 4 && s < 6 ? [s * 1_000 + 7, 100] : [s * 1_000, 150 + s]));
  assert.deepEqual(of('heart_rate'), beats);
  assert.deepEqual(
    of('speed'),
    seconds.map((s) => [s * 1_000 + 7, 3_000]),
  );
  assert.deepEqual(
    of('latitude'),
    seconds.map((s) => [s * 1_000 + 7, 1_000 * s]),
  );
  assert.deepEqual(
    [...(rr?.columns.rr.values ?? [])],
    seconds.map((s) => 4_000 + s),
  );
  const span = { startMs: START_MS, endMs: START_MS + 9_007 };
  const totals = { distanceM: 2_000, energyKcal: 640 };
  assert.deepEqual(sessions, [{ ...span, sport: 'running', subSport: 'generic', totals }]);
  assert.deepEqual(laps, [
    { startMs: START_MS, endMs: START_MS + 4_000, trigger: 'manual', totals: {} },
    { startMs: START_MS + 4_000, endMs: START_MS + 9_000, trigger: 'manual', totals: {} },
  ]);
  assert.deepEqual(
    events.map(({ timeMs, type }) => [timeMs - START_MS, type]),
    [
      [0, 'start'],
      [9_000, 'stop'],
    ],
  );
  assert.deepEqual(devices, [{ product: 'strap-1' }, { product: 'watch-1' }]);
});

test('each format has its type', async (t) => {
  const { ask } = await setUp(t);
  const types: string[] = [];
  for (const format of ['fit', 'gpx', 'tcx', 'csv']) {
    const { statusCode, headers } = await ask(URL_OF(format));
    assert.equal(statusCode, 200, format);
    types.push(String(headers['content-type']));
  }
  const xml = ['application/gpx+xml', 'application/vnd.garmin.tcx+xml'];
  assert.deepEqual(types, ['application/vnd.ant.fit', ...xml, 'text/csv; charset=utf-8']);
});

test('what cannot be exported is said as a problem', async (t) => {
  const { ask, activities, hot } = await setUp(t);
  const answer = async (url: string, token?: string) => {
    const { statusCode, payload } = await ask(url, token);
    return [statusCode, nameOf(payload)];
  };
  assert.deepEqual(await answer(URL_OF('docx')), [422, 'invalid_request']);
  assert.deepEqual(await answer(URL_OF('fit').split('?')[0]), [422, 'invalid_request']);
  assert.deepEqual(await answer('/v1/activities/0123456789abcdef/export?format=fit'), [404, 'unknown_activity']);
  assert.deepEqual(await answer(`${URL_OF('fit')}&athlete=ann`, 'ben-1'), [403, 'wrong_athlete']);
  assert.deepEqual(await answer(URL_OF('fit'), 'expired'), [401, 'expired_token']);
  const gone = storedActivity({ startMs: NOW_MS - 7_200_000 });
  activities.insert([gone]);
  assert.deepEqual(await answer(`/v1/activities/${gone.id}/export?format=fit`), [422, 'nothing_to_export']);
  hot.setReachable(false);
  assert.deepEqual(await answer(URL_OF('fit')), [503, 'store_unavailable']);
});

test('no more than two are written at once, so memory has a bound; the next one is told to come again', async (t) => {
  const { ask } = await setUp(t);
  const answers = await Promise.all([1, 2, 3].map(() => ask(URL_OF('csv'))));
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [200, 200, 503]);
  const busy = answers.find(({ statusCode }) => statusCode === 503);
  assert.deepEqual([nameOf(busy?.payload ?? ''), busy?.headers['retry-after']], ['exports_busy', '5']);
  assert.equal((await ask(URL_OF('csv'))).statusCode, 200, 'a place is free again');
});

test('an activity beyond the bound is refused while it is read, not cut off', async () => {
  async function* rows(): AsyncGenerator<RankedRow> {
    for (let s = 0; s < 1_000; s++) yield { ...sampleRow({ tsMs: START_MS + s * 1_000 }, { heart_rate: 60 }), rank: 0 };
    assert.fail('it was read to its end');
  }
  const into = new SeriesBuilder(new DamageCounts(), NOW_MS);
  await assert.rejects(
    mergeSources(rows(), into, 100),
    (error) => error instanceof Problem && error.problem === 'too_large_to_export',
  );
});

test('every sport is read as itself again', () => {
  assert.deepEqual(
    SPORTS.map((sport) => sportOf(sessionSport(sport))),
    SPORTS,
  );
});
