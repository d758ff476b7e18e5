import assert from 'node:assert/strict';
import { presentText } from '../../schemas/consent-texts.ts';
import type { TestApi } from '../openapi-for-tests.ts';

export const PASSWORD = 'correct horse battery';
export const BEN = { email: 'ben@example.test', password: PASSWORD };

export interface OpenedTestSession {
  readonly session: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessExpiresMs: number;
  readonly expiresMs: number;
}

/** The code of the newest letter to an address. */
export async function codeOf(api: TestApi, email: string): Promise<string> {
  await api.identity.outbox.runDue();
  const letter = api.mailer.caught().find(({ to }) => to === email);
  const code = /The code alone: (\S+)/.exec(letter?.text ?? '')?.[1];
  assert.ok(code, `no letter with a code to ${email}`);
  return code;
}

/** What whoever signs up in tests agrees to. */
export const CONSENTS = { healthData: presentText('healthData').version };

/** Registers, confirms and logs in. */
export async function signUp(api: TestApi, who = BEN): Promise<OpenedTestSession> {
  await api.ask({ method: 'POST', url: '/v1/accounts', payload: { ...who, consents: CONSENTS } });
  const payload = { token: await codeOf(api, who.email), password: who.password };
  const verified = await api.ask({ method: 'POST', url: '/v1/accounts/verifications', payload });
  assert.equal(verified.status, 204, JSON.stringify(verified.body));
  return logIn(api, who);
}

export async function logIn(api: TestApi, who = BEN): Promise<OpenedTestSession> {
  const answer = await api.ask({ method: 'POST', url: '/v1/sessions', payload: { ...who, as: 'token' } });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}
