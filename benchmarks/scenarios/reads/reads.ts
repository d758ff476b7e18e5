import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../stack/ports.ts';
import { coresOf, openAccount } from '../../cpu-account.ts';
import { startDeployment } from '../../deployment/deployment.ts';
import { copyPerson, fillDiary, fillNews, idOf, settle } from '../../deployment/diary-rows.ts';
import { type Person, signUp } from '../../deployment/person.ts';
import { startPostgresql } from '../../deployment/postgresql.ts';
import { type Figure, figureOf, ratioOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { type AskPlan, askAgainAndAgain } from './asker.ts';
import type { EmptyRoutesAnswer, EmptyRoutesPlan } from './empty-routes.ts';

const [STREAM_WORKOUT, MANUAL_WORKOUT] = [idOf(1_001), idOf(1_000)];
/** Simple reads: what each answers is one look into PostgreSQL. */
const ROUTES = {
  account: '/v1/account',
  profile: '/v1/profile',
  workout: `/v1/workouts/${STREAM_WORKOUT}`,
  workoutByHand: `/v1/workouts/${MANUAL_WORKOUT}`,
  notifications: '/v1/notifications',
  preferences: '/v1/notifications/preferences',
  consents: '/v1/consents',
  sessions: '/v1/sessions',
} as const;
type RouteName = keyof typeof ROUTES;
const NAMES = Object.keys(ROUTES) as RouteName[];

const CONNECTIONS = 32;
const NEWS = 120;
const REAL = { people: 200, workouts: 2_000, turnMs: 1_200, warmUpMs: 800 };
const SMOKE = { people: 40, workouts: 1_100, turnMs: 100, warmUpMs: 50 };
const START_TIMEOUT_MS = 10_000;

/**
 * What a simple authenticated read reaches, of what an empty Fastify route with the same payload does. Each connection
 * is another person's, so nothing can be read once for all of them.
 */
export async function runReads(deps: ScenarioDeps): Promise<Outcome> {
  const { options, say } = deps;
  const { people, workouts, turnMs, warmUpMs } = options.smoke ? SMOKE : REAL;
  const postgresql = await startPostgresql(deps);
  const deployment = await startDeployment(deps, { postgresUrl: postgresql.url });
  const signal = AbortSignal.any([deps.signal, deployment.lostSignal]);
  const person = await signUp(deployment, 'reader@example.test', signal);
  const endsMs = Date.now();
  await sayOfOneself(deployment.urls.api, person, signal);
  const tokens = [person.accessToken];
  for (let nth = 0; nth < people; nth++) {
    const { account, accessToken } = nth === 0 ? person : await copyPerson(postgresql, person.account, nth);
    await fillDiary(postgresql, account, { workouts: nth < CONNECTIONS ? workouts : workouts / 10, endsMs });
    await fillNews(postgresql, account, { news: NEWS, endsMs });
    tokens[nth] = accessToken;
  }
  await settle(postgresql);

  const headersOf = (nth: number) => [`authorization: Bearer ${tokens[nth]}`];
  const payloads = await readAll(deployment.urls.api, person, signal);
  const empty = await startEmptyRoutes(deps, payloads);
  const api = { ...addressOf(deployment.urls.api), headersOf };
  const sides = { api, empty: { ...empty.address, headersOf } };
  const ask = (side: keyof typeof sides, name: RouteName, forMs: number) =>
    askAgainAndAgain({ ...sides[side], path: ROUTES[name], connections: CONNECTIONS, forMs, signal } as AskPlan);
  for (const name of NAMES) for (const side of ['api', 'empty'] as const) await ask(side, name, warmUpMs);

  const turns = { api: byRoute(), empty: byRoute() };
  const close = openAccount(new Map([...deployment.pids, ['empty', empty.pid], ['bench', process.pid]]));
  for (let round = 0; round < options.rounds; round++) {
    for (const name of NAMES) {
      // Who begins changes, for what a processor is clocked at changes with the load before.
      const order = round % 2 === 0 ? (['api', 'empty'] as const) : (['empty', 'api'] as const);
      for (const side of order) turns[side][name].push(await ask(side, name, turnMs));
    }
    say(NAMES.map((name) => `${name} ${count(turns.api[name][round] / turns.empty[name][round])}`).join(', '));
  }
  const account = close();
  const ratios = NAMES.map((name) => [name, ratioOf(turns.api[name], turns.empty[name])] as const);
  const least = ratios.reduce((a, b) => (b[1].value < a[1].value ? b : a));
  const figures: Record<string, Figure> = {
    leastRatio: least[1],
    ...Object.fromEntries(ratios.map(([name, ratio]) => [`ratio.${name}`, ratio])),
    ...Object.fromEntries(NAMES.map((name) => [`readsPerS.${name}`, figureOf(turns.api[name])])),
    ...Object.fromEntries(NAMES.map((name) => [`emptyPerS.${name}`, figureOf(turns.empty[name])])),
  };
  return {
    lines: ratios.map(([name, ratio]) => `${name.padEnd(16)}${inRange(ratio)} of an empty route`),
    figures,
    notes: [
      `the least is \`${least[0]}\`; ${CONNECTIONS} connections of as many people, of ${people}; ${turnMs} ms a turn`,
    ],
    measured: { routes: ROUTES, turns, bytes: bytesOf(payloads), cores: coresOf(account), account },
    reasons: [],
  };
}

const byRoute = () => Object.fromEntries(NAMES.map((name) => [name, []])) as unknown as Record<RouteName, number[]>;

function addressOf(url: string): { host: string; port: number } {
  const { hostname: host, port } = new URL(url);
  return { host, port: Number(port) };
}

const bytesOf = (payloads: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(payloads).map(([path, payload]) => [path, JSON.stringify(payload).length]));

/** A profile with something in it. */
async function sayOfOneself(api: string, { accessToken }: Person, signal: AbortSignal): Promise<void> {
  const profile = {
    ...{ birthDate: '1985-03-01', sex: 'female', timeZone: 'Europe/Vienna', region: 'AT' },
    body: ['2024-01-01', '2025-01-01', '2026-01-01'].map((from, i) => ({
      from,
      weightKg: 62 + i,
      restingHeartRateBpm: 48,
    })),
    heart: [{ from: '2024-01-01', maxHeartRateBpm: 188 }],
    privacyZones: [{ name: 'home', latitude: 48.2, longitude: 16.37, radiusM: 300 }],
  };
  const answer = await fetch(`${api}/v1/profile`, {
    method: 'PUT',
    headers: {
      ...{ authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      'if-match': '"profile-0"',
    },
    body: JSON.stringify(profile),
    signal,
  });
  if (!answer.ok) throw new Error(`the profile was answered with ${answer.status}: ${await answer.text()}`);
}

/** What each route answers, by its path. */
async function readAll(api: string, { accessToken }: Person, signal: AbortSignal): Promise<Record<string, unknown>> {
  const all: [string, unknown][] = [];
  for (const path of Object.values(ROUTES)) {
    const answer = await fetch(api + path, { headers: { authorization: `Bearer ${accessToken}` }, signal });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${JSON.stringify(body)}`);
    all.push([path, body]);
  }
  return Object.fromEntries(all);
}

/** In a process of its own, as the API is. */
async function startEmptyRoutes({ release }: ScenarioDeps, payloads: EmptyRoutesPlan['payloads']) {
  const child = fork(fileURLToPath(new URL('empty-routes.ts', import.meta.url)));
  const ended = once(child, 'exit');
  release.add('the empty routes', async () => {
    child.disconnect();
    await ended;
  });
  const address = { host: '127.0.0.1', port: await freePort() };
  child.send({ ...address, payloads } satisfies EmptyRoutesPlan);
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  const [said] = (await once(child, 'message', { signal })) as [EmptyRoutesAnswer];
  if (said !== 'listening') throw new Error(`the empty routes do not listen: ${said.trouble}`);
  return { address, pid: child.pid! };
}
