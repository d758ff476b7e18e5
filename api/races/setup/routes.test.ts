import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { GUN_MS } from '../../../schemas/ten-kilometres-for-tests.ts';
import { createTestApi } from '../../api-for-tests.ts';
import {
  createHill,
  gpxOf,
  newRace,
  putCourse,
  putHill,
  putStarters,
  STARTERS_CSV,
  statedRace,
} from './setup-for-tests.ts';

async function setUp(t: TestContext) {
  const api = await createTestApi(t);
  return { ...api, as: (request: Parameters<typeof api.ask>[0]) => api.ask(request, 'club') };
}

/** A race with course, checkpoints and starters, live. */
async function setUpHill(t: TestContext) {
  const api = await setUp(t);
  for (const request of [createHill, putCourse(1), putHill(2), putStarters(3)]) {
    const { status, body } = await api.as(request);
    assert.ok(status < 300, JSON.stringify(body));
  }
  const live = await api.as(putHill(4, { ...statedRace, state: 'live' }));
  await api.clock.advance(0);
  return { ...api, live };
}

const nameOf = ({ body }: { body: { type: string } }) => body.type.split(':').at(-1);

describe('an organiser sets a race up', () => {
  test('from nothing, a GPX file and a CSV file, and everybody sees it once it is live', async (t) => {
    const { live, get } = await setUpHill(t);
    const { course, checkpoints, lengthM, ...rest } = live.body;
    assert.deepEqual(rest, {
      ...{ id: 'hill', version: 5, name: 'Hill race', organiser: 'club', sport: 'run', state: 'live' },
      ...{ startMs: GUN_MS, closesMs: GUN_MS + 7_200_000, starters: 2 },
      ...{ waves: statedRace.waves, categories: statedRace.categories },
    });
    assert.ok(Math.abs(lengthM - 1_111.6) < 1, `${lengthM}`);
    assert.deepEqual([course.latitudeE7.length, course.altitudeDm[1], course.laps], [11, 3_010, 1]);
    const placed = checkpoints.map(({ id, positionM }: { id: string; positionM: number[] }) => [id, ...positionM]);
    assert.deepEqual(placed, [
      ['start', 0],
      ['spring', Math.round((lengthM / 2) * 10) / 10],
      ['finish', lengthM],
    ]);
    assert.equal((await get('/v1/races/hill')).body.version, 5);
    const { starters } = (await get('/v1/races/hill/setup/starters', 'club')).body;
    assert.deepEqual(starters[0], {
      ...{ bib: '1', name: 'Novak, Ana', sex: 'female', birthYear: 1990, club: 'AK Hill', country: 'SVN' },
      ...{ athlete: '', device: 'watch-1', chip: 'c1', wave: 'all', category: 'open' },
    });
  });

  test('with a draft that nobody else sees', async (t) => {
    const { as, get, clock } = await setUp(t);
    await as(createHill);
    await clock.advance(0);
    assert.equal((await get('/v1/races/hill')).status, 404);
    assert.equal((await get('/v1/races/hill/setup', 'rival')).status, 403);
    assert.equal((await get('/v1/races/hill/setup', 'mat')).status, 403);
    assert.equal((await get('/v1/races/hill/setup', 'operator')).status, 200);
    const own = async (token: string) => (await get('/v1/organiser/races', token)).body.races.length;
    assert.deepEqual([await own('club'), await own('rival'), await own('operator')], [1, 0, 1]);
  });

  test('once, however often the request comes under its key', async (t) => {
    const { ask, as } = await setUp(t);
    const create = (key: string, payload: object = newRace, token = 'club') =>
      ask({ ...createHill, payload, headers: { 'idempotency-key': key } }, token);
    const first = await create('k1');
    assert.deepEqual([first.status, first.headers.etag], [201, '"hill-1"']);
    const both = await Promise.all([create('k1'), create('k1')]);
    assert.deepEqual(
      both.map(({ body }) => body),
      [first.body, first.body],
    );
    await as(putCourse(1));
    assert.equal((await create('k1')).body.version, 2);
    assert.equal(nameOf(await create('k1', { ...newRace, name: 'Other' })), 'key_reused');
    assert.equal(nameOf(await create('k2')), 'race_exists');
    assert.equal(nameOf(await as(createHill)), 'race_exists');
    assert.equal(nameOf(await create('k1', newRace, 'rival')), 'race_exists');
  });

  test('from the version that they saw, and from no other', async (t) => {
    const { as } = await setUp(t);
    await as(createHill);
    const answers = await Promise.all([as(putCourse(1)), as(putCourse(1))]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
    assert.equal(nameOf(await as({ ...putHill(2), headers: {} })), 'version_needed');
    assert.equal((await as(putHill(2))).headers.etag, '"hill-3"');
  });

  test('on a course with laps, whose checkpoints are passed in each', async (t) => {
    const { as } = await setUp(t);
    await as(createHill);
    const open = await as(putCourse(1, gpxOf(11), '?laps=2'));
    assert.match(open.body.detail, /its ends are 111\d m apart/);
    assert.equal((await as(putCourse(1, gpxOf(11, { isBack: true }), '?laps=2'))).status, 200);
    const { body } = await as(putHill(2));
    const { lengthM, checkpoints } = body;
    const near = (share: number) => Math.round(lengthM * share * 10) / 10;
    assert.deepEqual(checkpoints[1].positionM, [near(1 / 8), near(3 / 8), near(5 / 8), near(7 / 8)]);
  });

  test('and each change of a race that is no draft is in the audit, with who made it', async (t) => {
    const { as, ask, get } = await setUpHill(t);
    const [wave] = statedRace.waves;
    const later = { ...statedRace, state: 'live', waves: [{ ...wave, gunTimeMs: wave.gunTimeMs + 60_000 }] };
    await ask(putHill(5, later), 'operator');
    await as(putCourse(6, gpxOf(21)));
    await as(putStarters(7, STARTERS_CSV.replace('Ben Kos', 'Bor Kos')));
    await as(putStarters(8, STARTERS_CSV.replace('Ben Kos', 'Bor Kos')));
    await as(putHill(8, later));
    const { changes } = (await get('/v1/races/hill/audit', 'club')).body;
    const saidMs = changes[0].saidMs;
    assert.deepEqual(changes, [
      { version: 6, by: 'operator olga', saidMs, changed: ['waves'], before: { waves: statedRace.waves } },
      { version: 7, by: 'organiser club', saidMs, changed: ['course', 'checkpoints'] },
      { version: 8, by: 'organiser club', saidMs, changed: ['starters'] },
      { version: 9, by: 'organiser club', saidMs, changed: [] },
    ]);
  });

  test('of the latest five changes of which what was before is kept, so that they can be undone', async (t) => {
    const { as, get } = await setUpHill(t);
    for (let n = 0; n < 7; n++) await as(putHill(5 + n, { ...statedRace, state: 'live', name: `Hill ${n}` }));
    const { changes } = (await get('/v1/races/hill/audit', 'club')).body as { changes: { before?: unknown }[] };
    assert.deepEqual(
      changes.slice(-6).map(({ before }) => before),
      [undefined, ...[1, 2, 3, 4, 5].map((n) => ({ name: `Hill ${n}` }))],
    );
    const { body } = await as(putHill(12, { ...statedRace, state: 'live', ...(changes.at(-1)!.before as object) }));
    assert.equal(body.name, 'Hill 5');
  });

  test('and puts the finish on the end of another course', async (t) => {
    const { as } = await setUpHill(t);
    const { body } = await as(putCourse(5, gpxOf(21)));
    assert.deepEqual(body.checkpoints[2].positionM, [body.lengthM]);
    assert.ok(body.lengthM > 2_000);
    const short = await as(putCourse(6, gpxOf(3)));
    assert.deepEqual(short.body.errors[0].parameter, 'checkpoints/1/positionM');
  });

  test('and hears what is wrong, and where', async (t) => {
    const { as } = await setUpHill(t);
    const bibs = 'bib,name,sex\n1,Ann,f\n\n1,Ben,m';
    assert.deepEqual((await as(putStarters(5, bibs))).body.errors, [
      { parameter: 'line 4', message: 'has the bib of line 2: 1' },
    ]);
    assert.match((await as(putCourse(5, '<gpx><trk>'))).body.detail, /^body: bad_xml/);
    const faraway = { ...statedRace.checkpoints[1], place: { latitudeE7: 460_050_000, longitudeE7: 145_100_000 } };
    const { body } = await as(putHill(5, { ...statedRace, checkpoints: [faraway] }));
    assert.match(body.errors[0].message, /is 77\d m from the course; 50 m are allowed/);
    assert.equal(nameOf(await as(putHill(5, { ...statedRace, state: 'live', checkpoints: [] }))), 'invalid_request');
  });
});
