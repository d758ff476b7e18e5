import type { Account, Operations } from '../../schemas/operations.ts';
import { number, STORES, say } from './say.ts';
import type { OperationsPhrase } from './words-en.ts';

const LINES = ['accepted', 'written', 'refused', 'expired', 'inFlight'] as const satisfies OperationsPhrase[];

/** What was accepted, and what became of it in each store. */
export function LedgerSection({ accounts, turnedAway }: Pick<Operations, 'accounts' | 'turnedAway'>) {
  return (
    <section aria-labelledby="ledger">
      <h2 id="ledger">{say('ledger')}</h2>
      <table class="ledger">
        <thead>
          <tr>
            <td />
            {accounts.map((account) => (
              <th scope="col" key={account.store}>
                {STORES[account.store]}
                <Balance account={account} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {/* A store may have told of a batch that the count of what was accepted does not have yet. */}
          {LINES.map((line) => (
            <tr key={line} data-line={line}>
              <th scope="row">{say(line)}</th>
              {accounts.map(({ store, ledger }) => (
                <td key={store}>{ledger === null ? '–' : number(Math.max(0, ledger[line]))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {turnedAway !== null && (
        <p class="beside">
          {say('turnedAway', { refused: number(turnedAway.refused), shed: number(turnedAway.shed) })}
        </p>
      )}
    </section>
  );
}

function Balance({ account: { ledger } }: { account: Account }) {
  if (ledger === null) return <span class="ill">{say('unknown')}</span>;
  return <span class={ledger.balanced ? 'well' : 'ill'}>{say(ledger.balanced ? 'balanced' : 'unbalanced')}</span>;
}
