import { always, asBen, others } from '../accounts/account-scenarios-for-tests.ts';
import type { TestRequest } from '../api-for-tests.ts';
import type { Scenario, TestApi } from '../openapi-for-tests.ts';
import { MORNING } from './workouts-for-tests.ts';

const [ALL, TOTALS, ONE, CHANGES] = [
  '/v1/workouts',
  '/v1/workouts/totals',
  '/v1/workouts/{id}',
  '/v1/workouts/{id}/changes',
];
const NO_ID = '0123456789abcdef';
const url = `/v1/workouts/${NO_ID}`;
const key = { 'idempotency-key': 'k' };
const change = { name: 'Evening' };

const entered = (api: TestApi, token: string, headers?: Record<string, string>) =>
  api.ask({ method: 'POST', url: ALL, payload: MORNING, headers }, token);

/** Of ben, who has entered a workout. */
const ofBens = (part: string, headers: Record<string, string> = {}) =>
  asBen(async (api, { accessToken }) => {
    const { id } = (await entered(api, accessToken)).body;
    return { url: `${ALL}/${id}${part}`, headers };
  });

const ofOne = (method: TestRequest['method'], status: number, payload?: object): Scenario[] => {
  const said = { method, payload };
  return [
    [ONE, status, url, undefined, ofBens('', { 'if-match': '"workout-1"' }), said],
    [ONE, 404, url, undefined, asBen(), { ...said, headers: { 'if-match': '"workout-1"' } }],
    [ONE, 412, url, undefined, ofBens('', { 'if-match': '"workout-7"' }), said],
    [ONE, 428, url, undefined, ofBens(''), said],
    ...always(method, ONE, { url, ...(payload && { payload }) }),
    ...others(method, ONE, { url, ...(payload && { payload }) }),
  ];
};

export const workoutScenarios: Scenario[] = [
  [ALL, 200, ALL, undefined, asBen((api, { accessToken }) => entered(api, accessToken).then(() => ({})))],
  [ALL, 422, `${ALL}?cursor=x`, undefined, asBen()],
  ...always('GET', ALL),
  ...others('GET', ALL),
  [TOTALS, 200, TOTALS, undefined, asBen()],
  [TOTALS, 422, `${TOTALS}?sport=chess`, undefined, asBen()],
  ...always('GET', TOTALS),
  ...others('GET', TOTALS),

  [ALL, 201, ALL, undefined, asBen(), { method: 'POST', payload: MORNING, headers: key }],
  [
    ...([ALL, 422, ALL, undefined] as const),
    asBen((api, { accessToken }) => entered(api, accessToken, key).then(() => ({}))),
    { method: 'POST', payload: { ...MORNING, sport: 'ride' }, headers: key },
  ],
  ...always('POST', ALL, { payload: MORNING }),
  ...others('POST', ALL, { payload: MORNING }),

  [ONE, 200, url, undefined, ofBens('')],
  [ONE, 404, url, undefined, asBen()],
  [ONE, 422, `${ALL}/1`, undefined, asBen()],
  ...always('GET', ONE, { url }),
  ...others('GET', ONE, { url }),
  ...ofOne('PATCH', 200, change),
  ...ofOne('DELETE', 204),
  [ONE, 422, `${ALL}/1`, undefined, asBen(), { method: 'DELETE' }],

  [CHANGES, 200, url, undefined, ofBens('/changes')],
  [CHANGES, 404, `${url}/changes`, undefined, asBen()],
  [CHANGES, 422, `${url}/changes?limit=0`, undefined, asBen()],
  ...always('GET', CHANGES, { url: `${url}/changes` }),
  ...others('GET', CHANGES, { url: `${url}/changes` }),
];
