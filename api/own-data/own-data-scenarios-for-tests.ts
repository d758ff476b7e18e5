import { always, asBen, others } from '../accounts/account-scenarios-for-tests.ts';
import { BEN, PASSWORD } from '../accounts/accounts-for-tests.ts';
import type { Scenario, TestApi } from '../openapi-for-tests.ts';

const [DELETION, PROOFS] = ['/v1/account/deletion', '/v1/operations/deletions'];
const payload = { password: PASSWORD };

async function guess(api: TestApi): Promise<void> {
  const said = { email: BEN.email, password: 'a guess at something', as: 'token' };
  for (let i = 0; i < 5; i++) await api.ask({ method: 'POST', url: '/v1/sessions', payload: said });
}

export const ownDataScenarios: Scenario[] = [
  [DELETION, 202, DELETION, undefined, asBen(), { method: 'POST', payload }],
  [DELETION, 401, DELETION, undefined, asBen(), { method: 'POST', payload: { password: 'not the one' } }],
  [DELETION, 429, DELETION, undefined, asBen((api) => guess(api).then(() => ({}))), { method: 'POST', payload }],
  ...always('POST', DELETION, { payload }),
  ...others('POST', DELETION, { payload }),
  [PROOFS, 200, PROOFS, 'operator'],
  [PROOFS, 401, PROOFS],
  [PROOFS, 403, PROOFS, 'watch-1'],
  [PROOFS, 422, `${PROOFS}?limit=0`, 'operator'],
  ...always('GET', PROOFS),
];
