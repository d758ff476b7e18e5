import type { Bus, Subscription } from '../../runtime/bus.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Names } from '../../schemas/names.ts';

/**
 * Copies the folder of accounts for whoever makes a backup, which has to be on this machine to read it: the answer only
 * says what the copy is called, that there is nothing to copy yet (null), or why there is none.
 */
export function serveCopies(deps: {
  bus: Bus;
  names: Pick<Names, 'copyAccounts'>;
  log: Logger;
  copy: () => Promise<string | null>;
}): Subscription {
  const { bus, names, log, copy } = deps;
  return bus.subscribe(names.copyAccounts, ({ respond }) => {
    const answer = (said: { copy: string | null } | { error: string }) => respond(Buffer.from(JSON.stringify(said)));
    void copy().then(
      (name) => answer({ copy: name }),
      (err: Error) => {
        log.error({ err }, 'the accounts could not be copied for a backup');
        answer({ error: err.message });
      },
    );
  });
}
