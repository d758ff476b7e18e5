import type { TestRequest } from '../api-for-tests.ts';
import type { Prepared, Scenario, TestApi } from '../openapi-for-tests.ts';
import { BEN, codeOf, PASSWORD, signUp } from './accounts-for-tests.ts';

type Method = TestRequest['method'];
type Prepare = NonNullable<Scenario[4]>;

const away: Prepare = ({ database }) => database.setReachable(false);
/** No request is within a limit any more. */
const limited: Prepare = ({ rates }) => void Object.assign(rates, { factor: 0 });

const NOBODY = { email: 'nobody@example.test', password: PASSWORD };
const CODE = 'A'.repeat(43);
export const NO_ID = '00000000-0000-4000-8000-000000000000';
const broken = { payload: '{', headers: { 'content-type': 'application/json' } };
const foreign = { cookie: 'slipstream=ssa_x', 'sec-fetch-site': 'cross-site' };

/** Of ben, who has signed up; `also` changes the request once the API is known. */
export const asBen =
  (
    also: (api: TestApi, ben: Awaited<ReturnType<typeof signUp>>) => Prepared | Promise<Prepared> = () => ({}),
  ): Prepare =>
  async (api) => {
    const ben = await signUp(api);
    return { token: ben.accessToken, ...(await also(api, ben)) };
  };
const onlySignUp: Prepare = async (api) => void (await signUp(api));
const withCode =
  (email: string, more: object, ask: (api: TestApi) => Promise<unknown>): Prepare =>
  async (api) => {
    await ask(api);
    return { payload: { token: await codeOf(api, email), ...more } };
  };
/** Wrong guesses lock the address of ben. */
async function guess(api: TestApi): Promise<void> {
  const payload = { email: BEN.email, password: 'a guess at something', as: 'token' };
  for (let i = 0; i < 5; i++) await api.ask({ method: 'POST', url: '/v1/sessions', payload });
}

/** What every route may answer; `payload` is one that is well formed. */
export function always(method: Method, path: string, { url = path, payload }: { url?: string; payload?: object } = {}) {
  const said = { method, payload };
  const scenarios: Scenario[] = [
    [path, 429, url, 'operator', limited, said],
    [path, 503, url, `ssa_${CODE}`, away, said],
  ];
  if (payload === undefined) return scenarios;
  scenarios.push([path, 400, url, 'operator', undefined, { method, ...broken }]);
  scenarios.push([path, 422, url, 'operator', undefined, { method, payload: { ...payload, colour: 'red' } }]);
  return scenarios;
}

/** What a route for somebody answers to others: to nobody, to a device, and to another site's page. */
export function others(method: Method, path: string, { url = path, payload }: { url?: string; payload?: object } = {}) {
  const scenarios: Scenario[] = [
    [path, 401, url, undefined, undefined, { method, payload }],
    [path, 403, url, 'watch-1', undefined, { method, payload }],
  ];
  if (method !== 'GET') scenarios.push([path, 403, url, undefined, undefined, { method, payload, headers: foreign }]);
  return scenarios;
}

const register = (api: TestApi) => api.ask({ method: 'POST', url: '/v1/accounts', payload: BEN });
const askReset = async (api: TestApi) => {
  await signUp(api);
  await api.ask({ method: 'POST', url: '/v1/password-resets', payload: { email: BEN.email } });
};
const NEW = { email: 'new@example.test', password: PASSWORD };
const askEmail = async (api: TestApi) => {
  const { accessToken } = await signUp(api);
  await api.ask({ method: 'PUT', url: '/v1/account/email', payload: NEW }, accessToken);
};

const post = (path: string, status: number, payload: object, prepare?: Prepare, headers?: Record<string, string>) =>
  [path, status, path, undefined, prepare, { method: 'POST', payload, headers }] satisfies Scenario;
export const put = (path: string, status: number, payload: object, prepare?: Prepare) =>
  [path, status, path, undefined, prepare, { method: 'PUT', payload }] satisfies Scenario;
const get = (path: string, status: number, prepare: Prepare, url = path) =>
  [path, status, url, undefined, prepare] satisfies Scenario;

const [REGISTER, VERIFY, RESET] = ['/v1/accounts', '/v1/accounts/verifications', '/v1/password-resets'];
const [COMPLETE, CONFIRM] = ['/v1/password-resets/completions', '/v1/account/email/confirmations'];
const [PASSWORDS, EMAIL] = ['/v1/account/password', '/v1/account/email'];
const [SESSIONS, REFRESH, SESSION] = ['/v1/sessions', '/v1/sessions/refresh', '/v1/sessions/{id}'];
const ROLES = '/v1/accounts/{id}/roles';
const FIND = `/v1/accounts?email=${BEN.email}`;
const AUDIT = '/v1/audit';
const key = { 'idempotency-key': 'k' };
const verification = { token: CODE, password: PASSWORD };
const reset = { token: CODE, password: 'a new long password' };
const change = { current: PASSWORD, password: 'a new long password' };
const logIn = { ...BEN, as: 'token' };
const noRoles = { url: `/v1/accounts/${NO_ID}/roles`, payload: { roles: [] } };

const rolesOf = (ifMatch: string | undefined): Prepare =>
  asBen(async (api) => {
    const { id } = (await api.get(FIND, 'operator')).body;
    const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch };
    return { token: 'operator', url: `/v1/accounts/${id}/roles`, headers };
  });
const roles = (status: number, prepare?: Prepare): Scenario => [
  ...([ROLES, status, noRoles.url, 'operator', prepare] as const),
  { method: 'PUT', payload: noRoles.payload },
];

export const accountScenarios: Scenario[] = [
  post(REGISTER, 202, BEN, undefined, key),
  post(REGISTER, 422, { ...NOBODY, email: 'Nobody@example.test' }, async (api) => {
    await api.ask({ method: 'POST', url: REGISTER, payload: NOBODY, headers: key });
    return { headers: key };
  }),
  ...always('POST', REGISTER, { payload: BEN }),

  post(VERIFY, 204, verification, withCode(BEN.email, { password: PASSWORD }, register)),
  post(VERIFY, 401, verification, withCode(BEN.email, { password: 'not the one' }, register)),
  post(VERIFY, 422, verification),
  ...always('POST', VERIFY, { payload: verification }),

  post(RESET, 202, { email: BEN.email }),
  ...always('POST', RESET, { payload: { email: BEN.email } }),
  post(COMPLETE, 204, reset, withCode(BEN.email, { password: 'a new long password' }, askReset)),
  post(COMPLETE, 422, reset),
  ...always('POST', COMPLETE, { payload: reset }),

  get('/v1/account', 200, asBen()),
  ...always('GET', '/v1/account'),
  ...others('GET', '/v1/account'),
  get('/v1/account', 422, asBen(), '/v1/account?colour=red'),

  put(PASSWORDS, 204, change, asBen()),
  put(PASSWORDS, 401, { ...change, current: 'not the one' }, asBen()),
  put(
    PASSWORDS,
    429,
    change,
    asBen((api) => guess(api).then(() => ({}))),
  ),
  ...always('PUT', PASSWORDS, { payload: change }),
  ...others('PUT', PASSWORDS, { payload: change }),

  put(EMAIL, 202, NEW, asBen()),
  ...always('PUT', EMAIL, { payload: NEW }),
  ...others('PUT', EMAIL, { payload: NEW }),
  post(CONFIRM, 204, { token: CODE }, withCode(NEW.email, {}, askEmail)),
  post(CONFIRM, 409, { token: CODE }, async (api) => {
    await askEmail(api);
    const token = await codeOf(api, NEW.email);
    await signUp(api, NEW);
    return { payload: { token } };
  }),
  ...always('POST', CONFIRM, { payload: { token: CODE } }),

  get('/v1/account/audit', 200, asBen()),
  get('/v1/account/audit', 422, asBen(), '/v1/account/audit?cursor=x'),
  ...always('GET', '/v1/account/audit'),
  ...others('GET', '/v1/account/audit'),

  post(SESSIONS, 201, logIn, onlySignUp),
  post(SESSIONS, 201, { ...BEN, as: 'cookie' }, (api) =>
    signUp(api).then(() => ({ headers: { 'sec-fetch-site': 'same-origin' } })),
  ),
  post(SESSIONS, 401, logIn),
  post(SESSIONS, 403, { ...BEN, as: 'cookie' }),
  post(SESSIONS, 429, logIn, guess),
  ...always('POST', SESSIONS, { payload: logIn }),

  post(
    REFRESH,
    200,
    {},
    asBen((_, { refreshToken }) => ({ payload: { refreshToken } })),
  ),
  post(REFRESH, 401, { refreshToken: 'x' }),
  post(REFRESH, 403, {}, undefined, { cookie: 'slipstream-refresh=ssr_x', 'sec-fetch-site': 'cross-site' }),
  ...always('POST', REFRESH, { payload: { refreshToken: 'x' } }),

  get(SESSIONS, 200, asBen()),
  get(SESSIONS, 422, asBen(), `${SESSIONS}?limit=0`),
  ...always('GET', SESSIONS),
  ...others('GET', SESSIONS),
  ...[SESSIONS, `${SESSIONS}/current`].flatMap((path): Scenario[] => [
    [path, 204, path, undefined, asBen(), { method: 'DELETE' }],
    [path, 422, `${path}?colour=red`, undefined, asBen(), { method: 'DELETE' }],
    ...always('DELETE', path),
    ...others('DELETE', path),
  ]),
  [SESSION, 204, SESSION, '', asBen((_, { session }) => ({ url: `${SESSIONS}/${session}` })), { method: 'DELETE' }],
  [SESSION, 404, `${SESSIONS}/${NO_ID}`, '', asBen(), { method: 'DELETE' }],
  [SESSION, 422, `${SESSIONS}/1`, '', asBen(), { method: 'DELETE' }],
  ...always('DELETE', SESSION, { url: `${SESSIONS}/${NO_ID}` }),
  ...others('DELETE', SESSION, { url: `${SESSIONS}/${NO_ID}` }),

  [REGISTER, 200, FIND, 'operator', onlySignUp],
  [REGISTER, 401, FIND],
  [REGISTER, 403, FIND, 'watch-1'],
  [REGISTER, 404, FIND, 'operator'],
  [REGISTER, 422, '/v1/accounts?email=ben', 'operator'],
  ...always('GET', REGISTER, { url: FIND }),

  roles(200, rolesOf('"account-1"')),
  roles(404, () => ({ headers: { 'if-match': '"account-1"' } })),
  roles(412, rolesOf('"account-7"')),
  roles(428, rolesOf(undefined)),
  ...always('PUT', ROLES, noRoles),
  ...others('PUT', ROLES, noRoles),

  [AUDIT, 200, AUDIT, 'operator', onlySignUp],
  [AUDIT, 401, AUDIT],
  [AUDIT, 403, AUDIT, 'watch-1'],
  [AUDIT, 422, `${AUDIT}?limit=0`, 'operator'],
  ...always('GET', AUDIT),

  ['/v1/operations/mail', 200, '/v1/operations/mail', 'operator', onlySignUp],
  ['/v1/operations/mail', 401, '/v1/operations/mail'],
  ['/v1/operations/mail', 403, '/v1/operations/mail', 'watch-1'],
  ['/v1/operations/mail', 503, '/v1/operations/mail', 'unsure'],
];
