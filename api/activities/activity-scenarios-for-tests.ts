import { HOT_MS, NOW_MS } from '../api-for-tests.ts';
import type { Scenario, TestApi } from '../openapi-for-tests.ts';
import { storedActivity } from './activity.arbitrary.ts';

const ACTIVITIES = '/v1/activities';
/** It is there in each API that scenarios ask. */
export const ended = storedActivity({ startMs: NOW_MS - HOT_MS - 60_000 });
const breakActivities = ({ activities }: TestApi) => {
  const fail = () => Promise.reject(new Error('oops'));
  Object.assign(activities, { list: fail, read: fail });
};

/** Every answer to who reads activities. */
export const activityScenarios: readonly Scenario[] = [
  [ACTIVITIES, 200, '/v1/activities', 'watch-1'],
  [ACTIVITIES, 401, '/v1/activities', 'expired'],
  [ACTIVITIES, 403, '/v1/activities?athlete=ben', 'watch-1'],
  [ACTIVITIES, 422, '/v1/activities?sport=chess', 'watch-1'],
  [ACTIVITIES, 500, '/v1/activities', 'watch-1', breakActivities],
  [ACTIVITIES, 503, '/v1/activities', 'watch-1', ({ activities }) => activities.setReachable(false)],
  ...[
    ['', ''],
    ['/laps', ''],
    ['/sources', ''],
    ['/streams', ''],
    ['/export', '?format=csv'],
  ].flatMap(([part, query]): Scenario[] => [
    [`${ACTIVITIES}/{id}${part}`, 200, `/v1/activities/${ended.id}${part}${query}`, 'watch-1'],
    [`${ACTIVITIES}/{id}${part}`, 401, `/v1/activities/${ended.id}${part}${query}`],
    [`${ACTIVITIES}/{id}${part}`, 403, `/v1/activities/${ended.id}${part}${query || '?'}&athlete=ben`, 'watch-1'],
    [
      `${ACTIVITIES}/{id}${part}`,
      404,
      `/v1/activities/0123456789abcdef${part}${query}`,
      'ben-1',
      ({ hold }) => void hold('ben', () => ({ activity: null })),
    ],
    [`${ACTIVITIES}/{id}${part}`, 422, `/v1/activities/1${part}`, 'watch-1'],
    [`${ACTIVITIES}/{id}${part}`, 500, `/v1/activities/${ended.id}${part}${query}`, 'watch-1', breakActivities],
    [`${ACTIVITIES}/{id}${part}`, 503, `/v1/activities/0123456789abcdef${part}${query}`, 'watch-1'],
  ]),
];
