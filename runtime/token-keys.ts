import { readFile } from 'node:fs/promises';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { defineOptions } from './options.ts';
import { StartError } from './service.ts';

/** The option of every process that checks tokens. */
export const tokenOptions = defineOptions({
  tokenKeys: {
    type: 'string',
    optional: true,
    description: 'File with the public keys (JWKS) that tokens are checked with; `npm run token` makes one.',
  },
});

/** A public key, and what may be signed with it. */
export interface TokenKey {
  readonly key: CryptoKey;
  /** True of the API's own key: it signs for devices that people have paired with their accounts, and nothing else. */
  readonly isForAccountDevices: boolean;
}

/** The public keys of a deployment by their `kid`: several while a new one takes over from an old one. */
export type TokenKeys = ReadonlyMap<string, TokenKey>;

export interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey;
}

/** A key or a set of keys that cannot be used; the message says why. */
export class TokenKeyError extends Error {
  override name = 'TokenKeyError';
}

/** A JWK may have other members than those of RFC 7517 (its section 4): ours says what its key may sign. */
interface MarkedJwk extends JWK {
  readonly slipstream_signs?: unknown;
}

const MAX_KEYS = 32;
/** Without it a key signs everything. */
const SIGNS = 'slipstream_signs';
const ACCOUNT_DEVICES = 'account_devices';

/** Throws {@link TokenKeyError} unless `jwks` (RFC 7517) holds only public Ed25519 keys with a `kid` of their own. */
export async function readKeySet(jwks: unknown): Promise<TokenKeys> {
  const list = (jwks as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(list) || list.length === 0) throw new TokenKeyError('it holds no list of keys');
  if (list.length > MAX_KEYS) throw new TokenKeyError(`it holds more than ${MAX_KEYS} keys`);
  const keys = new Map<string, TokenKey>();
  for (const jwk of list as readonly JWK[]) {
    const { kid, key } = await importKey(jwk, 'public');
    if (keys.has(kid)) throw new TokenKeyError(`two keys are called ${kid}`);
    const signs = (jwk as MarkedJwk)[SIGNS];
    if (signs !== undefined && signs !== ACCOUNT_DEVICES) {
      throw new TokenKeyError(`the key ${kid} is for something that is not known here: ${signs}`);
    }
    keys.set(kid, { key, isForAccountDevices: signs === ACCOUNT_DEVICES });
  }
  return keys;
}

/** Throws {@link TokenKeyError} unless `jwk` is a private Ed25519 key with a `kid`. */
export function readSigningKey(jwk: unknown): Promise<SigningKey> {
  return importKey((jwk ?? {}) as JWK, 'private');
}

/** A new private key, named by its thumbprint (RFC 7638). */
export async function generateSigningJwk(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig', ...jwk };
}

/** The same, for the API: what it signs counts for devices of accounts alone. */
export async function generateDeviceSigningJwk(): Promise<MarkedJwk> {
  return { ...(await generateSigningJwk()), [SIGNS]: ACCOUNT_DEVICES };
}

/** The public half of a private key, as it stands in a key set. */
export function publicJwkOf({ d: _private, ...rest }: JWK): JWK {
  return rest;
}

async function importKey(jwk: JWK, half: 'public' | 'private'): Promise<SigningKey> {
  const { kty, crv, kid, d } = jwk;
  if (kty !== 'OKP' || crv !== 'Ed25519') throw new TokenKeyError('a key is not an Ed25519 key (kty OKP, crv Ed25519)');
  if (typeof kid !== 'string' || kid === '') throw new TokenKeyError('a key has no kid');
  // Who can read the public file could otherwise sign.
  if (half === 'public' && d !== undefined) throw new TokenKeyError(`the key ${kid} is a private one`);
  if (half === 'private' && d === undefined) throw new TokenKeyError(`the key ${kid} is a public one`);
  try {
    return { kid, key: (await importJWK(jwk, 'EdDSA')) as CryptoKey };
  } catch (cause) {
    throw new TokenKeyError(`the key ${kid} is damaged`, { cause });
  }
}

/** The keys of a file. Throws {@link StartError}, which names the file and `option`. */
export function loadTokenKeys(file: string, option = '--token-keys'): Promise<TokenKeys> {
  return load(file, option, readKeySet);
}

/** The private key of a file. Throws {@link StartError}, which names the file and `option`. */
export function loadSigningKey(file: string, option: string): Promise<SigningKey> {
  return load(file, option, readSigningKey);
}

async function load<T>(file: string, option: string, read: (json: unknown) => Promise<T>): Promise<T> {
  try {
    return await read(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'it is not JSON' : cause instanceof Error ? cause.message : cause;
    throw new StartError(`${option}: ${file} cannot be used: ${why}`, { cause });
  }
}
