import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopback } from '../access.ts';
import { isPublicAddress } from './addresses.ts';

/** Thrown for an address that nothing is sent to, whoever asks for it. The message says why, in words of ours. */
export class ForbiddenTargetError extends Error {
  override name = 'ForbiddenTargetError';
}

export interface OutsidePost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface OutsideAnswer {
  readonly status: number;
  /** As the header Retry-After says it in seconds; null without one. */
  readonly retryAfterS: number | null;
}

export interface PostOutsideOptions {
  /** Lets in loopback addresses too, and these without https: for development. */
  readonly allowLoopback: boolean;
  readonly timeoutMs?: number;
  /** All addresses of a name. */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>;
}

/** Sends something to an address that a user has named. */
export interface PostOutside {
  /** Throws {@link ForbiddenTargetError} for an address that could never be sent to, without asking for its name. */
  assertUrl(url: string): URL;
  /**
   * Resolves with the answer's status; its body is not read and redirects are not followed. Throws
   * {@link ForbiddenTargetError}, and what the connection ends with.
   */
  post(request: OutsidePost): Promise<OutsideAnswer>;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_URL_LENGTH = 2_048;

/**
 * Whoever names an address could make us ask our own network for them (server-side request forgery, CWE-918). So: https
 * alone; the name is resolved once, every address that it has must be public, and the connection goes to the very
 * address that was judged, whatever the name is said to mean by then. Each request has a connection of its own.
 */
export function createPostOutside(options: PostOutsideOptions): PostOutside {
  const { allowLoopback, timeoutMs = DEFAULT_TIMEOUT_MS, resolve = (name) => lookup(name, { all: true }) } = options;

  function assertUrl(text: string): URL {
    if (text.length > MAX_URL_LENGTH || !URL.canParse(text)) throw new ForbiddenTargetError('is no address');
    const url = new URL(text);
    const isHttp = url.protocol === 'http:' && allowLoopback;
    if (url.protocol !== 'https:' && !isHttp) throw new ForbiddenTargetError('has to be https');
    if (url.username !== '' || url.password !== '')
      throw new ForbiddenTargetError('must not hold a name or a password');
    const name = nameOf(url);
    if (isIP(name) !== 0) assertAddress(name, url);
    return url;
  }

  function assertAddress(address: string, { protocol }: URL): void {
    if (allowLoopback && isLoopback(address)) return;
    if (protocol !== 'https:') throw new ForbiddenTargetError('has to be https');
    if (!isPublicAddress(address)) throw new ForbiddenTargetError('is not on the public internet');
  }

  async function resolveOnce(url: URL): Promise<LookupAddress> {
    const name = nameOf(url);
    const family = isIP(name);
    const addresses = family === 0 ? await resolve(name) : [{ address: name, family }];
    if (addresses.length === 0) throw new Error(`${name} has no address`);
    for (const { address } of addresses) assertAddress(address, url);
    return addresses[0];
  }

  async function post({ url: text, headers, body }: OutsidePost): Promise<OutsideAnswer> {
    const url = assertUrl(text);
    const signal = AbortSignal.timeout(timeoutMs);
    const address = await withSignal(resolveOnce(url), signal);
    return new Promise((answer, fail) => {
      const request = (url.protocol === 'https:' ? requestTls : requestPlain)(url, {
        ...{ method: 'POST', agent: false, lookup: always(address), signal },
        headers: { ...headers, 'content-length': String(body.byteLength) },
      });
      request.on('error', fail);
      request.on('response', ({ statusCode = 0, headers: { 'retry-after': retryAfter } }) => {
        answer({ status: statusCode, retryAfterS: /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : null });
        // What it says besides is nobody's business here, however long it is.
        request.destroy();
      });
      request.end(body);
    });
  }

  return { assertUrl, post };
}

/** An IPv6 address stands in brackets. */
const nameOf = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1');

const always =
  ({ address, family }: LookupAddress): LookupFunction =>
  (_name, { all }, done) =>
    all ? done(null, [{ address, family }]) : done(null, address, family);

/** A look-up cannot be stopped; nobody waits for it any more. */
function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const end = () => ended.reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  return Promise.race([work, ended.promise]).finally(() => signal.removeEventListener('abort', end));
}
