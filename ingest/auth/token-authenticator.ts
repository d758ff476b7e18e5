import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Revocations } from '../../runtime/revocations.ts';
import type { VerifyToken } from '../../runtime/token.ts';
import type { RefusedReason } from '../../schemas/reasons.ts';
import type { Authenticator, Identity } from './authenticator.ts';

/** How long a connection may outlive its token. A walk over 15,000 takes 0.5 ms, or 7 ms when there is news. */
const SWEEP_PERIOD_MS = 250;

interface Guarded {
  readonly identity: Identity;
  readonly end: (reason: RefusedReason) => void;
}

/**
 * Lets in whoever shows a device's own token, or one of another role where those are admitted: signed by one of our
 * keys, not expired, not revoked.
 */
export function createTokenAuthenticator({
  verify,
  revocations,
  clock,
  log,
}: {
  verify: VerifyToken;
  revocations: Revocations;
  clock: Clock;
  log: Logger;
}): Authenticator {
  const guarded = new Set<Guarded>();
  // One timer for all connections, and none without any.
  let sweeping: Timer | null = null;
  let sweptVersion = -1;

  function revocationOf({ role, subject, tokenId, issuedMs }: Identity) {
    return revocations.check({ role, subject, tokenId, issuedMs });
  }

  /** Expiry is one comparison and looked at each time; revocations only when there are new ones. */
  function sweep(): void {
    const nowMs = clock.nowMs();
    const { version } = revocations;
    const isNews = version !== sweptVersion;
    sweptVersion = version;
    for (const one of guarded) {
      if (one.identity.expiresMs <= nowMs) end(one, 'expired_token');
      // While nobody knows, who is in stays in.
      else if (isNews && revocationOf(one.identity) === 'revoked_token') end(one, 'revoked_token');
    }
  }

  function end(one: Guarded, reason: RefusedReason): void {
    release(one);
    one.end(reason);
  }

  function release(one: Guarded): void {
    guarded.delete(one);
    if (guarded.size > 0) return;
    sweeping?.cancel();
    sweeping = null;
  }

  return {
    async authenticate({ device, token: text, admitsAll = false }) {
      const outcome = await verify(text);
      if (!outcome.ok) {
        log.debug({ device, reason: outcome.reason, detail: outcome.detail }, 'a token is refused');
        return outcome.reason;
      }
      const { role, subject, athlete, tokenId, issuedMs, expiresMs, importer } = outcome.token;
      const isDevice = role === 'device';
      if (isDevice ? device !== null && device !== subject : !admitsAll) return 'wrong_device';
      const name = isDevice ? subject : `~${tokenId}`;
      const identity = { role, subject, device: name, athlete, tokenId, issuedMs, expiresMs, importer };
      return revocationOf(identity) ?? identity;
    },

    guard(identity, whenEnded) {
      if (identity.expiresMs <= clock.nowMs()) return 'expired_token';
      const reason = revocationOf(identity);
      if (reason !== null) return reason;
      const one = { identity, end: whenEnded };
      guarded.add(one);
      sweeping ??= clock.setRepeating(sweep, SWEEP_PERIOD_MS);
      return { release: () => release(one) };
    },
  };
}
