import type { Clock } from '../runtime/clock.ts';
import { signToken } from '../runtime/token.ts';
import { loadSigningKey } from '../runtime/token-keys.ts';

const LIFETIME_MS = 24 * 3_600_000;

/**
 * Signs device tokens as a deployment does; each device belongs to an athlete of its own. Without a key file there are
 * no tokens, as an open deployment wants it. Throws StartError for a file that holds no key.
 */
export async function createTokenSource(
  keyFile: string | undefined,
  clock: Clock,
): Promise<(device: string) => Promise<string | null>> {
  if (keyFile === undefined) return async () => null;
  const key = await loadSigningKey(keyFile, '--token-key');
  return (device) => {
    const issuedMs = clock.nowMs();
    return signToken(key, {
      role: 'device',
      subject: device,
      athlete: `athlete-${device}`,
      tokenId: crypto.randomUUID(),
      issuedMs,
      expiresMs: issuedMs + LIFETIME_MS,
      importer: false,
    });
  };
}

/** Signs a token of an organiser, for who wants to read what only they may; null without a key file. */
export async function createOrganiserToken(
  keyFile: string | undefined,
  organiser: string,
  clock: Clock,
): Promise<string | null> {
  if (keyFile === undefined) return null;
  const issuedMs = clock.nowMs();
  return signToken(await loadSigningKey(keyFile, '--token-key'), {
    ...{ role: 'organiser', subject: organiser, athlete: '', importer: false, tokenId: crypto.randomUUID() },
    issuedMs,
    expiresMs: issuedMs + LIFETIME_MS,
  });
}
