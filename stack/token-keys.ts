import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSeal, generateSealJwk, SealError } from '../runtime/seal.ts';
import {
  generateDeviceSigningJwk,
  generateSigningJwk,
  publicJwkOf,
  readKeySet,
  readSigningKey,
  TokenKeyError,
} from '../runtime/token-keys.ts';

export interface TokenKeyFiles {
  /** One private key (JWK) that tokens are signed with; only its owner may read it. */
  readonly privateFile: string;
  /** The API's own private key: it signs for devices that people pair with their accounts, and for nothing else. */
  readonly deviceFile: string;
  /** The API's key (JWK) that the secrets of second factors are encrypted with. Who loses it loses all of those. */
  readonly secondFactorFile: string;
  /** The public keys (JWKS) that tokens are checked with: of both private keys, and those that were there before. */
  readonly publicFile: string;
}

/**
 * The keys of a deployment that signs its own tokens, in `keys/` of its data folder, made when they are missing.
 *
 * To change a key, move the private file away: the next call makes a new one and adds it to the public file. The old
 * one stays there until somebody removes it, so tokens of both are good. Throws TokenKeyError for a damaged file.
 */
export async function ensureTokenKeys(dataDir: string): Promise<TokenKeyFiles> {
  const dir = join(dataDir, 'keys');
  const files = {
    privateFile: join(dir, 'token-key.jwk.json'),
    deviceFile: join(dir, 'device-key.jwk.json'),
    secondFactorFile: join(dir, 'second-factor-key.jwk.json'),
    publicFile: join(dir, 'token-keys.jwks.json'),
  };
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const own = [
    await ensurePrivate(files.privateFile, generateSigningJwk),
    await ensurePrivate(files.deviceFile, generateDeviceSigningJwk),
  ];
  await ensureSeal(files.secondFactorFile);
  const jwks = (await readJson(files.publicFile)) as { keys: unknown[] } | undefined;
  const known = jwks === undefined ? new Map() : await inFile(files.publicFile, () => readKeySet(jwks));
  const missing = own.filter(({ kid }) => !known.has(kid)).map(({ jwk }) => publicJwkOf(jwk));
  if (missing.length > 0) {
    const keys = [...missing, ...(jwks?.keys ?? [])];
    await rename(await writeBeside(files.publicFile, { keys }, 0o644), files.publicFile);
  }
  return files;
}

async function ensurePrivate(file: string, generate: () => Promise<object>) {
  let jwk = await readJson(file);
  if (jwk === undefined) {
    await createOnce(file, await generate());
    jwk = await readJson(file);
  }
  const { kid } = await inFile(file, () => readSigningKey(jwk));
  return { kid, jwk: jwk as object };
}

async function ensureSeal(file: string): Promise<void> {
  if ((await readJson(file)) === undefined) await createOnce(file, generateSealJwk(randomBytes));
  const jwk = await readJson(file);
  await inFile(file, async () => createSeal(jwk));
}

/** Of several processes that make the file at once one wins, and nobody ever reads half of it. */
async function createOnce(file: string, json: unknown): Promise<void> {
  const written = await writeBeside(file, json, 0o600);
  try {
    await link(written, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(written);
  }
}

async function writeBeside(file: string, json: unknown, mode: number): Promise<string> {
  const path = `${file}.${randomUUID()}`;
  await writeFile(path, `${JSON.stringify(json, null, 2)}\n`, { mode, flag: 'wx' });
  return path;
}

/** Undefined when there is no such file. */
async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) throw new TokenKeyError(`${file} is not JSON: move it away`, { cause: error });
    throw error;
  }
}

async function inFile<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TokenKeyError || error instanceof SealError) {
      throw new TokenKeyError(`${file}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
