import { always, asBen, others } from '../accounts/account-scenarios-for-tests.ts';
import type { Scenario } from '../openapi-for-tests.ts';

const [PROFILE, VALUES] = ['/v1/profile', '/v1/profile/values'];
const TODAY = `${VALUES}?sport=run`;
const said = { sex: 'female', body: [{ from: '2026-01-01', weightKg: 61.5 }] };

const put = (status: number, payload: object, ifMatch?: string): Scenario => {
  const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch };
  return [PROFILE, status, PROFILE, undefined, asBen(() => ({ headers })), { method: 'PUT', payload }];
};

export const profileScenarios: Scenario[] = [
  [PROFILE, 200, PROFILE, undefined, asBen()],
  [PROFILE, 422, `${PROFILE}?colour=red`, undefined, asBen()],
  ...always('GET', PROFILE),
  ...others('GET', PROFILE),

  put(200, said, '"profile-0"'),
  put(412, said, '"profile-7"'),
  put(428, said),
  ...always('PUT', PROFILE, { payload: said }),
  ...others('PUT', PROFILE, { payload: said }),

  [VALUES, 200, TODAY, undefined, asBen()],
  [VALUES, 422, VALUES, undefined, asBen()],
  ...always('GET', VALUES, { url: TODAY }),
  ...others('GET', VALUES, { url: TODAY }),
];
