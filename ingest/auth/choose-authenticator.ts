import { StartError } from '../../runtime/service.ts';
import { openTokenChecks, type TokenChecksDeps } from '../../runtime/token-checks.ts';
import type { Authenticator } from './authenticator.ts';
import { createOpenAuthenticator } from './open-authenticator.ts';
import { createTokenAuthenticator } from './token-authenticator.ts';

export interface ChooseDeps extends Omit<TokenChecksDeps, 'keyFile' | 'kv'> {
  readonly options: { readonly tokenKeys: string | undefined; readonly open: boolean };
  readonly openRevocations: () => Promise<TokenChecksDeps['kv']>;
}

export interface ChosenAuthenticator {
  readonly authenticator: Authenticator;
  stop(): void;
}

/** Checks tokens, or believes everybody: whoever starts the process has to say which. Throws {@link StartError}. */
export async function chooseAuthenticator(deps: ChooseDeps): Promise<ChosenAuthenticator> {
  const { options, openRevocations, clock, logger } = deps;
  const { tokenKeys, open } = options;
  if (tokenKeys === undefined && !open) {
    throw new StartError(
      'who may send? Name the public keys that tokens are checked with, --token-keys FILE (`npm run token -- ' +
        '<device>` makes keys and a token), or let everybody send with --open, on a closed network only',
    );
  }
  if (tokenKeys === undefined) return { authenticator: createOpenAuthenticator(logger), stop: () => undefined };
  if (open) throw new StartError('--token-keys checks tokens and --open checks nothing: give one of the two');
  const { verify, revocations } = await openTokenChecks({ ...deps, keyFile: tokenKeys, kv: await openRevocations() });
  const authenticator = createTokenAuthenticator({ verify, revocations, clock, log: logger });
  return { authenticator, stop: () => revocations.stop() };
}
