import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PHOTO_LIMITS } from '../../schemas/photo-limits.ts';
import { PASSWORD } from '../accounts/accounts-for-tests.ts';
import { NOW_MS } from '../api-for-tests.ts';
import { assertStoredObjects } from '../database/stored-objects-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { exportOf, filesOfZip } from '../own-data/export/export-for-tests.ts';
import { ALL_SHOWN } from '../sharing/shared-for-tests.ts';
import { applyWorkoutFact } from '../workouts/project-activities.ts';
import { factOf, tagged } from '../workouts/workouts-for-tests.ts';
import { bomb, imageOf } from './images-for-tests.ts';
import { MAX_ACCOUNT_BYTES } from './photos.ts';
import { photosOf, seen, sharedPhotosOf, withWorkout } from './photos-for-tests.ts';

const EVE = { email: 'eve@example.test', password: PASSWORD };
const MINUTE_MS = 60_000;
const image = await imageOf();
const problemOf = ({ status, body }: { status: number; body: { type?: string; errors?: { parameter: string }[] } }) => [
  ...[status, body?.type?.replace('urn:slipstream:problem:', '')],
  ...(body.errors ?? []).map(({ parameter }) => parameter),
];
const objectsOf = ({ photoObjects }: TestApi) => photoObjects.keys().map((key) => key.split('/')[1]);

/** Photos of workouts, on any PostgreSQL. `open` gives an API over an empty database. */
export function testPhotos(open: (t: TestContext) => Promise<TestApi>): void {
  test('a photo is kept, told and shown to its owner, under an address that never means another one', async (t) => {
    const api = await open(t);
    const { url, put, askPhotos, accessToken } = await withWorkout(api);
    const before = await askPhotos('GET');
    assert.deepEqual([before.status, before.body], [200, { photos: [] }]);
    const { status, headers, body } = await put(image);
    const { id: photo, bytes, ...rest } = body;
    const about = { caption: '', width: 400, height: 200, createdMs: NOW_MS, version: 1 };
    assert.deepEqual([status, rest], [201, about]);
    assert.deepEqual([headers.location, headers.etag], [`${url}/${photo}`, '"photo-1"']);
    const list = await askPhotos('GET');
    assert.deepEqual(list.body, { photos: [body] });
    const known = await askPhotos('GET', '', undefined, { 'if-none-match': String(list.headers.etag) });
    assert.deepEqual([known.status, known.body], [304, '']);
    for (const end of ['', '/thumbnail']) {
      const shown = await api.api.inject({
        url: `${url}/${photo}${end}`,
        headers: { authorization: `Bearer ${accessToken}` },
      });
      assert.deepEqual([shown.statusCode, shown.rawPayload.subarray(0, 3)], [200, Buffer.of(0xff, 0xd8, 0xff)]);
      if (end === '') assert.equal(shown.rawPayload.length, bytes);
      const told = ['content-type', 'cache-control', 'x-content-type-options', 'content-security-policy', 'etag'];
      assert.deepEqual(
        told.map((name) => shown.headers[name]),
        [
          ...['image/jpeg', 'private, max-age=86400, immutable', 'nosniff', "default-src 'none'; sandbox"],
          `"${photo}-${end === '' ? 'photo' : 'thumbnail'}"`,
        ],
      );
      api.photoObjects.setReachable(false);
      const again = await askPhotos('GET', `/${photo}${end}`, undefined, {
        'if-none-match': String(shown.headers.etag),
      });
      assert.equal(again.status, 304, 'nothing is read of what the caller has');
      assert.deepEqual(problemOf(await askPhotos('GET', `/${photo}${end}`)), [503, 'store_unavailable']);
      api.photoObjects.setReachable(true);
    }
    assert.deepEqual(problemOf(await api.get(photosOf('0123456789abcdef'), accessToken)), [404, 'unknown_workout']);
    assert.deepEqual(problemOf(await api.get(`${photosOf('0123456789abcdef')}/${photo}`, accessToken)), [
      404,
      'unknown_photo',
    ]);
  });

  test('what is no photo, too large, damaged or too many is refused by name, and nothing of it stays', async (t) => {
    const api = await open(t);
    const { put, add } = await withWorkout(api);
    const table: readonly (readonly [Buffer, unknown[]])[] = [
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), [415, 'unsupported_image', 'body']],
      [Buffer.alloc(0), [422, 'refused_upload', 'body']],
      [image.subarray(0, image.length / 2), [422, 'refused_upload', 'body']],
      [bomb(), [413, 'upload_too_large', 'body']],
      [Buffer.concat([image, Buffer.alloc(PHOTO_LIMITS.maxBytes)]), [413, 'upload_too_large', 'body']],
    ];
    for (const [bytes, expected] of table) assert.deepEqual(problemOf(await put(bytes)), expected);
    assert.equal((await put(image, { 'content-type': 'text/html' })).status, 201, 'what it is, its bytes say');
    await api.database.kysely.updateTable('workout_photos').set({ stored_bytes: MAX_ACCOUNT_BYTES }).execute();
    assert.deepEqual(problemOf(await put(image)), [409, 'too_many_photos']);
    await api.database.kysely.updateTable('workout_photos').set({ stored_bytes: 1 }).execute();
    const [{ id: _, ...row }] = await api.database.kysely.selectFrom('workout_photos').selectAll().execute();
    const more = Array.from({ length: PHOTO_LIMITS.maxOfWorkout - 2 }, (_, i) => ({
      ...row,
      id: `another-${i}`,
    }));
    await api.database.kysely.insertInto('workout_photos').values(more).execute();
    await add();
    assert.deepEqual(problemOf(await put(image)), [409, 'too_many_photos']);
    assert.deepEqual(problemOf(await put(image, {}, 'f'.repeat(16))), [404, 'unknown_workout']);
    await api.identity.outbox.runDue();
    assert.deepEqual(objectsOf(api).length, 4, 'two photos, of two sizes each');
  });

  test('the same request under one key is one photo, and another one under it is refused', async (t) => {
    const api = await open(t);
    const { put, list } = await withWorkout(api);
    const key = { 'idempotency-key': 'once' };
    const [first, second] = [await put(image, key), await put(image, key)];
    assert.deepEqual([second.status, second.body], [201, first.body]);
    assert.deepEqual(problemOf(await put(await imageOf({ width: 300 }), key)), [422, 'key_reused']);
    await api.identity.outbox.runDue();
    assert.deepEqual(
      (await list()).map(({ id }) => id),
      [first.body.id],
    );
    assert.deepEqual(api.photoObjects.keys(), [`${first.body.id}/photo`, `${first.body.id}/thumbnail`]);
  });

  test('an image whose row was not written does not stay, whatever ended the request', async (t) => {
    const api = await open(t);
    const { put, list, ask, id } = await withWorkout(api);
    const { put: store } = api.photoObjects;
    // The second of the two images cannot be stored.
    api.photoObjects.put = async (key, bytes) =>
      key.endsWith('/photo') ? store(key, bytes) : Promise.reject(new Error('the disk is full'));
    assert.equal((await put(image)).status, 500);
    await api.identity.outbox.runDue();
    assert.deepEqual(objectsOf(api), []);
    // The workout is removed while its photo is put away.
    api.photoObjects.put = async (key, bytes) => {
      await store(key, bytes);
      if (key.endsWith('/thumbnail')) assert.equal((await ask('DELETE', `/${id}`, undefined, tagged(1))).status, 204);
    };
    assert.deepEqual(problemOf(await put(image)), [404, 'unknown_workout']);
    await api.identity.outbox.runDue();
    assert.deepEqual(objectsOf(api), []);
    // A process that is killed between the two says nothing more at all: what it wrote down first is done later.
    const waiting = { kind: 'forget_photos', data: JSON.stringify({ photos: ['0'.repeat(32)] }) };
    await store(`${'0'.repeat(32)}/photo`, image);
    const due = { next_at: new Date(NOW_MS + 10 * MINUTE_MS), created_at: new Date(NOW_MS) };
    await api.database.kysely
      .insertInto('outbox')
      .values({ ...waiting, ...due })
      .execute();
    await api.identity.outbox.runDue();
    assert.deepEqual(objectsOf(api), ['photo']);
    await api.clock.advance(10 * MINUTE_MS);
    await api.identity.outbox.runDue();
    assert.deepEqual([objectsOf(api), await api.database.kysely.selectFrom('outbox').selectAll().execute()], [[], []]);
    assert.equal((await ask('GET', `/${id}`)).status, 404);
    assert.equal(await list(), undefined);
  });

  test('captions and places are changed from the version that was seen', async (t) => {
    const api = await open(t);
    const { add, list, askPhotos } = await withWorkout(api);
    const [a, b, c] = [await add(), await add(), await add()];
    const order = async () => (await list()).map(({ id }) => [a, b, c].findIndex((one) => one.id === id));
    assert.deepEqual(await order(), [0, 1, 2]);
    const caption = 'На вершине 🏔️ with “friends”';
    const said = await askPhotos('PATCH', `/${b.id}`, { caption }, seen());
    assert.deepEqual([said.status, said.body, said.headers.etag], [200, { ...b, caption, version: 2 }, '"photo-2"']);
    assert.deepEqual(problemOf(await askPhotos('PATCH', `/${b.id}`, { caption: '' }, seen())), [
      412,
      'changed_meanwhile',
    ]);
    assert.deepEqual(problemOf(await askPhotos('PATCH', `/${b.id}`, { caption: '' })), [428, 'if_match_needed']);
    assert.equal((await askPhotos('PATCH', `/${c.id}`, { place: 0 }, seen())).status, 200);
    assert.deepEqual(await order(), [2, 0, 1]);
    assert.equal((await askPhotos('PATCH', `/${c.id}`, { place: 19 }, seen(2))).status, 200);
    assert.deepEqual(await order(), [0, 1, 2]);
    const same = await askPhotos('PATCH', `/${b.id}`, { caption, place: 1 }, seen(2));
    assert.deepEqual([same.status, same.body.version], [200, 2], 'what says the same changes nothing');
    for (const wrong of [{ caption: 'x'.repeat(301) }, { caption: 'two\nlines' }, { place: -1 }, { width: 5 }]) {
      assert.equal((await askPhotos('PATCH', `/${b.id}`, wrong, seen(2))).status, 422, JSON.stringify(wrong));
    }
  });

  test('one is removed for good, and all of them with their workout or their owner', async (t) => {
    const api = await open(t);
    const { add, list, askPhotos, ask, enter, put, id, accessToken, athlete } = await withWorkout(api);
    const [a, b] = [await add(), await add()];
    assert.deepEqual(problemOf(await askPhotos('DELETE', `/${a.id}`)), [428, 'if_match_needed']);
    assert.equal((await askPhotos('DELETE', `/${a.id}`, undefined, seen())).status, 204);
    assert.deepEqual(problemOf(await askPhotos('DELETE', `/${a.id}`, undefined, seen())), [404, 'unknown_photo']);
    assert.deepEqual(
      (await list()).map((one) => one.id),
      [b.id],
    );
    await api.identity.outbox.runDue();
    assert.deepEqual(api.photoObjects.keys(), [`${b.id}/photo`, `${b.id}/thumbnail`]);
    await assertStoredObjects(api);
    // Removed by hand, and from the stream.
    assert.equal((await ask('DELETE', `/${id}`, undefined, tagged(1))).status, 204);
    const fact = factOf(athlete, NOW_MS - 7_200_000);
    assert.equal(await applyWorkoutFact(api.database.kysely, fact, NOW_MS), true);
    assert.equal((await put(image, {}, fact.entity)).status, 201);
    assert.equal((await ask('DELETE', `/${fact.entity}`, undefined, tagged(1))).status, 204);
    await api.identity.outbox.runDue();
    assert.deepEqual(api.photoObjects.keys(), []);
    const { id: last } = await enter();
    await put(image, {}, last);
    const eve = await withWorkout(api, EVE);
    const hers = await eve.add();
    // The store is away while the account is deleted: they go when it is back.
    api.photoObjects.setReachable(false);
    const deletion = { method: 'POST', url: '/v1/account/deletion', payload: { password: PASSWORD } } as const;
    assert.equal((await api.ask(deletion, accessToken)).status, 202);
    await api.identity.outbox.runDue();
    api.photoObjects.setReachable(true);
    assert.equal(objectsOf(api).length, 4);
    await api.clock.advance(MINUTE_MS);
    await api.identity.outbox.runDue();
    assert.deepEqual(api.photoObjects.keys(), [`${hers.id}/photo`, `${hers.id}/thumbnail`]);
    const rows = await api.database.kysely.selectFrom('workout_photos').select('id').execute();
    assert.deepEqual(rows, [{ id: hers.id }]);
  });

  test('others see those of a workout that is shown to them, and of no other', async (t) => {
    const api = await open(t);
    const { id, url, add, askPhotos, ask, accessToken } = await withWorkout(api);
    const { id: photo } = await add();
    await askPhotos('PATCH', `/${photo}`, { caption: 'Up there' }, seen());
    const eve = await withWorkout(api, EVE);
    const shared = sharedPhotosOf(id);
    const parts = ['', `/${photo}`, `/${photo}/thumbnail`];
    const others = async () => {
      const answers: number[] = [];
      for (const token of [undefined, eve.accessToken, 'watch-1'])
        for (const part of parts) answers.push((await api.get(`${shared}${part}`, token)).status);
      return [...new Set(answers)];
    };
    assert.deepEqual(await others(), [404]);
    for (const part of parts) assert.equal((await api.get(`${url}${part}`, eve.accessToken)).status, 404);
    for (const method of ['PATCH', 'DELETE'] as const) {
      const payload = method === 'PATCH' ? { caption: 'mine' } : undefined;
      const asked = await api.ask({ method, url: `${url}/${photo}`, payload, headers: seen(2) }, eve.accessToken);
      assert.deepEqual(problemOf(asked), [404, 'unknown_workout']);
    }
    assert.deepEqual(problemOf(await eve.put(image, {}, id)), [404, 'unknown_workout']);
    await ask('PATCH', `/${id}`, { visibility: 'everybody' }, tagged(1));
    assert.deepEqual(await others(), [404], 'the profile has not said so yet');
    const profile = {
      method: 'PUT',
      url: '/v1/profile',
      payload: { privacyZones: [], visibility: ALL_SHOWN },
    } as const;
    const said = await api.ask({ ...profile, headers: { 'if-match': '"profile-0"' } }, accessToken);
    assert.equal(said.status, 200, JSON.stringify(said.body));
    assert.deepEqual(await others(), [200]);
    const list = await api.get(shared);
    assert.deepEqual(list.body, { photos: [{ id: photo, caption: 'Up there', width: 400, height: 200 }] });
    const { headers } = await api.get(`${shared}/${photo}`);
    assert.deepEqual([headers['cache-control'], headers['content-type']], ['private, no-cache', 'image/jpeg']);
    // Of one workout that is shown nobody gets at the photos of another one.
    const other = await eve.add();
    assert.deepEqual(problemOf(await api.get(`${shared}/${other.id}`)), [404, 'unknown_photo']);
    await ask('PATCH', `/${id}`, { visibility: 'private' }, tagged(2));
    assert.deepEqual(await others(), [404]);
    const known = { 'if-none-match': String(headers.etag) };
    const again = await api.ask({ method: 'GET', url: `${shared}/${photo}`, headers: known });
    assert.equal(again.status, 404, 'whoever has it is told nothing either');
  });

  test('they go with what was said where late data put another workout in the place of theirs', async (t) => {
    const api = await open(t);
    const { athlete, put } = await withWorkout(api);
    const startMs = NOW_MS - 7_200_000;
    const apply = (fact: ReturnType<typeof factOf>) => applyWorkoutFact(api.database.kysely, fact, NOW_MS);
    const first = factOf(athlete, startMs, { endMs: startMs + 600_000 });
    await apply(first);
    const { id } = (await put(image, {}, first.entity)).body;
    const longer = factOf(athlete, startMs - 60_000, { endMs: startMs + 600_000 });
    const again = { endMs: startMs + 600_000, revision: first.revision + 1, isWithdrawn: true };
    assert.equal(await apply(factOf(athlete, startMs, again)), true);
    await apply(longer);
    const at = async () => api.database.kysely.selectFrom('workout_photos').select(['id', 'workout']).execute();
    assert.deepEqual(await at(), [{ id, workout: longer.entity }]);
    const counts = await api.database.kysely
      .selectFrom('workouts')
      .select(['id', 'photos'])
      .where('source', '=', 'stream')
      .orderBy('started_at')
      .execute();
    assert.deepEqual(counts, [
      { id: longer.entity, photos: 1 },
      { id: first.entity, photos: 0 },
    ]);
  });

  test('they are in what their owner exports', async (t) => {
    const api = await open(t);
    const { add, id, accessToken } = await withWorkout(api);
    const { id: photo, bytes } = await add();
    await (await withWorkout(api, EVE)).add();
    const files = await filesOfZip((await exportOf(api, accessToken)).zip);
    const photos = [...files].filter(([name]) => name.startsWith('photos/'));
    assert.deepEqual(
      photos.map(([name, content]) => [name, content.length]),
      [[`photos/${id}-${photo}.jpg`, bytes]],
    );
    const rows = JSON.parse(files.get('database/workout_photos.json')!.toString());
    assert.deepEqual(
      rows.map((row: { id: string; workout: string }) => [row.id, row.workout]),
      [[photo, id]],
    );
  });
}
