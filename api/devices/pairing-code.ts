import { randomInt } from 'node:crypto';

/** No vowels, so no words, and nothing that looks like something else (RFC 8628, 6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;

export const CODE_PATTERN = '^[ -]*([B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz][ -]*){8}$';

/** Eight letters in two groups, `WDJB-MJHT`: 34 bits, for ten minutes and few guesses. */
export function newPairingCode(): string {
  const letters = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`;
}

/** As it is compared: however somebody typed it. */
export function plainCode(typed: string): string {
  return typed.replace(/[^A-Za-z]/g, '').toUpperCase();
}
