import { signal } from '@preact/signals';
import { ATHLETE_ACCESS, forgetAccess, type KeptAccess, readAccess } from './kept-access.ts';
import { problemOf } from './problem-error.ts';
import { keep, kept } from './race/keep.ts';

/**
 * What this browser knows of a log-in. The tokens are in cookies that no script can read; this only says that there are
 * some, whose they are, and which pair it is.
 */
export interface KeptSession {
  /** When the newest access token ends: each pair has another, so it names the pair. */
  readonly accessExpiresMs: number;
  readonly account: string;
  readonly email: string;
  /** Only for what is offered: what somebody may do the API judges. */
  readonly roles?: readonly string[];
}

interface OpenedSession {
  readonly accessExpiresMs: number;
}

interface OwnAccount {
  readonly id: string;
  readonly email: string;
  readonly roles: readonly string[];
}

const NAME = 'session';
const JSON_TYPE = { 'content-type': 'application/json' };
/** Names of a 401 that another access token may mend; a wrong password is none. */
const TOKEN_PROBLEMS = ['missing_token', 'bad_token', 'expired_token', 'revoked_token'];

export const keptSession = () => kept(NAME) as KeptSession | null;

export const session = signal<KeptSession | null>(null);
/** It ended without anybody here having logged out: elsewhere, or after its time. */
export const hasEnded = signal(false);

/** Takes what is kept, and follows what other tabs of this browser do. */
export function followSession(): void {
  session.value = keptSession();
  addEventListener('storage', ({ key }) => {
    if (key !== null && !key.endsWith(NAME)) return;
    const now = keptSession();
    if (now === null && session.peek() !== null) hasEnded.value = true;
    session.value = now;
  });
}

/** For the pages that are an athlete's own: a token of the link, or the log-in. Null without either. */
export function readOwnAccess(): KeptAccess | null {
  return readAccess(ATHLETE_ACCESS) ?? (keptSession() === null ? null : { token: '', athlete: '' });
}

function note(next: KeptSession | null): void {
  keep(NAME, next);
  session.value = next;
}

const post = (path: string, body: object) =>
  fetch(path, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) });

/**
 * Logs in; where the account has a second factor, the challenge that asks for its code comes back, and nobody is logged
 * in yet. Throws ProblemError with what the API said, TypeError when it cannot be reached; so do all of these.
 */
export async function logIn(email: string, password: string): Promise<string | null> {
  const opened = await post('/v1/sessions', { email, password, as: 'cookie' });
  if (!opened.ok) throw await problemOf(opened);
  if (opened.status === 202) return ((await opened.json()) as { challenge: string }).challenge;
  await enter(opened);
  return null;
}

/** The second step: a code of the app, or for recovery. */
export async function completeLogIn(challenge: string, code: string): Promise<void> {
  const opened = await post('/v1/sessions/completions', { challenge, code });
  if (!opened.ok) throw await problemOf(opened);
  await enter(opened);
}

async function enter(opened: Response): Promise<void> {
  const { accessExpiresMs } = (await opened.json()) as OpenedSession;
  note({ accessExpiresMs, ...(await readOwn()) });
  hasEnded.value = false;
  // Whose link was opened in this tab before is not who is here now.
  forgetAccess(ATHLETE_ACCESS);
}

async function readOwn(): Promise<Omit<KeptSession, 'accessExpiresMs'>> {
  const answer = await sessionFetch('/v1/account');
  if (!answer.ok) throw await problemOf(answer);
  const { id, email, roles } = (await answer.json()) as OwnAccount;
  return { account: id, email, roles };
}

/** The address may have changed meanwhile. */
export async function readAccount(): Promise<void> {
  const own = await readOwn();
  const now = keptSession();
  if (now !== null) note({ ...now, ...own });
}

/** `everywhere`: every other session ends as well. */
export async function logOut(everywhere = false): Promise<void> {
  const answer = await sessionFetch(everywhere ? '/v1/sessions' : '/v1/sessions/current', { method: 'DELETE' });
  // A session that has ended already is what was wanted.
  if (!answer.ok && answer.status !== 401) throw await problemOf(answer);
  note(null);
  hasEnded.value = false;
}

/** The account is gone, and its cookies with it. */
export function forgetSession(): void {
  note(null);
  hasEnded.value = false;
}

/**
 * Asks the API by the cookie of who has logged in. An access token that is over is replaced by the next one, once, and
 * the request is sent again; where that is refused the session has ended, which `hasEnded` says. `fetchBy` sends as
 * fetch does.
 */
export async function sessionFetch(
  path: string,
  init: RequestInit = {},
  fetchBy: (path: string, init: RequestInit) => Promise<Response> = fetch,
): Promise<Response> {
  const before = keptSession();
  const answer = await fetchBy(path, init);
  if (before === null || answer.status !== 401) return answer;
  const { problem } = await problemOf(answer.clone());
  if (!TOKEN_PROBLEMS.includes(problem) || !(await refreshSession(before))) return answer;
  return fetchBy(path, init);
}

/**
 * The next pair of tokens after that one. A refresh token that comes twice ends the session, so tabs ask in turn, and
 * the second finds that the first has done it. False when the session is over.
 */
export function refreshSession(before: KeptSession): Promise<boolean> {
  return inTurn(async () => {
    const now = keptSession();
    if (now === null) return false;
    if (now.accessExpiresMs !== before.accessExpiresMs) return true;
    const answer = await post('/v1/sessions/refresh', {});
    if (answer.ok) {
      const { accessExpiresMs } = (await answer.json()) as OpenedSession;
      note({ ...now, accessExpiresMs });
      return true;
    }
    if (answer.status !== 401) throw await problemOf(answer);
    note(null);
    hasEnded.value = true;
    return false;
  });
}

let last: Promise<unknown> = Promise.resolve();

/** One after the other in all tabs of this browser; where it has no locks, in this one. */
function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (navigator.locks !== undefined) return navigator.locks.request('slipstream-refresh', work);
  const result = last.then(work);
  // Whoever asked hears of it; the next one has its turn all the same.
  last = result.catch(() => undefined);
  return result;
}
