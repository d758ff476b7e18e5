import { always, asBen, others } from '../accounts/account-scenarios-for-tests.ts';
import { signUp } from '../accounts/accounts-for-tests.ts';
import type { Scenario, TestApi } from '../openapi-for-tests.ts';
import { askCode, pairDevice } from './devices-for-tests.ts';

const [LIST, CODES, PAIR] = ['/v1/devices', '/v1/devices/pairings', '/v1/devices/credentials'];
const [NEXT, ONE] = ['/v1/devices/{device}/credentials', '/v1/devices/{device}'];
const [NEXT_OF_WATCH, WATCH] = ['/v1/devices/watch-1/credentials', '/v1/devices/watch-1'];
const [FIRMWARES, FIRMWARES_OF_WATCH] = [`${ONE}/firmwares`, `${WATCH}/firmwares`];
const wrong = { code: 'BCDF-GHJK', device: 'watch-7' };
const post = { method: 'POST' } as const;
const remove = { method: 'DELETE' } as const;
const rename = { method: 'PATCH', payload: { name: 'Часы для бега 🏃' } } as const;
const foreign = { cookie: 'slipstream=ssa_x', 'sec-fetch-site': 'cross-site' };

async function guess(api: TestApi): Promise<void> {
  for (let i = 0; i < 5; i++) await api.ask({ ...post, url: PAIR, payload: wrong });
}
async function pairMany(api: TestApi): Promise<{ payload: object }> {
  const { accessToken } = await signUp(api);
  for (let i = 0; i < 50; i++) await pairDevice(api, accessToken, `watch-${i}`);
  return { payload: { code: await askCode(api, accessToken), device: 'one-more' } };
}
async function codeOfBen(api: TestApi): Promise<{ payload: object }> {
  const { accessToken } = await signUp(api);
  return { payload: { code: await askCode(api, accessToken), device: 'watch-7' } };
}
const ofPaired = asBen(async (api, { accessToken }) => ({
  url: `${LIST}/${(await pairDevice(api, accessToken)).device}`,
}));
const firmwaresOfPaired = asBen(async (api, { accessToken }) => ({
  url: `${LIST}/${(await pairDevice(api, accessToken)).device}/firmwares`,
}));
const ofPairedAt = (tag: string) =>
  asBen(async (api, { accessToken }) => ({
    url: `${LIST}/${(await pairDevice(api, accessToken)).device}`,
    headers: { 'if-match': tag },
  }));
/** As if the device of the tests' own token had been paired. */
async function watchOfBen(api: TestApi): Promise<void> {
  const { accessToken } = await signUp(api);
  const { id: account } = (await api.get('/v1/account', accessToken)).body;
  const row = { id: 'watch-1', account, name: 'watch-1', paired_at: new Date(api.clock.nowMs()), ended_at: null };
  await api.identity.database.insertInto('devices').values(row).execute();
}

export const deviceScenarios: Scenario[] = [
  [CODES, 201, CODES, undefined, asBen(), post],
  [CODES, 422, `${CODES}?colour=red`, undefined, asBen(), post],
  ...always('POST', CODES),
  ...others('POST', CODES),

  [PAIR, 201, PAIR, undefined, codeOfBen, { ...post, payload: wrong }],
  [PAIR, 409, PAIR, undefined, pairMany, { ...post, payload: wrong }],
  [PAIR, 422, PAIR, undefined, undefined, { ...post, payload: wrong }],
  [PAIR, 429, PAIR, undefined, guess, { ...post, payload: wrong }],
  ...always('POST', PAIR, { payload: wrong }),

  [NEXT, 201, NEXT_OF_WATCH, 'watch-1', watchOfBen, post],
  [NEXT, 404, NEXT_OF_WATCH, 'watch-1', undefined, post],
  [NEXT, 401, NEXT_OF_WATCH, undefined, undefined, post],
  [NEXT, 403, NEXT_OF_WATCH, 'ben-1', undefined, post],
  [NEXT, 403, NEXT_OF_WATCH, undefined, undefined, { ...post, headers: foreign }],
  [NEXT, 422, `${NEXT_OF_WATCH}?colour=red`, 'watch-1', undefined, post],
  ...always('POST', NEXT, { url: NEXT_OF_WATCH }),

  [LIST, 200, LIST, undefined, asBen((api, { accessToken }) => pairDevice(api, accessToken).then(() => ({})))],
  [LIST, 422, `${LIST}?colour=red`, undefined, asBen()],
  ...always('GET', LIST),
  ...others('GET', LIST),

  [FIRMWARES, 200, FIRMWARES_OF_WATCH, undefined, firmwaresOfPaired],
  [FIRMWARES, 404, FIRMWARES_OF_WATCH, undefined, asBen()],
  [FIRMWARES, 422, `${FIRMWARES_OF_WATCH}?colour=red`, undefined, asBen()],
  ...always('GET', FIRMWARES, { url: FIRMWARES_OF_WATCH }),
  ...others('GET', FIRMWARES, { url: FIRMWARES_OF_WATCH }),

  [ONE, 200, WATCH, undefined, ofPairedAt('"device-1"'), rename],
  [ONE, 404, WATCH, undefined, asBen(), { ...rename, headers: { 'if-match': '"device-1"' } }],
  [ONE, 412, WATCH, undefined, ofPairedAt('"device-7"'), rename],
  [ONE, 422, WATCH, undefined, ofPairedAt('"device-1"'), { ...rename, payload: { name: ' ' } }],
  [ONE, 428, WATCH, undefined, ofPaired, rename],
  ...always('PATCH', ONE, { url: WATCH, payload: rename.payload }),
  ...others('PATCH', ONE, { url: WATCH, payload: rename.payload }),

  [ONE, 204, WATCH, undefined, ofPaired, remove],
  [ONE, 404, WATCH, undefined, asBen(), remove],
  [ONE, 422, `${WATCH}?colour=red`, undefined, asBen(), remove],
  ...always('DELETE', ONE, { url: WATCH }),
  ...others('DELETE', ONE, { url: WATCH }),
];
