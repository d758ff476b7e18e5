import { KvUnavailableError } from '../../runtime/kv/kv.ts';
import type { Scenario, TestApi } from '../openapi-for-tests.ts';

const breakAthletes = ({ athletes }: TestApi) => {
  const fail = () => Promise.reject(new Error('oops'));
  Object.assign(athletes, { claims: fail, gear: fail });
};
const noAnswer = () => Promise.reject(new KvUnavailableError('no answer'));

/** Every answer to who reads records and gear. */
export const athleteScenarios: readonly Scenario[] = [
  ...['records', 'gear'].flatMap((part): Scenario[] => {
    const [path, own] = [`/v1/athletes/{athlete}/${part}`, `/v1/athletes/ann/${part}`];
    return [
      [path, 200, own, 'watch-1'],
      [path, 401, own],
      [path, 403, own, 'ben-1'],
      [path, 422, `${own}?sport=chess`, 'watch-1'],
      [path, 500, own, 'watch-1', breakAthletes],
      [path, 503, own, 'watch-1', ({ athletes }) => athletes.setReachable(false)],
    ];
  }),
  ['/v1/athletes/{athlete}/gear', 503, '/v1/athletes/ann/gear', 'operator', ({ setSettings }) => setSettings(noAnswer)],
];
