import assert from 'node:assert/strict';
import { before, type TestContext, test } from 'node:test';
import type { Type } from 'typebox';
import { Errors } from 'typebox/schema';
import { closedAfterAll } from '../runtime/closings-for-tests.ts';
import { writeRace } from '../runtime/race-config.ts';
import { accountScenarios } from './accounts/account-scenarios-for-tests.ts';
import { PASSWORD, signUp } from './accounts/accounts-for-tests.ts';
import { secondFactorScenarios } from './accounts/second-factor/second-factor-scenarios-for-tests.ts';
import { activityScenarios, ended } from './activities/activity-scenarios-for-tests.ts';
import { createTestApi, HOT_MS, NOW_MS, type TestRequest } from './api-for-tests.ts';
import { gearLoad, publishedClaim, STATED } from './athletes/athlete.arbitrary.ts';
import { athleteScenarios } from './athletes/athlete-scenarios-for-tests.ts';
import { consentScenarios } from './consents/consent-scenarios-for-tests.ts';
import { deviceScenarios } from './devices/device-scenarios-for-tests.ts';
import { goalScenarios } from './goals/goal-scenarios-for-tests.ts';
import { healthScenarios } from './health-stores/health-scenarios-for-tests.ts';
import { importScenarios } from './imports/imports-for-tests.ts';
import { newsScenarios } from './notifications/news-scenarios-for-tests.ts';
import { OpenApiDocument } from './openapi.schema.ts';
import type { Prepared, Scenario, TestApi } from './openapi-for-tests.ts';
import { exportScenarios } from './own-data/export/export-scenarios-for-tests.ts';
import { ownDataScenarios } from './own-data/own-data-scenarios-for-tests.ts';
import { photoScenarios } from './photos/photo-scenarios-for-tests.ts';
import { type Audience, POLICY } from './policy.ts';
import { productScenarios } from './product/product-scenarios-for-tests.ts';
import { profileScenarios } from './profile/profile-scenarios-for-tests.ts';
import { countedActivity, countedEffort } from './progress/counted.arbitrary.ts';
import { progressScenarios } from './progress/progress-scenarios-for-tests.ts';
import { actScenarios } from './races/acts/acts-for-tests.ts';
import { previewScenarios } from './races/previews/previews-for-tests.ts';
import { raceScenarios } from './races/race-scenarios-for-tests.ts';
import { raceOfTwo } from './races/races-for-tests.ts';
import { setupScenarios } from './races/setup/setup-for-tests.ts';
import { rrRow, sampleRow } from './samples/rows.arbitrary.ts';
import { sampleScenarios } from './samples/sample-scenarios-for-tests.ts';
import { sharingScenarios } from './sharing/sharing-scenarios-for-tests.ts';
import { workoutEditScenarios } from './workouts/edits/edit-scenarios-for-tests.ts';
import { workoutScenarios } from './workouts/workout-scenarios-for-tests.ts';

/** An API with somebody's data and a race in it. */
async function openFilled(t: Pick<TestContext, 'after'>): Promise<TestApi> {
  const api = await createTestApi(t);
  api.activities.insert([ended]);
  api.athletes.insertClaims([publishedClaim()]);
  api.athletes.insertLoads([gearLoad()]);
  const efforts = [countedEffort({ startMs: ended.startMs })];
  api.counted.insert([countedActivity({ startMs: ended.startMs, efforts })]);
  api.setSettings(async () => STATED);
  api.cold.insert([sampleRow({ tsMs: NOW_MS - HOT_MS - 1 }, { power: 200, latitude: 1 })]);
  api.hot.insert([
    sampleRow({ tsMs: NOW_MS - 2, source: 'file:0123456789abcdef' }, { battery: 1_000 }),
    sampleRow({ tsMs: NOW_MS - 1 }, { power: 200, latitude: 1 }),
    rrRow({ tsMs: NOW_MS - 1 }, 8_000),
  ]);
  await writeRace(api.config, null, ...raceOfTwo);
  await api.clock.advance(0);
  return api;
}

/** Asked of what changes nothing; the document is the same of all. */
let unchanged: TestApi;
let document: Type.Static<typeof OpenApiDocument>;
let documented: Record<
  string,
  Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>
>;
const all = closedAfterAll();
before(async () => {
  unchanged = await openFilled(all);
  const { body } = await unchanged.get('/openapi.json');
  document = body;
  documented = body.paths;
});

function operationsOf({ paths }: Type.Static<typeof OpenApiDocument>) {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
  );
}

test('the document is OpenAPI 3.1', () => {
  const [isValid, errors] = Errors(OpenApiDocument, document);
  assert.deepEqual(errors, []);
  assert.equal(isValid, true);
});

test('names, tags, security schemes and path parameters of the document agree with each other', () => {
  const ids = new Set<string>();
  for (const { path, operation } of operationsOf(document)) {
    assert.equal(ids.has(operation.operationId), false, `${operation.operationId} twice`);
    ids.add(operation.operationId);
    for (const tag of operation.tags)
      assert.ok(
        document.tags.some(({ name }) => name === tag),
        tag,
      );
    for (const name of operation.security.flatMap(Object.keys))
      assert.ok(name in document.components.securitySchemes, name);
    const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    assert.deepEqual(
      inPath.map(({ name, required }) => [`{${name}}`, required]),
      (path.match(/\{\w+\}/g) ?? []).map((name) => [name, true]),
    );
  }
});

test('every route is in the document, and nothing else', () => {
  // A tree: each line is what a route adds to the one above that it is indented under.
  const above: string[] = [];
  const served: string[] = [];
  for (const line of unchanged.api.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent, part, methods] = /^([│├└─ ]*)(\S+)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (part === undefined) continue;
    const depth = indent.length / 4;
    above[depth] = `${above[depth - 1] ?? ''}${part}`;
    if (methods === undefined) continue;
    const path = above[depth].replace(/:(\w+)/g, '{$1}');
    for (const method of methods.split(', ')) if (method !== 'HEAD') served.push(`${method} ${path}`);
  }
  assert.deepEqual(
    operationsOf(document)
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
      .sort(),
    served.sort(),
  );
});

/** For each route and status: a request that gets it, with which token, after which change. */
const scenarios: Scenario[] = [
  ['/health/live', 200, '/health/live'],
  ['/health/ready', 200, '/health/ready'],
  ['/health/ready', 503, '/health/ready', undefined, ({ health }) => void health.register('x', () => ({ ok: false }))],
  ['/metrics', 200, '/metrics'],
  ['/openapi.json', 200, '/openapi.json'],
  ['/v1/ledger', 200, '/v1/ledger', 'operator'],
  ['/v1/ledger', 401, '/v1/ledger'],
  ['/v1/ledger', 403, '/v1/ledger', 'watch-1'],
  ['/v1/ledger', 500, '/v1/ledger', 'operator', ({ failLedger }) => failLedger(new Error('a mistake'))],
  ['/v1/ledger', 503, '/v1/ledger', 'unsure'],
  ['/v1/operations', 200, '/v1/operations', 'operator'],
  ['/v1/operations', 401, '/v1/operations'],
  ['/v1/operations', 403, '/v1/operations', 'watch-1'],
  [
    '/v1/operations',
    500,
    '/v1/operations',
    'operator',
    ({ clock }) => void Object.assign(clock, { nowMs: () => assert.fail('a mistake') }),
  ],
  ['/v1/operations', 503, '/v1/operations', 'unsure'],
  ...activityScenarios,
  ...raceScenarios,
  ...athleteScenarios,
  ...progressScenarios,
  ...sampleScenarios,
  ...accountScenarios,
  ...secondFactorScenarios,
  ...workoutScenarios,
  ...sharingScenarios,
  ...workoutEditScenarios,
  ...photoScenarios,
  ...profileScenarios,
  ...newsScenarios,
  ...consentScenarios,
  ...deviceScenarios,
  ...ownDataScenarios,
  ...exportScenarios,
  ...goalScenarios,
  ...importScenarios,
  ...healthScenarios,
  ...productScenarios,
  ...setupScenarios,
  ...actScenarios,
  ...previewScenarios,
];

/** What a preparation says of the request; most say nothing. */
function preparedOf(said: unknown): Prepared {
  return typeof said === 'object' && said !== null ? said : {};
}

for (const [path, status, url, token, prepare, said = {}] of scenarios) {
  const { method = 'GET', headers = {}, payload } = said;
  test(`${method} ${url} as ${token ?? 'nobody'} answers ${status} as documented`, async (t) => {
    const isHarmless = prepare === undefined && (status >= 400 || method === 'GET');
    if (isHarmless) await unchanged.database.empty();
    const api = isHarmless ? unchanged : await openFilled(t);
    const { token: own = token, ...more } = preparedOf(await prepare?.(api));
    const answer = await api.ask({ method, url, headers, payload, ...more }, own);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    if (status === 204) return assert.equal(answer.body, '');
    const mediaType = String(answer.headers['content-type']).split(';')[0];
    const { schema } = documented[path][method.toLowerCase()].responses[status].content[mediaType] ?? {};
    assert.ok(schema, `${mediaType} is not documented`);
    assert.deepEqual(Errors(schema, answer.body)[1], []);
  });
}

/** Who is let in where, said a second time: each route is walked as everybody below. */
const WALKED: Readonly<Record<Audience, readonly string[]>> = {
  everybody: ['stranger', 'operator', 'watch-1', 'ben-1', 'club', 'rival', 'mat', 'athlete', 'clerk', 'administrator'],
  operators: ['operator'],
  deviceItself: ['operator', 'watch-1'],
  athletesOwn: ['operator', 'watch-1'],
  raceOfficials: ['operator', 'club', 'clerk'],
  raceReaders: ['operator', 'club', 'mat', 'clerk'],
  people: ['athlete', 'clerk', 'administrator'],
  administrators: ['operator', 'administrator'],
};
/** Of no race in particular: every organiser is. */
const OF_NO_RACE = ['createRace', 'listOwnRaces'];

/** Bearer tokens of everybody: those of the tests, and of people who sign up with a role. */
async function everybody(api: TestApi): Promise<[string, string | undefined][]> {
  const tokens: [string, string | undefined][] = WALKED.everybody.slice(0, 7).map((name) => [name, name]);
  tokens[0][1] = undefined;
  for (const [who, said] of Object.entries({
    athlete: null,
    clerk: { roles: ['organiser'], organiser: 'club' },
    administrator: { roles: ['administrator', 'analyst'] },
  })) {
    const email = `${who}@example.test`;
    const { accessToken } = await signUp(api, { email, password: PASSWORD });
    tokens.push([who, accessToken]);
    if (said === null) continue;
    const { id, version } = (await api.get(`/v1/accounts?email=${email}`, 'operator')).body;
    const headers = { 'if-match': `"account-${version}"` };
    await api.ask({ method: 'PUT', url: `/v1/accounts/${id}/roles`, payload: said, headers }, 'operator');
  }
  return tokens;
}

test('the policy has a line for each route and none besides', () => {
  const ids = operationsOf(document).map(({ operation }) => operation.operationId);
  assert.deepEqual(ids.sort(), Object.keys(POLICY).sort());
});

test('every route lets in whom its line names, with ids that are others’, and nobody else', async (t) => {
  for (const { path, method, operation } of operationsOf(document)) {
    const { operationId: id, parameters = [] } = operation;
    const isIt = ([at, status, , , , said]: Scenario) =>
      at === path && status < 300 && (said?.method ?? 'GET').toLowerCase() === method;
    const [, , url, , prepare, said = {}] = scenarios.find(isIt) ?? assert.fail(`no good request to ${id}`);
    const api = await createTestApi(t);
    await writeRace(api.config, null, ...raceOfTwo);
    await api.clock.advance(0);
    const { token: _, ...more } = preparedOf(await prepare?.(api));
    const asksForAthlete = parameters.some(({ name, in: where }) => name === 'athlete' && where === 'query');
    const request = { method: method.toUpperCase(), url, ...said, ...more } as TestRequest;
    const address = asksForAthlete ? `${request.url}${request.url.includes('?') ? '&' : '?'}athlete=ann` : request.url;
    const allowed = [...WALKED[POLICY[id]], ...(OF_NO_RACE.includes(id) ? ['rival'] : [])];
    for (const [name, token] of await everybody(api)) {
      const { status, body } = await api.ask({ ...request, url: address }, token);
      const refused = token === undefined ? 401 : 403;
      const outcome = `${id} as ${name}: ${status} ${body?.type ?? ''}`;
      if (!allowed.includes(name)) assert.equal(status, refused, outcome);
      else if (POLICY[id] === 'everybody') assert.notEqual(status, 403, outcome);
      else assert.ok(status !== 401 && status !== 403, outcome);
    }
  }
});

test('every documented status of every route has a request above', () => {
  const documented = operationsOf(document).flatMap(({ path, method, operation }) =>
    Object.keys(operation.responses).map((status) => `${method.toUpperCase()} ${path} ${status}`),
  );
  const asked = scenarios.map(([path, status, , , , said]) => `${said?.method ?? 'GET'} ${path} ${status}`);
  assert.deepEqual([...new Set(asked)].sort(), documented.sort());
});
