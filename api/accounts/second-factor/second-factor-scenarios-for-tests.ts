import type { Prepared, Scenario, TestApi } from '../../openapi-for-tests.ts';
import { always, asBen, NO_ID, others } from '../account-scenarios-for-tests.ts';
import { PASSWORD } from '../accounts-for-tests.ts';
import {
  challengeOf,
  codeNow,
  enrol,
  SECOND_FACTOR,
  signUpWithSecondFactor,
  staleCode,
  type WithSecondFactor,
} from './second-factor-for-tests.ts';

const [CONFIRM, RENEW] = [`${SECOND_FACTOR}/confirmations`, `${SECOND_FACTOR}/recovery-codes`];
const [REMOVE, COMPLETE] = [`${SECOND_FACTOR}/removal`, '/v1/sessions/completions'];
const [TAKE, NOBODYS] = ['/v1/accounts/{id}/second-factor', `/v1/accounts/${NO_ID}/second-factor`];
const CHALLENGE = `slc_${'A'.repeat(43)}`;
const code = '000000';
const guess = { password: PASSWORD, code };
const completion = { challenge: CHALLENGE, code };

/** Of ben, whose second factor is on. */
const asGuarded =
  (also: (api: TestApi, ben: WithSecondFactor) => Prepared | Promise<Prepared> = () => ({})) =>
  async (api: TestApi) => {
    const ben = await signUpWithSecondFactor(api);
    return { token: ben.accessToken, ...(await also(api, ben)) };
  };
const withCode = asGuarded((api, ben) => ({ payload: { password: PASSWORD, code: codeNow(api, ben) } }));
const withStaleCode = asGuarded((api, ben) => ({ payload: { password: PASSWORD, code: staleCode(api, ben) } }));

/** Codes that are wrong, until no more are taken. */
async function guessCodes(api: TestApi, ben: WithSecondFactor): Promise<void> {
  const payload = { password: PASSWORD, code: staleCode(api, ben) };
  for (let i = 0; i < 5; i++) await api.ask({ method: 'POST', url: REMOVE, payload }, ben.accessToken);
}

const enrolled = (right: boolean) =>
  asBen(async (api, { accessToken }) => {
    const own = await enrol(api, accessToken);
    return { payload: { code: right ? codeNow(api, own) : staleCode(api, own) } };
  });

/** Of the second step: whoever asks needs no token. */
const completing = (codeOf: (api: TestApi, ben: WithSecondFactor) => string, as = 'token') =>
  asGuarded(async (api, ben) => {
    const { challenge } = await challengeOf(api, undefined, as);
    return { token: '', payload: { challenge, code: codeOf(api, ben) } };
  });

/** An administrator's, about ben. */
const addressOfBen = async (api: TestApi) => {
  const { id } = (await api.get('/v1/accounts?email=ben@example.test', 'operator')).body as { id: string };
  return { token: 'operator', url: `/v1/accounts/${id}/second-factor` };
};
const ofGuarded = asGuarded(addressOfBen);
const ofUnguarded = asBen(addressOfBen);

const post = (path: string, status: number, payload: object, prepare?: Scenario[4]): Scenario => [
  ...([path, status, path, undefined, prepare] as const),
  { method: 'POST', payload },
];

export const secondFactorScenarios: Scenario[] = [
  [SECOND_FACTOR, 200, SECOND_FACTOR, undefined, asBen()],
  [SECOND_FACTOR, 422, `${SECOND_FACTOR}?colour=red`, undefined, asBen()],
  ...always('GET', SECOND_FACTOR),
  ...others('GET', SECOND_FACTOR),

  post(SECOND_FACTOR, 201, { password: PASSWORD }, asBen()),
  post(SECOND_FACTOR, 401, { password: 'not the one' }, asBen()),
  post(SECOND_FACTOR, 409, { password: PASSWORD }, asGuarded()),
  ...always('POST', SECOND_FACTOR, { payload: { password: PASSWORD } }),
  ...others('POST', SECOND_FACTOR, { payload: { password: PASSWORD } }),

  post(CONFIRM, 200, { code }, enrolled(true)),
  post(CONFIRM, 401, { code }, enrolled(false)),
  post(CONFIRM, 409, { code }, asBen()),
  ...always('POST', CONFIRM, { payload: { code } }),
  ...others('POST', CONFIRM, { payload: { code } }),

  post(RENEW, 200, guess, withCode),
  post(REMOVE, 204, guess, withCode),
  ...[RENEW, REMOVE].flatMap((path): Scenario[] => [
    post(path, 401, guess, withStaleCode),
    post(path, 409, guess, asBen()),
    post(
      path,
      429,
      guess,
      asGuarded((api, ben) => guessCodes(api, ben).then(() => ({}))),
    ),
    ...always('POST', path, { payload: guess }),
    ...others('POST', path, { payload: guess }),
  ]),

  [TAKE, 204, NOBODYS, 'operator', ofGuarded, { method: 'DELETE' }],
  [TAKE, 404, NOBODYS, 'operator', undefined, { method: 'DELETE' }],
  [TAKE, 409, NOBODYS, 'operator', ofUnguarded, { method: 'DELETE' }],
  [TAKE, 422, '/v1/accounts/1/second-factor', 'operator', undefined, { method: 'DELETE' }],
  ...always('DELETE', TAKE, { url: NOBODYS }),
  ...others('DELETE', TAKE, { url: NOBODYS }),

  post(
    '/v1/sessions',
    202,
    {},
    asGuarded(() => ({ payload: { email: 'ben@example.test', password: PASSWORD, as: 'token' } })),
  ),
  post(COMPLETE, 201, completion, completing(codeNow)),
  post(COMPLETE, 401, completion),
  post(COMPLETE, 401, completion, completing(staleCode)),
  post(COMPLETE, 403, completion, completing(codeNow, 'cookie')),
  ...always('POST', COMPLETE, { payload: completion }),
];
