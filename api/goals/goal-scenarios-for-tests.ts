import { always, asBen, NO_ID, others } from '../accounts/account-scenarios-for-tests.ts';
import type { TestRequest } from '../api-for-tests.ts';
import type { Scenario, TestApi } from '../openapi-for-tests.ts';
import { MAX_GOALS } from './goals.ts';
import { WEEKLY } from './goals-for-tests.ts';

const [ALL, ONE] = ['/v1/goals', '/v1/goals/{id}'];
const url = `${ALL}/${NO_ID}`;
const key = { 'idempotency-key': 'k' };

const set = (api: TestApi, token: string, headers?: Record<string, string>) =>
  api.ask({ method: 'POST', url: ALL, payload: WEEKLY, headers }, token);

/** Of ben, who has set so many goals. */
const afterSetting = (count: number, headers?: Record<string, string>) =>
  asBen(async (api, { accessToken }) => {
    for (let i = 0; i < count; i++) await set(api, accessToken, headers);
    return {};
  });

/** Of ben, about a goal of his. */
const ofBens = (headers: Record<string, string> = {}) =>
  asBen(async (api, { accessToken }) => {
    const { id } = (await set(api, accessToken)).body;
    return { url: `${ALL}/${id}`, headers };
  });

const ofOne = (method: TestRequest['method'], status: number, payload?: object): Scenario[] => {
  const said = { method, payload };
  return [
    [ONE, status, url, undefined, ofBens({ 'if-match': '"goal-1"' }), said],
    [ONE, 404, url, undefined, asBen(), { ...said, headers: { 'if-match': '"goal-1"' } }],
    [ONE, 412, url, undefined, ofBens({ 'if-match': '"goal-7"' }), said],
    [ONE, 422, `${ALL}/1`, undefined, asBen(), said],
    [ONE, 428, url, undefined, ofBens(), said],
    ...always(method, ONE, { url, ...(payload && { payload }) }),
    ...others(method, ONE, { url, ...(payload && { payload }) }),
  ];
};

export const goalScenarios: Scenario[] = [
  [ALL, 200, ALL, undefined, afterSetting(2)],
  [ALL, 422, `${ALL}?colour=red`, undefined, asBen()],
  [ALL, 503, ALL, undefined, asBen((api, { accessToken }) => set(api, accessToken).then(() => outOfReach(api)))],
  ...always('GET', ALL),
  ...others('GET', ALL),

  [ALL, 201, ALL, undefined, asBen(), { method: 'POST', payload: WEEKLY, headers: key }],
  [ALL, 409, ALL, undefined, afterSetting(MAX_GOALS), { method: 'POST', payload: WEEKLY }],
  [ALL, 422, ALL, undefined, afterSetting(1, key), { method: 'POST', payload: { ...WEEKLY, target: 1 }, headers: key }],
  ...always('POST', ALL, { payload: WEEKLY }),
  ...others('POST', ALL, { payload: WEEKLY }),

  ...ofOne('PUT', 200, { target: 30_000 }),
  ...ofOne('DELETE', 204),
];

function outOfReach({ counted }: TestApi) {
  counted.setReachable(false);
  return {};
}
