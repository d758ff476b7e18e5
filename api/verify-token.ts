import type { Logger } from '../runtime/log.ts';
import type { TokenChecks } from '../runtime/token-checks.ts';
import type { TokenVerdict } from './access.ts';

/** Whose request it is, by its bearer token: a device's own or an operator's. */
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
    const { role, subject: device } = token;
    if (role === 'operator') return { ok: true, caller: { kind: 'operator' } };
    return { ok: true, caller: { kind: 'device', device, athlete: token.athlete || device } };
  };
}
