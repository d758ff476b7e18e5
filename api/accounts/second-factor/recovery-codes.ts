import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export const RECOVERY_CODES = 10;
/** Crockford's base32: no I, L, O and U, which are read as something else. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 16;
const SALT_BYTES = 16;

/** `7H3K-9QXW-…`: 80 bits in four groups, for one log-in without the app. */
export function newRecoveryCode(): string {
  const letters = Array.from(randomBytes(LENGTH), (byte) => LETTERS[byte % LETTERS.length]).join('');
  return letters.match(/.{4}/g)!.join('-');
}

/** As it is compared: however somebody typed it. */
function plain(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
}

/** What is kept: with fewer than 112 bits a secret gets a salt of its own (ASVS 2.6.2). */
export function digestRecoveryCode(code: string, salt = randomBytes(SALT_BYTES).toString('base64url')): string {
  return `${salt}.${createHash('sha256')
    .update(`${salt}.${plain(code)}`)
    .digest('base64url')}`;
}

export function isRecoveryCode(typed: string, digest: string): boolean {
  const own = digestRecoveryCode(typed, digest.split('.', 1)[0]);
  return own.length === digest.length && timingSafeEqual(Buffer.from(own), Buffer.from(digest));
}
