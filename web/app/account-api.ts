import { problemOf } from '../problem-error.ts';
import { sessionFetch } from '../session.ts';
import { noteReached } from './network.ts';

/** What the API answers about accounts, as far as the application reads it. */
export interface OpenSession {
  readonly id: string;
  readonly isCurrent: boolean;
  readonly seenMs: number;
  readonly agent: string;
  readonly address: string;
}

export interface SessionPage {
  readonly sessions: readonly OpenSession[];
  readonly next: string | null;
}

/** Throws ProblemError with what the API said, TypeError when it cannot be reached; so do all of these. */
export async function send(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const asked = sessionFetch(`/v1${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
  });
  noteReached(asked);
  const answer = await asked;
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

export const read = async <Answer>(path: string) => (await (await send('GET', path)).json()) as Answer;

/** A letter follows, whether the address has an account or not. `consents` has the version of each text agreed to. */
export const register = (email: string, password: string, consents: object, key: string) =>
  send('POST', '/accounts', { email, password, consents }, { 'idempotency-key': key });
export const verify = (token: string, password: string) => send('POST', '/accounts/verifications', { token, password });
export const askReset = (email: string) => send('POST', '/password-resets', { email });
export const reset = (token: string, password: string) =>
  send('POST', '/password-resets/completions', { token, password });
export const confirmEmail = (token: string) => send('POST', '/account/email/confirmations', { token });
export const changePassword = (current: string, password: string) =>
  send('PUT', '/account/password', { current, password });
export const askEmailChange = (password: string, email: string) => send('PUT', '/account/email', { password, email });
export const readSessions = (cursor: string | null) =>
  read<SessionPage>(`/sessions?limit=20${cursor === null ? '' : `&cursor=${cursor}`}`);
export const endSession = (id: string) => send('DELETE', `/sessions/${id}`);
