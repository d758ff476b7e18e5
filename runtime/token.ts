import { compactVerify, errors, type JWTPayload, SignJWT } from 'jose';
import { ATHLETE_PATTERN, DEVICE_PATTERN, isAccountDevice, ORGANISER_PATTERN } from '../schemas/identity.ts';
import type { Clock } from './clock.ts';
import type { SigningKey, TokenKeys } from './token-keys.ts';

/**
 * Tokens are JWTs (RFC 7519) signed with EdDSA and nothing else, checked offline against the deployment's public keys.
 * This file alone signs and verifies them.
 *
 * Claims: `sub` the device, `athlete` whose data it sends (left out when nobody's), `iat`, `exp`, `jti`, and
 * `importer: true` for the one that may send `file:` sources. Any other token than a device's states its `role`: of an
 * operator `sub` names a person; of an organiser the name that the races carry; of a feed (a timing system, which may
 * send reads and nothing else) the organiser whose races it tells of.
 */
export interface Token {
  readonly role: TokenRole;
  /** The device's id; for an operator the person's name, for an organiser and a feed the organiser's. */
  readonly subject: string;
  /** '' when the device belongs to nobody. */
  readonly athlete: string;
  /** The name that it is revoked by. */
  readonly tokenId: string;
  /** To the millisecond where the issuer says so: `iat` may have a fraction. */
  readonly issuedMs: number;
  readonly expiresMs: number;
  readonly importer: boolean;
}

export const TOKEN_ROLES = ['device', 'operator', 'organiser', 'feed'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** `detail` is for the log: a stranger is told the reason and no more. */
export type TokenOutcome = { readonly ok: true; readonly token: Token } | Refused;

interface Refused {
  readonly ok: false;
  readonly reason: 'bad_token' | 'expired_token';
  readonly detail: string;
}

export type VerifyToken = (text: string) => Promise<TokenOutcome>;

/** No token is valid for longer, so a revocation older than this has nothing left to revoke. */
export const MAX_TOKEN_LIFETIME_MS = 366 * 86_400_000;
export const MAX_TOKEN_BYTES = 4_096;
/** How far an issuer's clock may be ahead of ours. */
const MAX_ISSUER_AHEAD_MS = 60_000;

const ALGORITHM = 'EdDSA';
/** What `sub` may be, and how it is called where it is not. */
const SUBJECTS: Readonly<Record<TokenRole, readonly [RegExp, string]>> = {
  device: [DEVICE_PATTERN, 'a device id'],
  operator: [/^[^\p{C}]{1,128}$/u, "a person's name"],
  organiser: [ORGANISER_PATTERN, 'an organiser'],
  feed: [ORGANISER_PATTERN, 'an organiser'],
};
/** Also a word of a key in the bucket of revocations: a token that could not be revoked is not accepted. */
export const TOKEN_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Signs `token`. Throws RangeError when the result would not be accepted. */
export function signToken(key: SigningKey, token: Token): Promise<string> {
  const claims: JWTPayload = {
    sub: token.subject,
    iat: token.issuedMs / 1_000,
    exp: Math.ceil(token.expiresMs / 1_000),
    jti: token.tokenId,
    ...(token.athlete === '' ? {} : { athlete: token.athlete }),
    ...(token.role === 'device' ? {} : { role: token.role }),
    ...(token.importer ? { importer: true } : {}),
  };
  const read = readClaims(claims);
  if (typeof read === 'string') throw new RangeError(read);
  return new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: key.kid }).sign(key.key);
}

export interface VerifierDeps {
  readonly keys: TokenKeys;
  readonly clock: Clock;
  /** A signature costs about 0.2 ms to check; tokens that come again are remembered. 0 remembers none. */
  readonly maxCachedTokens?: number;
}

export function createTokenVerifier({ keys, clock, maxCachedTokens = 4_096 }: VerifierDeps): VerifyToken {
  // The whole text is the key, its signature included. The first one is the one used longest ago.
  const known = new Map<string, Token>();

  function remember(text: string, token: Token): void {
    known.delete(text);
    known.set(text, token);
    if (known.size > maxCachedTokens) known.delete(known.keys().next().value!);
  }

  return async function verifyToken(text) {
    if (text.length > MAX_TOKEN_BYTES) return bad(`it is longer than ${MAX_TOKEN_BYTES} bytes`);
    const nowMs = clock.nowMs();
    const before = known.get(text);
    const token = before ?? (await check(text, keys));
    if ('ok' in token) return token;
    const dates = checkDates(token, nowMs);
    if (dates !== null) {
      known.delete(text);
      return dates;
    }
    remember(text, token);
    return { ok: true, token };
  };
}

/** Everything about a token that does not change with time. */
async function check(text: string, keys: TokenKeys): Promise<Token | Refused> {
  try {
    let isForAccountDevices = true;
    const signedBy = ({ kid }: { kid?: string }) => {
      const called = keyCalled(kid, keys);
      ({ isForAccountDevices } = called);
      return called.key;
    };
    const { payload } = await compactVerify(text, signedBy, { algorithms: [ALGORITHM] });
    const claims: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    if (typeof claims !== 'object' || claims === null) return bad('its claims are no object');
    const read = readClaims(claims as JWTPayload);
    if (typeof read === 'string') return bad(read);
    if (isForAccountDevices && !isOfAccount(read)) return bad('its key signs for devices of accounts alone');
    return read;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError) return bad(error.message);
    throw error;
  }
}

function keyCalled(kid: string | undefined, keys: TokenKeys) {
  const key = kid === undefined ? undefined : keys.get(kid);
  if (!key)
    throw new errors.JWKSNoMatchingKey(kid === undefined ? 'it names no key' : 'it names a key that is not ours');
  return key;
}

function isOfAccount({ role, subject, athlete, importer }: Token): boolean {
  return role === 'device' && !importer && isAccountDevice(subject, athlete);
}

function checkDates({ issuedMs, expiresMs }: Token, nowMs: number): Refused | null {
  if (issuedMs > nowMs + MAX_ISSUER_AHEAD_MS) return bad('it is not valid yet');
  if (expiresMs <= nowMs) return { ok: false, reason: 'expired_token', detail: 'it has expired' };
  return null;
}

/** The token that the claims describe, or what is wrong with them. */
function readClaims({
  sub,
  athlete = '',
  iat,
  exp,
  nbf,
  jti,
  role: said,
  importer = false,
}: JWTPayload): Token | string {
  const role = said === undefined ? 'device' : TOKEN_ROLES.find((one) => one !== 'device' && one === said);
  if (role === undefined) return 'its role is not one of ours';
  const [pattern, kind] = SUBJECTS[role];
  if (typeof sub !== 'string' || !pattern.test(sub)) return `its sub is not ${kind}`;
  if (typeof athlete !== 'string' || !ATHLETE_PATTERN.test(athlete)) return 'its athlete is not an id';
  if (typeof importer !== 'boolean') return 'its importer is neither true nor false';
  if (typeof jti !== 'string' || !TOKEN_ID.test(jti)) return 'it has no jti that it could be revoked by';
  if (!isDate(iat) || !isDate(exp)) return 'it lacks a date';
  // Revocation goes by the moment of issue, so a token cannot be issued now for later.
  if (nbf !== undefined && !(isDate(nbf) && nbf <= iat)) return 'it begins after it was issued';
  const [issuedMs, expiresMs] = [Math.round(iat * 1_000), Math.floor(exp * 1_000)];
  if (expiresMs <= issuedMs) return 'it ends before it begins';
  if (expiresMs - issuedMs > MAX_TOKEN_LIFETIME_MS) return `it is valid for more than ${MAX_TOKEN_LIFETIME_MS} ms`;
  return {
    role,
    subject: sub,
    athlete,
    tokenId: jti,
    issuedMs,
    expiresMs,
    importer,
  };
}

/** A NumericDate (RFC 7519, 2) whose milliseconds are exact. */
function isDate(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value < 1e12;
}

function bad(detail: string): Refused {
  return { ok: false, reason: 'bad_token', detail };
}
