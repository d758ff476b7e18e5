import assert from 'node:assert/strict';
import type { TestApi } from '../../openapi-for-tests.ts';
import { BEN, type OpenedTestSession, PASSWORD, signUp } from '../accounts-for-tests.ts';
import { totpCode } from './totp.ts';

export const SECOND_FACTOR = '/v1/account/second-factor';
/** A step of time: each code of it is good once. */
export const STEP_MS = 30_000;

export interface Enrolled {
  readonly secret: string;
  readonly uri: string;
}

/** What the app shows now. */
export const codeNow = (api: TestApi, { secret }: Pick<Enrolled, 'secret'>) => totpCode(secret, api.clock.nowMs());

/** A code that was right: of ten minutes ago. */
export const staleCode = (api: TestApi, { secret }: Pick<Enrolled, 'secret'>) =>
  totpCode(secret, api.clock.nowMs() - 20 * STEP_MS);

export async function enrol(api: TestApi, token: string, password = PASSWORD): Promise<Enrolled> {
  const answer = await api.ask({ method: 'POST', url: SECOND_FACTOR, payload: { password } }, token);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

export interface WithSecondFactor extends OpenedTestSession, Enrolled {
  readonly recoveryCodes: readonly string[];
}

/** Somebody who has signed up, and whose second factor is on; the next code is not used yet. */
export async function signUpWithSecondFactor(api: TestApi, who = BEN): Promise<WithSecondFactor> {
  const opened = await signUp(api, who);
  const enrolled = await enrol(api, opened.accessToken, who.password);
  const payload = { code: codeNow(api, enrolled) };
  const { status, body } = await api.ask(
    { method: 'POST', url: `${SECOND_FACTOR}/confirmations`, payload },
    opened.accessToken,
  );
  assert.equal(status, 200, JSON.stringify(body));
  await api.clock.advance(STEP_MS);
  return { ...opened, ...enrolled, recoveryCodes: body.recoveryCodes };
}

/** The first step of a log-in. */
export async function challengeOf(api: TestApi, { email, password } = BEN, as = 'token', agent = 'lightMyRequest') {
  const payload = { email, password, as };
  const headers = { 'user-agent': agent, 'sec-fetch-site': 'same-origin' };
  const { status, body } = await api.ask({ method: 'POST', url: '/v1/sessions', payload, headers });
  assert.equal(status, 202, JSON.stringify(body));
  return body as { next: string; challenge: string; expiresMs: number };
}

/** The second step. */
export const complete = (api: TestApi, challenge: string, code: string, headers: Record<string, string> = {}) =>
  api.ask({ method: 'POST', url: '/v1/sessions/completions', payload: { challenge, code }, headers });
