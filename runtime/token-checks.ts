import type { Clock } from './clock.ts';
import type { Health } from './health.ts';
import type { KeyValue } from './kv/kv.ts';
import type { Logger } from './log.ts';
import { createRevocations, type Revocations } from './revocations.ts';
import { createTokenVerifier, type VerifyToken } from './token.ts';
import { loadTokenKeys } from './token-keys.ts';

/** What a process needs to judge tokens. */
export interface TokenChecks {
  /** Says what a token is worth by itself; whether it was revoked is for `revocations`. */
  readonly verify: VerifyToken;
  readonly revocations: Revocations;
}

export interface TokenChecksDeps {
  /** The public keys (JWKS), as `--token-keys` names them. */
  readonly keyFile: string;
  /** The bucket of revocations. */
  readonly kv: KeyValue;
  readonly health: Health;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxCachedTokens?: number;
}

/** The process is not ready while the revocations are unknown. Throws StartError for a file that cannot be used. */
export async function openTokenChecks(deps: TokenChecksDeps): Promise<TokenChecks> {
  const { keyFile, kv, health, clock, logger, maxCachedTokens } = deps;
  const keys = await loadTokenKeys(keyFile);
  logger.info({ keys: [...keys.keys()] }, 'tokens are checked with these keys');
  const verify = createTokenVerifier({ keys, clock, maxCachedTokens });
  const revocations = createRevocations({ kv, clock, logger });
  health.register('revocations', () =>
    revocations.isReady ? { ok: true } : { ok: false, detail: 'the list of revoked tokens is not known' },
  );
  return { verify, revocations };
}
