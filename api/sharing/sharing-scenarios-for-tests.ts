import { always, asBen, others } from '../accounts/account-scenarios-for-tests.ts';
import type { Scenario, TestApi } from '../openapi-for-tests.ts';
import { MORNING } from '../workouts/workouts-for-tests.ts';
import { outAndBack, sharedRun } from './shared-for-tests.ts';

const [ONE, STREAMS, EXPORT] = ['', '/streams', '/export'].map((part) => `/v1/shared/workouts/{id}${part}`);
const PREVIEW = '/v1/workouts/{id}/as-others-see';
const NO_ID = '0123456789abcdef';

const ofRun = (path: string, query = '') =>
  [
    ...([path, 200, path.replace('{id}', NO_ID) + query, undefined] as const),
    async (api: TestApi) => {
      const { id } = await sharedRun(api, { fixes: outAndBack(300) });
      return { url: path.replace('{id}', id) + query };
    },
  ] satisfies Scenario;
const missing = (path: string, query = '') => [path, 404, path.replace('{id}', NO_ID) + query] satisfies Scenario;
const wrong = (path: string) => [path, 422, path.replace('{id}', '1')] satisfies Scenario;

export const sharingScenarios: Scenario[] = [
  ...[
    [ONE, ''],
    [STREAMS, ''],
    [EXPORT, '?format=csv'],
  ].flatMap(([path, query]): Scenario[] => {
    const url = path.replace('{id}', NO_ID) + query;
    return [ofRun(path, query), missing(path, query), wrong(path), ...always('GET', path, { url })];
  }),
  [
    ...([PREVIEW, 200, PREVIEW.replace('{id}', NO_ID), undefined] as const),
    asBen(async (api, { accessToken }) => {
      const entered = await api.ask({ method: 'POST', url: '/v1/workouts', payload: MORNING }, accessToken);
      return { url: PREVIEW.replace('{id}', entered.body.id) };
    }),
  ],
  [PREVIEW, 404, PREVIEW.replace('{id}', NO_ID), undefined, asBen()],
  [PREVIEW, 422, PREVIEW.replace('{id}', '1'), undefined, asBen()],
  ...always('GET', PREVIEW, { url: PREVIEW.replace('{id}', NO_ID) }),
  ...others('GET', PREVIEW, { url: PREVIEW.replace('{id}', NO_ID) }),
];
