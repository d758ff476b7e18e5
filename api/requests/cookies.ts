import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply } from 'fastify';
import { Problem } from '../problem.ts';

/** The parts of a request by which a browser says where it comes from. */
export interface Browsing {
  readonly method?: string;
  readonly headers: {
    readonly cookie?: string | undefined;
    readonly origin?: string | undefined;
    readonly host?: string | undefined;
    readonly 'sec-fetch-site'?: string | string[] | undefined;
  };
}

interface CookieTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresMs: number;
}

export interface Cookies {
  accessOf(request: Browsing): string | null;
  refreshOf(request: Browsing): string | null;
  set(reply: FastifyReply, tokens: CookieTokens): void;
  clear(reply: FastifyReply): void;
}

/** The only address that the refresh token is sent to. */
const REFRESH_PATH = '/v1/sessions/refresh';

/**
 * Tokens in cookies that no script can read and that no other site's request carries. Behind https their names bind
 * them to this host; without it, on one's own machine, they could not be set so.
 */
export function createCookies({ isSecure }: { isSecure: boolean }): Cookies {
  const access = isSecure ? '__Host-slipstream' : 'slipstream';
  const refresh = isSecure ? '__Secure-slipstream-refresh' : 'slipstream-refresh';
  const common = { httpOnly: true, sameSite: 'strict', secure: isSecure } as const;
  const cookieOf = ({ headers: { cookie } }: Browsing, name: string) =>
    (cookie === undefined ? undefined : parseCookie(cookie)[name]) ?? null;
  const give = (reply: FastifyReply, tokens: Pick<CookieTokens, 'accessToken' | 'refreshToken'>, expires: Date) => {
    reply.header('set-cookie', [
      stringifySetCookie({ ...common, name: access, value: tokens.accessToken, path: '/', expires }),
      stringifySetCookie({ ...common, name: refresh, value: tokens.refreshToken, path: REFRESH_PATH, expires }),
    ]);
  };
  return {
    accessOf: (request) => cookieOf(request, access),
    refreshOf: (request) => cookieOf(request, refresh),
    set: (reply, tokens) => give(reply, tokens, new Date(tokens.expiresMs)),
    clear: (reply) => give(reply, { accessToken: '', refreshToken: '' }, new Date(0)),
  };
}

/**
 * A request that changes something by a cookie comes from our own page, or not at all: the browser says so itself
 * (Fetch Metadata), an older one by its Origin; what says neither is no browser, and programs use bearer tokens.
 * Throws `cross_site`.
 */
export function assertSameOrigin({ method = 'GET', headers }: Browsing): void {
  if (method === 'GET' || method === 'HEAD') return;
  const site = headers['sec-fetch-site'];
  const isOwn = site === undefined ? isOwnOrigin(headers) : site === 'same-origin';
  if (!isOwn) throw new Problem('cross_site');
}

function isOwnOrigin({ origin, host }: Browsing['headers']): boolean {
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
