import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHANNELS } from '../../schemas/channels.ts';
import { createTestApi, HOT_MS, NOW_MS } from '../api-for-tests.ts';
import { rrRow, sampleRow } from './rows.arbitrary.ts';

const START_MS = NOW_MS - 3_600_000;
const SAMPLES = '/v1/devices/watch-1/samples';

test('a device reads its own samples, in units, with null where a channel is missing', async (t) => {
  const { hot, get } = await createTestApi(t);
  hot.insert([
    sampleRow({ tsMs: START_MS, deviceTimeMs: START_MS - 1_500, seq: 9 }, { latitude: 515_000_001, speed: 3_250 }),
  ]);
  const { status, body } = await get(`${SAMPLES}?channels=speed,latitude,heart_rate`, 'watch-1');
  assert.equal(status, 200);
  assert.deepEqual(body, {
    device: 'watch-1',
    kind: 'samples',
    from: '2026-06-08T11:00:00.000Z',
    fromMs: START_MS,
    to: '2026-06-08T12:00:00.000Z',
    toMs: NOW_MS,
    raw: false,
    samples: [
      {
        ts: '2026-06-08T11:00:00.000Z',
        tsMs: START_MS,
        deviceTimeMs: START_MS - 1_500,
        source: 'gps',
        boot: '0000000000000007',
        seq: 9,
        channels: { heart_rate: null, latitude: 51.5000001, speed: 3.25 },
      },
    ],
    nextCursor: null,
  });
});

test('raw values are the stored integers, and every channel of the kind is there unless some are named', async (t) => {
  const { hot, get } = await createTestApi(t);
  hot.insert([sampleRow({ tsMs: START_MS }, { speed: 3_250 })]);
  const { body } = await get(`${SAMPLES}?raw=true`, 'watch-1');
  const nothing = Object.fromEntries(CHANNELS.map(({ name }) => [name, null]));
  assert.deepEqual(body.samples[0].channels, { ...nothing, speed: 3_250 });
});

test('intervals between heart beats are read by their kind', async (t) => {
  const { hot, get } = await createTestApi(t);
  hot.insert([rrRow({ tsMs: START_MS }, 8_125), sampleRow({ tsMs: START_MS }, { heart_rate: 70 })]);
  const { body } = await get(`${SAMPLES}?kind=rr`, 'watch-1');
  assert.deepEqual(
    body.samples.map((sample: { source: string; channels: object }) => [sample.source, sample.channels]),
    [['rr', { rr: 812.5 }]],
  );
});

test('a step makes whole buckets with average, least and greatest, or the last position', async (t) => {
  const { hot, get } = await createTestApi(t);
  hot.insert([
    sampleRow({ tsMs: START_MS }, { speed: 2_000, latitude: 10_000_000 }),
    sampleRow({ tsMs: START_MS + 9_000 }, { speed: 5_000, latitude: 20_000_000 }),
    sampleRow({ tsMs: START_MS + 10_000 }),
  ]);
  const range = `from=${START_MS + 1}&to=${START_MS + 19_999}`;
  const { body } = await get(`${SAMPLES}?step=10s&channels=speed,latitude&${range}`, 'watch-1');
  const start = '2026-06-08T11:00:00.000Z';
  assert.deepEqual(body, {
    device: 'watch-1',
    kind: 'samples',
    from: start,
    fromMs: START_MS,
    to: '2026-06-08T11:00:20.000Z',
    toMs: START_MS + 20_000,
    raw: false,
    stepMs: 10_000,
    buckets: [
      {
        start,
        startMs: START_MS,
        source: 'gps',
        samples: 2,
        channels: { speed: { n: 2, avg: 3.5, min: 2, max: 5 }, latitude: { last: 2 } },
      },
      {
        start: '2026-06-08T11:00:10.000Z',
        startMs: START_MS + 10_000,
        source: 'gps',
        samples: 1,
        channels: { speed: null, latitude: null },
      },
    ],
    nextCursor: null,
  });
});

test('cursors lead through every row once, over the border of the stores, while time goes on', async (t) => {
  const { hot, cold, clock, get } = await createTestApi(t);
  const tsMs = Array.from({ length: 50 }, (_, i) => NOW_MS - HOT_MS - 25_000 + i * 1_000);
  const rows = tsMs.flatMap((ms) => ['gps', 'hr'].map((source) => sampleRow({ tsMs: ms, source })));
  cold.insert(rows);
  hot.insert(rows);
  const seen: string[] = [];
  const filter = `channels=power&limit=7&to=${NOW_MS}`;
  let url = `${SAMPLES}?${filter}&from=${tsMs[0]}`;
  for (;;) {
    const { status, body } = await get(url, 'watch-1');
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual([body.fromMs, body.toMs], [tsMs[0], NOW_MS]);
    seen.push(...body.samples.map((sample: { tsMs: number; source: string }) => `${sample.tsMs} ${sample.source}`));
    await clock.advance(1_000);
    if (body.nextCursor === null) break;
    url = `${SAMPLES}?${filter}&cursor=${body.nextCursor}`;
  }
  assert.deepEqual(
    seen,
    rows.map((row) => `${row.tsMs} ${row.source}`),
  );
});

test('cursors lead through buckets as well', async (t) => {
  const { hot, get } = await createTestApi(t);
  hot.insert(Array.from({ length: 5 }, (_, i) => sampleRow({ tsMs: START_MS + i * 60_000 })));
  const seen: number[] = [];
  let cursor = '';
  do {
    const { body } = await get(`${SAMPLES}?step=1m&limit=2${cursor}`, 'watch-1');
    seen.push(...body.buckets.map(({ startMs }: { startMs: number }) => (startMs - START_MS) / 60_000));
    cursor = body.nextCursor && `&cursor=${body.nextCursor}`;
  } while (cursor);
  assert.deepEqual(seen, [0, 1, 2, 3, 4]);
});

test('only the device itself and operators may read', async (t) => {
  const { hot, get } = await createTestApi(t);
  hot.insert([sampleRow({ tsMs: START_MS })]);
  const answers = [];
  for (const token of [undefined, 'forged', 'expired', 'revoked', 'unsure', 'watch-1', 'operator']) {
    const { status, body, headers } = await get(SAMPLES, token);
    answers.push([status, body.type ?? body.samples.length, headers['www-authenticate']]);
  }
  const other = await get('/v1/devices/watch-2/samples', 'watch-1');
  assert.deepEqual(
    [...answers, [other.status, other.body.type, other.body.detail]],
    [
      [401, 'urn:slipstream:problem:missing_token', 'Bearer'],
      [401, 'urn:slipstream:problem:bad_token', 'Bearer error="invalid_token"'],
      [401, 'urn:slipstream:problem:expired_token', 'Bearer error="invalid_token"'],
      [401, 'urn:slipstream:problem:revoked_token', 'Bearer error="invalid_token"'],
      [503, 'urn:slipstream:problem:revocations_unknown', undefined],
      [200, 1, undefined],
      [200, 1, undefined],
      [403, 'urn:slipstream:problem:wrong_device', "the token is watch-1's"],
    ],
  );
});

test('an open development server needs no token from its own machine, and one from everybody else', async (t) => {
  const { hot, get } = await createTestApi(t, { openLoopback: true });
  hot.insert([sampleRow({ tsMs: START_MS })]);
  const statuses = [];
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.9', '192.0.2.1', '::ffff:192.0.2.1', 'fe80::1']) {
    statuses.push((await get(SAMPLES, undefined, address)).status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 401, 401, 401]);
});

test('a device without samples reads an empty page; an operator is told that nobody knows it', async (t) => {
  const { cold, get } = await createTestApi(t);
  const own = await get(SAMPLES, 'watch-1');
  assert.deepEqual([own.status, own.body.samples], [200, []]);
  const unknown = await get(SAMPLES, 'operator');
  assert.deepEqual([unknown.status, unknown.body.type], [404, 'urn:slipstream:problem:unknown_device']);
  cold.insert([sampleRow({ tsMs: START_MS - 30 * HOT_MS })]);
  assert.equal((await get(SAMPLES, 'operator')).status, 200);
});

const wrong: [string, string][] = [
  ['limit=0', 'limit: must be >= 1'],
  ['limit=10001', 'limit: must be <= 10000'],
  ['limit=ten', 'limit: must be integer'],
  ['colour=red', 'colour: is not a parameter of this address'],
  ['from=yesterday', 'from: must match pattern'],
  ['from=2026-13-45T00:00:00Z', 'from: there is no such time'],
  ['from=99999999999999', 'from: it is not between the years 1970 and 2299'],
  [`from=${NOW_MS}`, 'from: it is not before `to`'],
  [`from=${NOW_MS - 32 * 86_400_000}`, 'from: the range may be 31 days long; with a step of whole 10 s, 366'],
  [`step=1m&from=${NOW_MS - 367 * 86_400_000}`, 'from: the range may be 366 days long'],
  ['step=0s', 'step: it is not between 1s and 1d'],
  ['step=2d', 'step: it is not between 1s and 1d'],
  ['step=1 fortnight', 'step: must match pattern'],
  ['channels=charm', 'channels: charm is not one of heart_rate, '],
  ['kind=rr&channels=power', 'channels: power is not one of rr'],
  ['kind=colours', 'kind: must be equal to one of the allowed values'],
  ["sources=gps' OR '1'='1", 'sources: must match pattern'],
  ['sources=9gps', 'sources: 9gps is not a source'],
  [`sources=${Array.from({ length: 17 }, (_, i) => `s${i}`).join(',')}`, 'sources: a device has at most 16'],
  ['cursor=%20', 'cursor: must match pattern'],
  ['cursor=bm9uc2Vuc2U', 'cursor: it was not given out for these parameters'],
  ['raw=maybe', 'raw: must be boolean'],
];
for (const [query, message] of wrong) {
  test(`?${query.slice(0, 40)} is answered with what is wrong`, async (t) => {
    const { get, hot } = await createTestApi(t);
    const { status, body, headers } = await get(encodeURI(`${SAMPLES}?${query}`), 'operator');
    assert.equal(status, 422);
    assert.match(String(headers['content-type']), /^application\/problem\+json/);
    assert.equal(body.type, 'urn:slipstream:problem:invalid_request');
    assert.ok(body.detail.startsWith(message), body.detail);
    assert.equal(`${body.errors[0].parameter}: ${body.errors[0].message}`, body.detail);
    assert.equal(hot.asked.length, 0);
  });
}

test('a device id that cannot be one never reaches a store', async (t) => {
  const { get, hot, cold } = await createTestApi(t);
  for (const device of ["a'b", 'a%2fb', '*', 'é', 'x'.repeat(65)]) {
    const { status } = await get(`/v1/devices/${encodeURIComponent(device)}/samples`, 'operator');
    assert.equal(status, 422);
  }
  assert.deepEqual([hot.asked, cold.asked], [[], []]);
});

test('a cursor serves only the question it was given out for', async (t) => {
  const { hot, get } = await createTestApi(t);
  hot.insert([0, 1, 2].map((second) => sampleRow({ tsMs: START_MS + second * 1_000 })));
  const { body } = await get(`${SAMPLES}?limit=1&raw=true`, 'watch-1');
  const statuses = [];
  for (const query of [
    'raw=true',
    'raw=true&limit=2',
    'raw=false',
    'raw=true&step=1s',
    'raw=true&from=5',
    'raw=true&to=5',
  ]) {
    statuses.push((await get(`${SAMPLES}?${query}&cursor=${body.nextCursor}`, 'watch-1')).status);
  }
  assert.deepEqual(statuses, [200, 200, 422, 422, 422, 422]);
});

test('a store that is out of reach is named, and no part of the answer is given in its place', async (t) => {
  const { hot, cold, get, records } = await createTestApi(t);
  const row = sampleRow({ tsMs: NOW_MS - HOT_MS - 1_000 });
  cold.insert([row]);
  hot.setReachable(false);
  const url = `${SAMPLES}?from=${row.tsMs}`;
  const { status, body, headers } = await get(url, 'watch-1');
  const { instance, ...problem } = body;
  assert.deepEqual(
    [status, headers['retry-after'], problem],
    [
      503,
      '5',
      {
        type: 'urn:slipstream:problem:store_unavailable',
        title: 'A store that holds part of the answer is out of reach.',
        status: 503,
        store: 'questdb',
        detail: 'questdb gave no answer that can be used; ask again later',
      },
    ],
  );
  const logged = records.find((record) => record.level === 'error');
  assert.equal(`urn:slipstream:request:${logged?.reqId}`, instance);
  // The part that does not need it is answered.
  const older = await get(`${url}&to=${row.tsMs + 1}`, 'watch-1');
  assert.equal(older.body.samples.length, 1);
});
