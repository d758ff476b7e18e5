import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { PASSWORD, signUp } from '../accounts/accounts-for-tests.ts';
import { NOW_MS } from '../api-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { applyWorkoutFact } from '../workouts/project-activities.ts';
import { factOf } from '../workouts/workouts-for-tests.ts';
import { ImporterError } from './importer.ts';
import { formOf, gpxOf, type NamedBytes, readingImporter, zipOf, zipThatSays } from './imports-for-tests.ts';

const fixture = (name: string) => readFileSync(new URL(`../../test/fixtures/${name}`, import.meta.url));
const RIDE = { name: 'Früh 🏃 ריצה.fit', bytes: fixture('ride-edge810-power.fit') };
const START_MS = NOW_MS - 5 * 86_400_000;

async function asOwner(api: TestApi, who?: Parameters<typeof signUp>[1]) {
  const { accessToken } = await signUp(api, who);
  const { athlete } = (await api.get('/v1/account', accessToken)).body as { athlete: string };
  const upload = (files: readonly NamedBytes[], headers: Record<string, string> = {}) => {
    const form = formOf(files);
    const request = { method: 'POST', url: '/v1/imports', ...form, headers: { ...form.headers, ...headers } } as const;
    return api.ask(request, accessToken);
  };
  const read = async (id: string) => (await api.get(`/v1/imports/${id}`, accessToken)).body;
  return { accessToken, athlete, upload, read };
}

/** What imports promise, on any PostgreSQL. `open` gives an API over an empty database. */
export function testImports(open: (t: TestContext) => Promise<TestApi>): void {
  test('files are taken together, imported in the background, and found in their workouts', async (t) => {
    const api = await open(t);
    api.setImporter(readingImporter(() => NOW_MS));
    const ben = await asOwner(api);
    const run = { name: 'run.gpx', bytes: gpxOf(START_MS) };
    const notes = { name: 'notes.fit', bytes: Buffer.from('no activity') };
    const zip = { name: 'all.zip', bytes: await zipOf([RIDE, notes]) };
    const { status, headers, body } = await ben.upload([run, zip]);
    assert.deepEqual([status, headers.location], [202, `/v1/imports/${body.id}`]);
    const waiting = {
      state: 'waiting',
      progress: 0,
      workouts: [],
      isRepeated: false,
      reason: null,
      detail: null,
      damage: [],
      health: null,
    };
    const refused = { state: 'refused', progress: 1, reason: 'unknown_format', detail: '' };
    assert.deepEqual(body, {
      ...{ id: body.id, createdMs: api.clock.nowMs(), endedMs: null, progress: 1 / 3 },
      files: [
        { name: 'run.gpx', bytes: run.bytes.length, ...waiting },
        { name: RIDE.name, bytes: RIDE.bytes.length, ...waiting },
        { name: 'notes.fit', bytes: notes.bytes.length, ...waiting, ...refused },
      ],
    });
    assert.deepEqual(api.objects.keys(), [`${body.id}/0`, `${body.id}/1`]);
    await api.jobs.runAll();
    assert.deepEqual(api.objects.keys(), [], 'what is imported is kept no longer');
    const stored = await ben.read(body.id);
    assert.deepEqual(
      [stored.endedMs, stored.progress, stored.files.map(({ state }: { state: string }) => state)],
      [api.clock.nowMs(), 1, ['stored', 'stored', 'refused']],
    );
    const { notifications } = (await api.get('/v1/notifications', ben.accessToken)).body;
    assert.deepEqual(
      notifications.map(({ kind, title, text, path, data }: Record<string, string>) => [kind, title, text, path, data]),
      [
        [
          ...['import', 'Files imported: 2 of 3', 'Not readable: 1', '/app/imports'],
          { import: body.id, stored: 2, refused: 1, failed: 0 },
        ],
      ],
    );
    const { source } = await api.identity.database
      .selectFrom('import_files')
      .select('source')
      .where('name', '=', 'run.gpx')
      .executeTakeFirstOrThrow();
    const shares = (sources: readonly (readonly [string, string])[]) => ({
      sources: sources.map(([device, source]) => ({ device, source, groups: {} })),
      contests: [],
    });
    const own = [`files-${ben.athlete}`, source!] as const;
    const tell = (revision: number, sources: readonly (readonly [string, string])[]) =>
      applyWorkoutFact(
        api.identity.database,
        factOf(ben.athlete, START_MS, { revision, origins: shares(sources) }),
        NOW_MS,
      );
    await tell(1, [own, [own[0], `${source}:events`]]);
    const { entity } = factOf(ben.athlete, START_MS);
    const [alone] = (await ben.read(body.id)).files;
    assert.deepEqual([alone.state, alone.workouts], ['imported', [entity]]);
    await tell(2, [['watch-1', 'gps'], own]);
    const [merged] = (await ben.read(body.id)).files;
    assert.deepEqual([merged.state, merged.workouts], ['merged', [entity]]);
    await api.clock.advance(1_000);
    const again = await ben.upload([{ ...run, name: 'copy.gpx' }]);
    await api.jobs.runAll();
    const [copy] = (await ben.read(again.body.id)).files;
    assert.deepEqual([copy.workouts, copy.isRepeated], [[entity], true], 'the same file, the same workout');
    assert.deepEqual(
      (await ben.read(body.id)).files.map(({ isRepeated }: { isRepeated: boolean }) => isRepeated),
      [false, false, false],
      'whoever was there first repeats nothing',
    );
    const eva = await asOwner(api, { email: 'eva@example.test', password: PASSWORD });
    const twice = await eva.upload([run, run]);
    await api.jobs.runAll();
    assert.deepEqual(
      (await eva.read(twice.body.id)).files.map(({ isRepeated }: { isRepeated: boolean }) => isRepeated),
      [false, true],
      'what somebody else uploaded is not known to her',
    );
  });

  test('an export of a health store is told by what was in it, and its rows are kept while it is read', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const origin = { store: 'healthkit', app: 'iPhone', device: '' } as const;
    const span = { startMs: START_MS, endMs: START_MS + 600_000 };
    const sent = { frames: 1, rows: 1, dead: { frame_conflict: 1 } };
    const found = { records: 7, workouts: 1, notTaken: { HKQuantityTypeIdentifierFlightsClimbed: 2 } };
    api.setImporter(async ({ onRows }) => {
      await onRows?.([{ id: 'a', origin, measure: 'steps', value: 900, ...span }]);
      return { kind: 'health', ...found, damage: [{ reason: 'truncated', count: 1 }], span, sent };
    });
    const bytes = await zipOf([{ name: 'apple_health_export/export.xml', bytes: Buffer.from('<HealthData/>') }]);
    const { body } = await ben.upload([{ name: 'export.zip', bytes }]);
    await api.jobs.runAll();
    const [file] = (await ben.read(body.id)).files;
    assert.deepEqual(
      [file.state, file.health, file.damage, file.workouts],
      ['stored', found, ['truncated', 'frame_conflict'], []],
    );
    const day = new Date(START_MS).toISOString().slice(0, 10);
    const { measures } = (await api.get(`/v1/me/health/days/${day}`, ben.accessToken)).body;
    assert.deepEqual(
      measures.map(({ measure, total }: { measure: string; total: number }) => [measure, total]),
      [['steps', 900]],
    );
  });

  test('nothing is read of what was uploaded before the consent was taken back', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    api.setImporter(() => assert.fail('it is not to be read'));
    const { body } = await ben.upload([{ name: 'run.gpx', bytes: gpxOf(START_MS) }]);
    const { headers } = await api.get('/v1/consents', ben.accessToken);
    const payload = { healthData: null, productEvents: null };
    const put = { method: 'PUT', url: '/v1/consents', payload, headers: { 'if-match': String(headers.etag) } } as const;
    assert.equal((await api.ask(put, ben.accessToken)).status, 200);
    await api.jobs.runAll();
    const [file] = (await ben.read(body.id)).files;
    assert.deepEqual([file.state, file.reason, api.objects.keys()], ['failed', 'consent_needed', []]);
  });

  test('damaged files are saved as far as they can be, or refused with the reason', async (t) => {
    const api = await open(t);
    api.setImporter(readingImporter(() => NOW_MS));
    const ben = await asOwner(api);
    const cut = RIDE.bytes.subarray(0, 100_000);
    const route = Buffer.from('<gpx><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>');
    const { body } = await ben.upload([
      { name: 'cut.fit', bytes: cut },
      { name: 'route.gpx', bytes: route },
    ]);
    await api.jobs.runAll();
    const { files } = await ben.read(body.id);
    assert.deepEqual(
      files.map(({ state, reason, damage }: (typeof files)[0]) => [state, reason, damage.includes('truncated')]),
      [
        ['stored', null, true],
        ['refused', 'route_without_times', false],
      ],
    );
  });

  test('an import that breaks off goes on where it was, and gives up a file in the end alone', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const files = [1, 2].map((n) => ({ name: `${n}.gpx`, bytes: gpxOf(START_MS + n * 3_600_000) }));
    const { body } = await ben.upload(files);
    const asked: number[] = [];
    const reading = readingImporter(() => NOW_MS);
    api.setImporter(async (ask) => {
      asked.push(ask.bytes.length);
      if (asked.length === 2) throw new ImporterError('ingest is away');
      return reading(ask);
    });
    await api.jobs.runAll();
    const half = await ben.read(body.id);
    assert.deepEqual(
      [half.endedMs, half.files.map(({ state }: { state: string }) => state)],
      [null, ['stored', 'reading']],
    );
    await api.jobs.runAll();
    assert.equal(asked.length, 3, 'what was done is not done again');
    assert.equal((await ben.read(body.id)).files[1].state, 'stored');
    const { body: later } = await ben.upload(files.slice(0, 1));
    api.setImporter(async () => Promise.reject(new ImporterError('ingest is away')));
    await api.jobs.runAll({ isLast: true });
    const [given] = (await ben.read(later.id)).files;
    assert.deepEqual([given.state, given.reason, given.detail], ['failed', 'not_taken', null]);
  });

  test('of an upload that is refused, breaks off or comes twice under one key nothing stays behind', async (t) => {
    const api = await open(t);
    const ben = await asOwner(api);
    const run = { name: 'run.gpx', bytes: gpxOf(START_MS) };
    const bomb = await ben.upload([run, { name: 'bomb.zip', bytes: await zipThatSays(2 ** 31) }]);
    assert.deepEqual([bomb.status, bomb.body.type], [413, 'urn:slipstream:problem:upload_too_large']);
    const broken = await ben.upload([run, { name: 'broken.zip', bytes: Buffer.from('PK\u0003\u0004 and no more') }]);
    assert.deepEqual([broken.status, broken.body.errors[0].parameter], [422, 'files']);
    const form = formOf([run, run]);
    const short = { ...form, payload: form.payload.subarray(0, form.payload.length - 300) };
    const cut = await api.ask({ method: 'POST', url: '/v1/imports', ...short }, ben.accessToken);
    assert.deepEqual([cut.status, cut.body.type], [422, 'urn:slipstream:problem:refused_upload']);
    api.objects.setReachable(false);
    assert.equal((await ben.upload([run])).status, 503);
    api.objects.setReachable(true);
    assert.deepEqual([api.objects.keys(), api.jobs.waiting()], [[], []]);
    assert.deepEqual((await api.get('/v1/imports', ben.accessToken)).body, { imports: [], next: null });
    const key = { 'idempotency-key': 'one' };
    const [first, second] = [await ben.upload([run], key), await ben.upload([run], key)];
    assert.deepEqual([second.status, second.body.id], [202, first.body.id]);
    assert.deepEqual([api.objects.keys(), api.jobs.waiting().length], [[`${first.body.id}/0`], 1]);
    assert.equal((await ben.upload([RIDE], key)).body.type, 'urn:slipstream:problem:key_reused');
    assert.deepEqual(api.objects.keys(), [`${first.body.id}/0`]);
  });

  test('imports are listed page by page, and nobody sees those of somebody else', async (t) => {
    const api = await open(t);
    const [ben, eva] = [await asOwner(api), await asOwner(api, { email: 'eva@example.test', password: PASSWORD })];
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      await api.clock.advance(1_000);
      ids.unshift((await ben.upload([{ name: `${n}.gpx`, bytes: gpxOf(START_MS) }])).body.id);
    }
    const first = (await api.get('/v1/imports?limit=2', ben.accessToken)).body;
    const second = (await api.get(`/v1/imports?limit=2&cursor=${first.next}`, ben.accessToken)).body;
    assert.deepEqual(
      [...first.imports, ...second.imports].map(({ id }) => id),
      ids,
    );
    assert.deepEqual([first.imports[0].files, first.imports[0].progress, second.next], [1, 0, null]);
    assert.equal((await api.get(`/v1/imports/${ids[0]}`, eva.accessToken)).status, 404);
    assert.deepEqual((await api.get('/v1/imports', eva.accessToken)).body.imports, []);
  });
}
