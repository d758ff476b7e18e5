import type { Clock } from './clock.ts';
import type { Health } from './health.ts';
import type { KeyValue } from './kv/kv.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
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
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxCachedTokens?: number;
}

/** The process is not ready while the revocations are unknown. Throws StartError for a file that cannot be used. */
export async function openTokenChecks(deps: TokenChecksDeps): Promise<TokenChecks> {
  const { keyFile, kv, health, metrics, clock, logger, maxCachedTokens } = deps;
  const keys = await loadTokenKeys(keyFile);
  logger.info({ keys: [...keys.keys()] }, 'tokens are checked with these keys');
  metrics.gauge({
    name: 'token_key_info',
    help: '1 for each key that tokens are checked with, by its name.',
    labels: ['kid'],
    read: () => [...keys.keys()].map((kid) => ({ labels: { kid }, value: 1 })),
  });
  const verify = createTokenVerifier({ keys, clock, maxCachedTokens });
  const revocations = createRevocations({ kv, clock, logger });
  health.register('revocations', () =>
    revocations.isReady ? { ok: true } : { ok: false, detail: 'the list of revoked tokens is not known' },
  );
  return { verify, revocations };
}
