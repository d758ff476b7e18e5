import { always, asBen, others } from '../accounts/account-scenarios-for-tests.ts';
import type { TestRequest } from '../api-for-tests.ts';
import type { Prepared, Scenario, TestApi } from '../openapi-for-tests.ts';
import { ALL_SHOWN } from '../sharing/shared-for-tests.ts';
import { MORNING } from '../workouts/workouts-for-tests.ts';
import { bomb, imageOf } from './images-for-tests.ts';
import { MAX_ACCOUNT_BYTES } from './photos.ts';
import { photosOf, seen, sharedPhotosOf } from './photos-for-tests.ts';

const [ALL, SHARED] = ['/v1/workouts/{id}/photos', '/v1/shared/workouts/{id}/photos'];
const NO_WORKOUT = '0123456789abcdef';
const NO_PHOTO = '0'.repeat(32);
const url = photosOf(NO_WORKOUT);
const image = await imageOf({ width: 8, height: 4 });
const post = { method: 'POST', payload: image } as const;
const key = { 'idempotency-key': 'k' };

/** Of ben, who has a workout that everybody may see, with a photo. */
const withPhoto = (
  path: (workout: string, photo: string) => string,
  more: (api: TestApi, photo: string) => Prepared | Promise<Prepared> = () => ({}),
) =>
  asBen(async (api, { accessToken }) => {
    const payload = { ...MORNING, visibility: 'everybody' };
    const { id } = (await api.ask({ method: 'POST', url: '/v1/workouts', payload }, accessToken)).body;
    const profile = {
      method: 'PUT',
      url: '/v1/profile',
      payload: { privacyZones: [], visibility: ALL_SHOWN },
    } as const;
    await api.ask({ ...profile, headers: { 'if-match': '"profile-0"' } }, accessToken);
    const photo = (await api.ask({ ...post, url: photosOf(id), headers: key }, accessToken)).body.id;
    return { url: path(id, photo), ...(await more(api, photo)) };
  });
const toWorkout = (more?: Parameters<typeof withPhoto>[1]) => withPhoto(photosOf, more);

const images = [
  ...['', '/thumbnail'].map((end) => [`${ALL}/{photo}${end}`, photosOf, end] as const),
  ...['', '/thumbnail'].map((end) => [`${SHARED}/{photo}${end}`, sharedPhotosOf, end] as const),
];

const ofOne = (method: TestRequest['method'], status: number, payload?: object): Scenario[] => {
  const path = `${ALL}/{photo}`;
  const none = `${url}/${NO_PHOTO}`;
  const said = { method, payload };
  const own = (headers: Record<string, string>) =>
    withPhoto(
      (id, photo) => `${photosOf(id)}/${photo}`,
      () => ({ headers }),
    );
  return [
    [path, status, none, undefined, own(seen()), said],
    [path, 404, none, undefined, asBen(), { ...said, headers: seen() }],
    [path, 412, none, undefined, own(seen(7)), said],
    [path, 428, none, undefined, own({}), said],
    [path, 422, `${url}/1`, undefined, asBen(), said],
    ...always(method, path, { url: none, ...(payload && { payload }) }),
    ...others(method, path, { url: none, ...(payload && { payload }) }),
  ];
};

export const photoScenarios: Scenario[] = [
  [ALL, 201, url, undefined, toWorkout(), post],
  [ALL, 400, url, undefined, toWorkout(), { ...post, headers: { 'content-type': 'no type' } }],
  [ALL, 404, url, undefined, asBen(), post],
  [
    ...([ALL, 409, url, undefined] as const),
    toWorkout(async ({ database }) => {
      await database.kysely.updateTable('workout_photos').set({ stored_bytes: MAX_ACCOUNT_BYTES }).execute();
      return {};
    }),
    post,
  ],
  [ALL, 413, url, undefined, toWorkout(() => ({ payload: bomb() })), post],
  [ALL, 415, url, undefined, toWorkout(), { ...post, payload: Buffer.from('<svg/>') }],
  [ALL, 422, url, undefined, toWorkout(), { ...post, payload: image.subarray(0, -20) }],
  [ALL, 422, url, undefined, toWorkout(async () => ({ payload: await imageOf() })), { ...post, headers: key }],
  ...always('POST', ALL, { url }),
  ...others('POST', ALL, { url }),

  [ALL, 200, url, undefined, toWorkout()],
  [ALL, 404, url, undefined, asBen()],
  [ALL, 422, photosOf('1'), undefined, asBen()],
  ...always('GET', ALL, { url }),
  ...others('GET', ALL, { url }),

  [SHARED, 200, url, undefined, withPhoto(sharedPhotosOf)],
  [SHARED, 404, sharedPhotosOf(NO_WORKOUT)],
  [SHARED, 422, sharedPhotosOf('1')],
  ...always('GET', SHARED, { url: sharedPhotosOf(NO_WORKOUT) }),

  ...images.flatMap(([path, of, end]): Scenario[] => {
    const none = `${of(NO_WORKOUT)}/${NO_PHOTO}${end}`;
    return [
      [path, 200, none, undefined, withPhoto((id, photo) => `${of(id)}/${photo}${end}`)],
      [path, 404, none, undefined, asBen()],
      [path, 422, `${of(NO_WORKOUT)}/1${end}`, undefined, asBen()],
      ...always('GET', path, { url: none }),
      ...(of === photosOf ? others('GET', path, { url: none }) : []),
    ];
  }),
  ...ofOne('PATCH', 200, { caption: 'Up there' }),
  ...ofOne('DELETE', 204),
];
