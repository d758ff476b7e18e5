import { createHmac } from 'node:crypto';

/** Of the request: when it was signed, in seconds, and each signature of `<timestamp>.<body>`, HMAC-SHA-256 in hex. */
export const SIGNATURE_HEADER = 'slipstream-signature';

/**
 * The signature of a webhook's request, `t=<seconds>,v1=<hex>`. The time is signed too: a receiver refuses what is
 * older than some minutes, so that nobody sends again what they have seen.
 */
export function signatureOf(secret: string, body: Uint8Array, atMs: number): string {
  const seconds = Math.floor(atMs / 1_000);
  const digest = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
