import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { RecordFact, WorkoutFact } from '../../schemas/facts.ts';
import { type RecordClaim, recordId } from '../../schemas/record.ts';
import { logIn, signUp } from '../accounts/accounts-for-tests.ts';
import { storedActivity } from '../activities/activity.arbitrary.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import type { News } from './notifications.ts';

/** Polls for a condition that processes bring about, and fails after a minute. */
export async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const endMs = Date.now() + 60_000;
  while (!(await isTrue())) {
    assert.ok(Date.now() < endMs, `${what}: not within a minute`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface Reader {
  readonly account: string;
  readonly athlete: string;
  readonly email: string;
  /** Good for a quarter of an hour: see {@link tokenOf}. */
  readonly token: string;
}

const PASSWORD = 'correct horse battery';

/** Somebody who has signed up. */
export async function someone(api: TestApi, email = 'ben@example.test'): Promise<Reader> {
  const { accessToken: token } = await signUp(api, { email, password: PASSWORD });
  const { id: account, athlete } = (await api.get('/v1/account', token)).body;
  return { account, athlete, email, token };
}

/** Of another session, however much time has passed. */
export async function tokenOf(api: TestApi, { email }: Reader): Promise<string> {
  return (await logIn(api, { email, password: PASSWORD })).accessToken;
}

/** As a processor says that an athlete holds a record, or holds it no more. */
export function recordFact(claim: Partial<RecordClaim> & Pick<RecordClaim, 'athlete' | 'endMs'>): RecordFact {
  const record: RecordClaim = {
    ...{
      sport: 'run',
      kind: 'distance',
      name: '5 km',
      value: 1_450,
      activity: '00000000000000a1',
      activityRevision: 1,
    },
    ...{ startMs: claim.endMs - 1_450_000, interpolated: 0, status: 'set', revision: 1, replaces: null },
    ...claim,
  };
  const kind = record.status === 'set' ? 'record.set' : 'record.withdrawn';
  const { revision, endMs: eventTimeMs } = record;
  const known = { epoch: 1, knownAtMs: eventTimeMs, versions: {} };
  return { kind, entity: recordId(record), revision, eventTimeMs, record, ...known };
}

export function finishedFact(athlete: string, id: string, endMs: number): WorkoutFact {
  const activity = { ...storedActivity({ startMs: endMs - 3_600_000 }), athlete, id };
  const known = { revision: 1, epoch: 1, knownAtMs: endMs, versions: {} };
  return { kind: 'workout.finished', entity: id, eventTimeMs: endMs, activity, ...known };
}

let published = 0;
/** Under an id of its own: the same fact may come again, long after the stream looks for repeats. */
export async function publishFact({ facts }: TestApi, fact: RecordFact | WorkoutFact): Promise<void> {
  const data = Buffer.from(JSON.stringify(fact));
  await facts.publish(`facts.${fact.kind}.${fact.entity}`, data, { msgId: `test-${++published}`, headers: {} });
}

/** News of a record, without facts. */
export function recordNews({ account }: Reader, key: string, eventMs: number, value = 1_450): News<'record'> {
  const records = { r1: { kind: 'distance', name: '5 km', value, before: 1_500 } as const };
  return { account, kind: 'record', key, data: { activity: key, sport: 'run', records }, eventMs };
}

export function notify(api: TestApi, news: News<'record'>): Promise<void> {
  return api.database.kysely.transaction().execute((one) => api.news.notifications.notify(one, news));
}

export function withdraw(api: TestApi, { account, kind, key }: News<'record'>): Promise<void> {
  return api.database.kysely
    .transaction()
    .execute((one) => api.news.notifications.withdraw(one, { account, kind, key }));
}

export async function listOf(api: TestApi, reader: Reader, query = '') {
  const { status, body } = await api.get(`/v1/notifications${query}`, await tokenOf(api, reader));
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** Letters about news, the oldest first. */
export function newsLetters({ mailer }: TestApi): [subject: string, text: string][] {
  return [...mailer.caught()]
    .reverse()
    .filter(({ text }) => text.includes('Slipstream') || text.includes('/?activity='))
    .map(({ subject, text }) => [subject, text]);
}

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A program or a push service on this machine, which answers as it is told to. */
export async function openReceiver(t: Pick<TestContext, 'after'>) {
  const received: Received[] = [];
  const receiver = { url: '', received, status: 200, headers: {} as Record<string, string> };
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) });
    response.writeHead(receiver.status, receiver.headers).end('thank you');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return receiver;
}
