import type { Logger } from '../runtime/log.ts';
import type { Token } from '../runtime/token.ts';
import type { TokenChecks } from '../runtime/token-checks.ts';
import type { TokenVerdict } from './access.ts';
import type { Caller } from './caller.ts';

/** Whose request it is, by its bearer token. */
export function createVerifyToken({ verify, revocations }: TokenChecks, log: Logger) {
  return async function verifyToken(text: string): Promise<TokenVerdict> {
    const outcome = await verify(text);
    if (!outcome.ok) {
      log.debug({ reason: outcome.reason, detail: outcome.detail }, 'a token is refused');
      return { ok: false, reason: outcome.reason };
    }
    const { token } = outcome;
    const reason = revocations.check(token);
    if (reason !== null) return { ok: false, reason };
    return { ok: true, caller: callerOf(token) };
  };
}

function callerOf({ role, subject, athlete, tokenId }: Token): Caller {
  switch (role) {
    case 'device':
      return { kind: role, device: subject, athlete: athlete || subject };
    case 'operator':
      return { kind: role, name: subject };
    case 'organiser':
      return { kind: role, organiser: subject };
    case 'feed':
      return { kind: role, organiser: subject, tokenId };
  }
}
