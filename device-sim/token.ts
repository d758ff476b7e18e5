import { readFile } from 'node:fs/promises';
import { importJWK, type JWK, SignJWT } from 'jose';

const LIFETIME_S = 24 * 3_600;

/**
 * Signs device tokens as a deployment does: EdDSA, `sub` the device, `athlete` whose data it is. Without a key file
 * there are no tokens, as an open deployment wants it.
 */
export async function createTokenSource(
  keyFile: string | undefined,
): Promise<(device: string) => Promise<string | null>> {
  if (keyFile === undefined) return async () => null;
  const jwk = JSON.parse(await readFile(keyFile, 'utf8')) as JWK;
  const key = await importJWK(jwk, 'EdDSA');
  return (device) =>
    new SignJWT({ athlete: `athlete-${device}` })
      .setProtectedHeader({ alg: 'EdDSA', kid: jwk.kid })
      .setSubject(device)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_S}s`)
      .setJti(crypto.randomUUID())
      .sign(key);
}
