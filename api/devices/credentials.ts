import { randomUUID } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import { revokeToken } from '../../runtime/revocations.ts';
import { signToken } from '../../runtime/token.ts';
import type { SigningKey } from '../../runtime/token-keys.ts';
import type { Deliver } from '../outbox/outbox.ts';

/** A device asks for the next one well before; one that lies in a drawer for longer is paired again. */
export const CREDENTIAL_MS = 90 * 24 * 3_600_000;

export interface Credential {
  /** What it is revoked by. */
  readonly tokenId: string;
  readonly token: string;
  readonly issuedMs: number;
  readonly expiresMs: number;
}

/** Makes a device's token with the API's own key. */
export type SignDevice = (device: string, athlete: string) => Promise<Credential>;

export function createSignDevice(key: SigningKey, clock: Clock): SignDevice {
  return async function signDevice(device, athlete) {
    const issuedMs = clock.nowMs();
    // Whole seconds, as a token has them.
    const expiresMs = Math.floor((issuedMs + CREDENTIAL_MS) / 1_000) * 1_000;
    const tokenId = randomUUID();
    const said = { role: 'device', subject: device, athlete, tokenId, issuedMs, expiresMs, importer: false } as const;
    return { tokenId, token: await signToken(key, said), issuedMs, expiresMs };
  };
}

/** The outbox's kind of a token that shall count no longer. */
export const REVOCATION = 'token_revocation';

export interface RevocationDue {
  readonly tokenId: string;
  readonly revokedMs: number;
}

/** Revokes by the token's own id: so it makes no difference how often and in which order, or what is paired anew. */
export function createRevocationDelivery(revocations: KeyValue): Deliver {
  return async function deliverRevocation(data) {
    const { tokenId, revokedMs } = data as RevocationDue;
    await revokeToken(revocations, tokenId, revokedMs);
  };
}
