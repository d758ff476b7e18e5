import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { signToken } from '../../runtime/token.ts';
import { loadSigningKey } from '../../runtime/token-keys.ts';
import { presentText } from '../../schemas/consent-texts.ts';
import type { Deployment } from './deployment.ts';

/** Somebody who has signed up at a deployment and is logged in. */
export interface Person {
  readonly account: string;
  readonly athlete: string;
  /** Of the session; good for a quarter of an hour. */
  readonly accessToken: string;
}

const PASSWORD = 'correct horse battery';
const LIFETIME_MS = 3_600_000;
const LETTER_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** Signs somebody up as a page does, with the code of the letter that was caught. Throws what the API refuses. */
export async function signUp({ urls, tokenKey }: Deployment, email: string, signal: AbortSignal): Promise<Person> {
  async function ask(method: 'GET' | 'POST', path: string, body?: object, token?: string) {
    const headers = {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const answer = await fetch(`${urls.api}/v1${path}`, {
      ...{ method, headers, signal },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  const issuedMs = Date.now();
  const operator = await signToken(await loadSigningKey(tokenKey, '--token-key'), {
    ...{ role: 'operator', subject: 'bench', athlete: '', tokenId: randomUUID(), importer: false },
    ...{ issuedMs, expiresMs: issuedMs + LIFETIME_MS },
  });
  async function readCode(): Promise<string> {
    for (const untilMs = Date.now() + LETTER_WITHIN_MS; Date.now() < untilMs; await delay(LOOK_EVERY_MS)) {
      const { mails } = await ask('GET', '/operations/mail', undefined, operator);
      const letter = mails.find(({ to }: { to: string }) => to === email);
      const code = /The code alone: (\S+)/.exec(letter?.text ?? '')?.[1];
      if (code !== undefined) return code;
    }
    throw new Error(`no letter came to ${email}`);
  }

  const consents = { healthData: presentText('healthData').version };
  await ask('POST', '/accounts', { email, password: PASSWORD, consents });
  await ask('POST', '/accounts/verifications', { token: await readCode(), password: PASSWORD });
  const { accessToken } = await ask('POST', '/sessions', { email, password: PASSWORD, as: 'token' });
  const { id, athlete } = await ask('GET', '/account', undefined, accessToken);
  return { account: id, athlete, accessToken };
}
