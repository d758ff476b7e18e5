import { always, asBen, NO_ID, others } from '../accounts/account-scenarios-for-tests.ts';
import type { TestRequest } from '../api-for-tests.ts';
import type { Prepared, Scenario, TestApi } from '../openapi-for-tests.ts';

const [LIST, READINGS, PREFERENCES] = ['', '/readings', '/preferences'].map((part) => `/v1/notifications${part}`);
const [KEY, SUBSCRIPTIONS, WEBHOOKS] = ['push-key', 'push-subscriptions', 'webhooks'].map(
  (part) => `/v1/notifications/${part}`,
);
const SUBSCRIPTION = `${SUBSCRIPTIONS}/{id}`;
const WEBHOOK = `${WEBHOOKS}/{id}`;
const NO_SUBSCRIPTION = `${SUBSCRIPTIONS}/${NO_ID}`;
const NO_WEBHOOK = `${WEBHOOKS}/${NO_ID}`;

const preferences = { quietHours: { from: '22:00', to: '07:00' }, kinds: {} };
const subscription = { endpoint: 'https://push.test/1', p256dh: `B${'A'.repeat(86)}`, auth: 'A'.repeat(22) };
const webhook = { url: 'https://hooks.test/1' };
const change = { ...webhook, isEnabled: false };
const key = { 'idempotency-key': 'k' };

type Send = TestRequest['method'];
/** As ben, who has done something before. */
const ask =
  (method: Send, url: string, payload: object, headers?: Record<string, string>) =>
  (api: TestApi, { accessToken }: { accessToken: string }) =>
    api.ask({ method, url, payload, headers }, accessToken);

/** A request of ben's. */
const own = (
  path: string,
  status: number,
  said: Partial<TestRequest>,
  before?: (api: TestApi, ben: { accessToken: string }) => Promise<Prepared | unknown>,
): Scenario => [
  ...([path, status, said.url ?? path, undefined] as const),
  asBen(async (api, ben) => preparedOf(await before?.(api, ben))),
  said,
];
const preparedOf = (said: unknown): Prepared =>
  typeof said === 'object' && said !== null && 'prepared' in said ? (said.prepared as Prepared) : {};

/** The one that ben has made. */
const made =
  (url: string, payload: object, headers: Record<string, string> = {}, part = '') =>
  async (api: TestApi, ben: { accessToken: string }) => {
    const { body } = await ask('POST', url, payload)(api, ben);
    return { prepared: { url: `${url}/${body.id}${part}`, headers } satisfies Prepared };
  };

const five = async (api: TestApi, ben: { accessToken: string }) => {
  for (let i = 0; i < 5; i++) await ask('POST', WEBHOOKS, webhook)(api, ben);
};

export const newsScenarios: Scenario[] = [
  own(LIST, 200, {}),
  own(LIST, 422, { url: `${LIST}?limit=0` }),
  ...always('GET', LIST),
  ...others('GET', LIST),

  own(READINGS, 200, { method: 'POST', payload: { upTo: '1' } }),
  own(READINGS, 422, { method: 'POST', payload: {} }),
  ...always('POST', READINGS, { payload: { upTo: '1' } }),
  ...others('POST', READINGS, { payload: { upTo: '1' } }),

  own(PREFERENCES, 200, {}),
  own(PREFERENCES, 422, { url: `${PREFERENCES}?colour=red` }),
  ...always('GET', PREFERENCES),
  ...others('GET', PREFERENCES),
  ...(
    [
      [200, preferences, '"notification-preferences-0"'],
      [412, preferences, '"notification-preferences-7"'],
      [422, { ...preferences, quietHours: { from: '22:00', to: '22:00' } }, '"notification-preferences-0"'],
    ] as const
  ).map(([status, payload, tag]) => own(PREFERENCES, status, { method: 'PUT', payload, headers: { 'if-match': tag } })),
  own(PREFERENCES, 428, { method: 'PUT', payload: preferences }),
  ...always('PUT', PREFERENCES, { payload: preferences }),
  ...others('PUT', PREFERENCES, { payload: preferences }),

  own(KEY, 200, {}),
  own(KEY, 422, { url: `${KEY}?colour=red` }),
  ...always('GET', KEY),
  ...others('GET', KEY),

  own(SUBSCRIPTIONS, 200, {}, ask('POST', SUBSCRIPTIONS, subscription)),
  own(SUBSCRIPTIONS, 422, { url: `${SUBSCRIPTIONS}?colour=red` }),
  ...always('GET', SUBSCRIPTIONS),
  ...others('GET', SUBSCRIPTIONS),
  own(SUBSCRIPTIONS, 201, { method: 'POST', payload: subscription }),
  own(
    SUBSCRIPTIONS,
    422,
    { method: 'POST', payload: { ...subscription, endpoint: 'https://push.test/2' }, headers: key },
    ask('POST', SUBSCRIPTIONS, subscription, key),
  ),
  own(SUBSCRIPTIONS, 422, { method: 'POST', payload: { ...subscription, endpoint: 'https://10.0.0.1/' } }),
  ...always('POST', SUBSCRIPTIONS, { payload: subscription }),
  ...others('POST', SUBSCRIPTIONS, { payload: subscription }),
  own(SUBSCRIPTION, 204, { method: 'DELETE' }, made(SUBSCRIPTIONS, subscription)),
  own(SUBSCRIPTION, 404, { method: 'DELETE', url: NO_SUBSCRIPTION }),
  own(SUBSCRIPTION, 422, { method: 'DELETE', url: `${SUBSCRIPTIONS}/1` }),
  ...always('DELETE', SUBSCRIPTION, { url: NO_SUBSCRIPTION }),
  ...others('DELETE', SUBSCRIPTION, { url: NO_SUBSCRIPTION }),

  own(WEBHOOKS, 200, {}, ask('POST', WEBHOOKS, webhook)),
  own(WEBHOOKS, 422, { url: `${WEBHOOKS}?colour=red` }),
  ...always('GET', WEBHOOKS),
  ...others('GET', WEBHOOKS),
  own(WEBHOOKS, 201, { method: 'POST', payload: webhook }),
  own(WEBHOOKS, 409, { method: 'POST', payload: webhook }, five),
  own(
    WEBHOOKS,
    422,
    { method: 'POST', payload: { url: 'https://hooks.test/2' }, headers: key },
    ask('POST', WEBHOOKS, webhook, key),
  ),
  own(WEBHOOKS, 422, { method: 'POST', payload: { url: 'ftp://hooks.test/' } }),
  ...always('POST', WEBHOOKS, { payload: webhook }),
  ...others('POST', WEBHOOKS, { payload: webhook }),
  own(WEBHOOK, 200, { method: 'PUT', payload: change }, made(WEBHOOKS, webhook, { 'if-match': '"webhook-1"' })),
  own(WEBHOOK, 404, { method: 'PUT', url: NO_WEBHOOK, payload: change, headers: { 'if-match': '"webhook-1"' } }),
  own(WEBHOOK, 412, { method: 'PUT', payload: change }, made(WEBHOOKS, webhook, { 'if-match': '"webhook-7"' })),
  own(WEBHOOK, 428, { method: 'PUT', payload: change }, made(WEBHOOKS, webhook)),
  ...always('PUT', WEBHOOK, { url: NO_WEBHOOK, payload: change }),
  ...others('PUT', WEBHOOK, { url: NO_WEBHOOK, payload: change }),
  own(WEBHOOK, 204, { method: 'DELETE' }, made(WEBHOOKS, webhook)),
  own(WEBHOOK, 404, { method: 'DELETE', url: NO_WEBHOOK }),
  own(WEBHOOK, 422, { method: 'DELETE', url: `${WEBHOOKS}/1` }),
  ...always('DELETE', WEBHOOK, { url: NO_WEBHOOK }),
  ...others('DELETE', WEBHOOK, { url: NO_WEBHOOK }),
  own(`${WEBHOOK}/secret`, 200, {}, made(WEBHOOKS, webhook, {}, '/secret')),
  own(`${WEBHOOK}/secret`, 404, { url: `${NO_WEBHOOK}/secret` }),
  own(`${WEBHOOK}/secret`, 422, { url: `${WEBHOOKS}/1/secret` }),
  ...always('GET', `${WEBHOOK}/secret`, { url: `${NO_WEBHOOK}/secret` }),
  ...others('GET', `${WEBHOOK}/secret`, { url: `${NO_WEBHOOK}/secret` }),
  own(`${WEBHOOK}/deliveries`, 200, {}, made(WEBHOOKS, webhook, {}, '/deliveries')),
  own(`${WEBHOOK}/deliveries`, 404, { url: `${NO_WEBHOOK}/deliveries` }),
  own(`${WEBHOOK}/deliveries`, 422, { url: `${WEBHOOKS}/1/deliveries` }),
  ...always('GET', `${WEBHOOK}/deliveries`, { url: `${NO_WEBHOOK}/deliveries` }),
  ...others('GET', `${WEBHOOK}/deliveries`, { url: `${NO_WEBHOOK}/deliveries` }),
  // Nobody listens there, which is an answer.
  own(`${WEBHOOK}/tests`, 200, { method: 'POST' }, made(WEBHOOKS, { url: 'http://127.0.0.1:1/' }, {}, '/tests')),
  own(`${WEBHOOK}/tests`, 404, { method: 'POST', url: `${NO_WEBHOOK}/tests` }),
  own(`${WEBHOOK}/tests`, 422, { method: 'POST', url: `${WEBHOOKS}/1/tests` }),
  ...always('POST', `${WEBHOOK}/tests`, { url: `${NO_WEBHOOK}/tests` }),
  ...others('POST', `${WEBHOOK}/tests`, { url: `${NO_WEBHOOK}/tests` }),
];
