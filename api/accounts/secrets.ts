import { hash, randomBytes } from 'node:crypto';

/** 256 bits in base64url: what somebody shows to be let in, once behind a link or again and again as a token. */
export function newSecret(prefix = ''): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a secret. It has enough bits that a plain digest cannot be turned back, so no salt is needed. */
export function digestOf(secret: string): string {
  return hash('sha256', secret, 'base64url');
}
