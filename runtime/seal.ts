import { readFile } from 'node:fs/promises';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { StartError } from './service.ts';

/**
 * Secrets that have to be read again, encrypted for as long as they are stored: JWE (RFC 7516) by AES-256-GCM, with a
 * key that is nowhere near the database. What was sealed for one thing opens for that thing alone, so nobody who can
 * write to the database hands one account the secret of another.
 */
export interface Seal {
  /** `about` is bound to it and stands in it in the clear. */
  seal(secret: string, about: string): Promise<string>;
  /** Throws {@link SealError} for what another key sealed, or for something else, or was changed. */
  open(sealed: string, about: string): Promise<string>;
}

/** A key that cannot be used, or something sealed that does not open; the message says why, and no secret. */
export class SealError extends Error {
  override name = 'SealError';
}

interface SealJwk {
  readonly kty: 'oct';
  readonly alg: 'A256GCM';
  readonly use: 'enc';
  readonly kid: string;
  readonly k: string;
}

const MAX_KEYS = 8;
const KEY_BYTES = 32;

/** A new key (RFC 7517), with a name that says nothing of it. */
export function generateSealJwk(random: (bytes: number) => Uint8Array): SealJwk {
  const kid = Buffer.from(random(9)).toString('base64url');
  return { kty: 'oct', alg: 'A256GCM', use: 'enc', kid, k: Buffer.from(random(KEY_BYTES)).toString('base64url') };
}

/**
 * Of one key, or of a set (`keys`): the first one seals, all of them open, so that a new key can take over. Throws
 * {@link SealError}.
 */
export function createSeal(jwkOrSet: unknown): Seal {
  const set = (jwkOrSet as { keys?: unknown } | null)?.keys ?? [jwkOrSet];
  if (!Array.isArray(set) || set.length === 0 || set.length > MAX_KEYS) throw new SealError('it holds no list of keys');
  const keys = new Map(set.map((jwk) => readKey(jwk as Partial<SealJwk> | null)));
  if (keys.size < set.length) throw new SealError('two keys have the same kid');
  const [[kid, own]] = keys;
  return {
    seal(secret, about) {
      const header = { alg: 'dir', enc: 'A256GCM', kid, sub: about } as const;
      return new CompactEncrypt(Buffer.from(secret)).setProtectedHeader(header).encrypt(own);
    },
    async open(sealed, about) {
      try {
        const { plaintext, protectedHeader } = await compactDecrypt(
          sealed,
          ({ kid }) => keys.get(String(kid)) ?? Promise.reject(new SealError(`no key is called ${kid}`)),
          { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
        );
        if (protectedHeader.sub !== about) throw new SealError('it was sealed for something else');
        return Buffer.from(plaintext).toString();
      } catch (cause) {
        if (cause instanceof SealError) throw cause;
        throw new SealError('it does not open', { cause });
      }
    },
  };
}

function readKey(jwk: Partial<SealJwk> | null): [string, Uint8Array] {
  const { kty, alg, kid, k } = jwk ?? {};
  if (kty !== 'oct' || alg !== 'A256GCM') throw new SealError('a key is none for A256GCM (kty oct, alg A256GCM)');
  if (typeof kid !== 'string' || kid === '') throw new SealError('a key has no kid');
  const key = Buffer.from(String(k), 'base64url');
  if (key.length !== KEY_BYTES) throw new SealError(`the key ${kid} has not ${KEY_BYTES * 8} bits`);
  return [kid, key];
}

/** The key or keys of a file. Throws {@link StartError}, which names the file and `option`. */
export async function loadSeal(file: string, option: string): Promise<Seal> {
  try {
    return createSeal(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    // What JSON.parse says quotes the text, which is the key.
    const why = cause instanceof SyntaxError ? 'it is not JSON' : (cause as Error).message;
    throw new StartError(`${option}: ${file} cannot be used: ${why}`, cause instanceof SyntaxError ? {} : { cause });
  }
}
