import { isIP } from 'node:net';
import type { AccountCaller, Caller, RaceOfficial } from './caller.ts';
import { type About, type Audience, asOfficial, judge } from './policy.ts';
import { invalidParameter, Problem, type ProblemName } from './problem.ts';
import { assertSameOrigin, type Browsing, type Cookies } from './requests/cookies.ts';

/** What a token says once it has been checked, or why it counts for nothing. */
export type TokenVerdict =
  | { readonly ok: true; readonly caller: Caller }
  | {
      readonly ok: false;
      readonly reason: Extract<ProblemName, 'bad_token' | 'expired_token' | 'revoked_token' | 'revocations_unknown'>;
    };

/** The parts of a request that say who asks. */
export interface Asking extends Browsing {
  readonly headers: Browsing['headers'] & { readonly authorization?: string | undefined };
  /** Address of the peer of the socket. */
  readonly ip: string;
}

export interface Access {
  /** The caller, who is of that audience (api/policy.ts). Throws the problem that says why not. */
  admit(request: Asking, audience: Audience, about?: About): Promise<Caller>;
  /**
   * The caller, who is an operator or, where `device` is given, that device itself. Throws the problem that says why
   * not.
   */
  require(request: Asking, what: { device?: string }): Promise<Caller>;
  /**
   * Whose activities the caller may read: those of the athlete that its token was given for, or for an operator those
   * of the athlete that is asked for. Throws the problem that says why not.
   */
  requireAthlete(request: Asking, asked: string | undefined): Promise<string>;
  /** An operator or an organiser; a feed too, where `feeds` says so. Throws the problem that says why not. */
  requireOrganiser(request: Asking, who?: { feeds: boolean }): Promise<RaceOfficial>;
  /** A person's own account. Throws the problem that says why not. */
  requireAccount(request: Asking): Promise<AccountCaller>;
  /** Who may look after accounts, as the audit names them: an administrator, or an operator. */
  requireAdministrator(request: Asking): Promise<string>;
}

/**
 * `openLoopback` makes whoever asks from this machine an operator, token or not: for development. Behind a proxy on the
 * same machine that would be everybody.
 */
export function createAccess({
  verify,
  cookies,
  openLoopback,
}: {
  verify: (token: string) => Promise<TokenVerdict>;
  cookies: Cookies;
  openLoopback: boolean;
}): Access {
  const callers = new WeakMap<Asking, Promise<Caller>>();

  async function callerOf(request: Asking): Promise<Caller> {
    const { headers, ip } = request;
    const bearer = bearerOf(headers.authorization);
    const token = bearer ?? cookies.accessOf(request);
    if (bearer === null && token !== null) assertSameOrigin(request);
    if (token === null && openLoopback && isLoopback(ip)) return { kind: 'operator', name: 'loopback' };
    if (token === null) throw new Problem('missing_token', { detail: 'Authorization: Bearer <token>' });
    const verdict = await verify(token);
    if (!verdict.ok) throw new Problem(verdict.reason);
    return verdict.caller;
  }

  /** Asked once for each request, however many look. */
  function knownCallerOf(request: Asking): Promise<Caller> {
    const before = callers.get(request);
    if (before !== undefined) return before;
    const caller = callerOf(request);
    callers.set(request, caller);
    return caller;
  }

  async function admit(request: Asking, audience: Audience, about: About = {}): Promise<Caller> {
    const caller = await knownCallerOf(request);
    const refusal = judge(audience, caller, about);
    if (refusal !== null) throw new Problem(refusal.problem, refusal.detail ? { detail: refusal.detail } : {});
    return caller;
  }

  return {
    admit,
    require(request, { device }) {
      return device === undefined ? admit(request, 'operators') : admit(request, 'deviceItself', { device });
    },
    async requireAthlete(request, asked) {
      const caller = await admit(request, 'athletesOwn', { athlete: asked });
      const own = 'athlete' in caller ? caller.athlete : asked;
      if (own === undefined) throw invalidParameter('athlete', 'an operator has to say whose');
      return own;
    },
    async requireOrganiser(request, { feeds } = { feeds: false }) {
      return asOfficial(await admit(request, feeds ? 'raceReaders' : 'raceOfficials'))!;
    },
    async requireAccount(request) {
      return (await admit(request, 'people')) as AccountCaller;
    },
    async requireAdministrator(request) {
      const caller = await admit(request, 'administrators');
      return caller.kind === 'account' ? `account:${caller.account}` : `operator:${(caller as { name: string }).name}`;
    },
  };
}

/** RFC 6750, section 2.1; the scheme's case does not matter. */
function bearerOf(authorization: string | undefined): string | null {
  return /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization ?? '')?.[1] ?? null;
}

export function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/** What every route that asks for a token may answer instead. */
export const TOKEN_PROBLEMS = [
  'missing_token',
  'bad_token',
  'expired_token',
  'revoked_token',
  'revocations_unknown',
] as const;

/** What every route over an athlete's own data may answer instead. */
export const ATHLETE_PROBLEMS = [
  'wrong_athlete',
  'invalid_request',
  'internal_error',
  'store_unavailable',
  ...TOKEN_PROBLEMS,
] as const;
