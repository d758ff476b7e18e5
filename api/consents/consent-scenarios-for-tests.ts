import { always, asBen, others } from '../accounts/account-scenarios-for-tests.ts';
import type { Scenario } from '../openapi-for-tests.ts';

const PATH = '/v1/consents';
const said = { healthData: null, productEvents: null };

const put = (status: number, ifMatch?: string): Scenario => {
  const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch };
  return [PATH, status, PATH, undefined, asBen(() => ({ headers })), { method: 'PUT', payload: said }];
};

export const consentScenarios: Scenario[] = [
  [PATH, 200, PATH, undefined, asBen()],
  [PATH, 422, `${PATH}?colour=red`, undefined, asBen()],
  ...always('GET', PATH),
  ...others('GET', PATH),

  // The test's people agree to one while they sign up.
  put(200, '"consents-1"'),
  put(412, '"consents-7"'),
  put(428),
  ...always('PUT', PATH, { payload: said }),
  ...others('PUT', PATH, { payload: said }),
];
