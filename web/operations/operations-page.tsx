import { useEffect } from 'preact/hooks';
import { TokenForm } from '../ask-for-token.tsx';
import { LanguageSwitch } from '../race/language-switch.tsx';
import { ConnectionsSection } from './connections-section.tsx';
import { DeadSection } from './dead-section.tsx';
import { EngineSection } from './engine-section.tsx';
import { FlowSection } from './flow-section.tsx';
import { LagSection } from './lag-section.tsx';
import { LedgerSection } from './ledger-section.tsx';
import { heardMs, isRefused, nowMs, operations, trouble } from './operations-store.ts';
import { ageText, say } from './say.ts';

/** How everything stands, for those who run it; whoever comes without a token is asked for one. */
export function OperationsPage() {
  const title = say('title');
  useEffect(() => {
    document.title = `${title} – Slipstream`;
  }, [title]);
  return (
    <div class="operations">
      <header>
        <h1>{title}</h1>
        {!isRefused.value && <Status />}
        <nav aria-label={say('places')}>
          <a href="/">{say('activities')}</a>
          <a href="/races">{say('races')}</a>
          <LanguageSwitch />
        </nav>
      </header>
      {isRefused.value ? (
        <main class="ask">
          <TokenForm title={say('askTitle')} label={say('askToken')} action={say('askGo')}>
            {say('askHow')}
          </TokenForm>
        </main>
      ) : (
        <Everything />
      )}
    </div>
  );
}

/** How old what is shown is; only what a person should hear of is announced. */
function Status() {
  const heard = heardMs.value;
  const why = trouble.value;
  return (
    <div class="status">
      {heard !== null && <span class="age">{ageText(nowMs.value - heard)}</span>}
      <span role="status" class="ill">
        {why?.kind === 'away' && say('noAnswer')}
        {why?.kind === 'unwell' && say('unwell', { why: why.why })}
      </span>
    </div>
  );
}

function Everything() {
  const shown = operations.value;
  if (shown === null) {
    return (
      <main>
        <p class="empty">{say('loading')}</p>
      </main>
    );
  }
  const { atMs, engines, flows, consumers, accounts, turnedAway, deadLetters, connections } = shown;
  return (
    <main>
      <EngineSection engines={engines} />
      <FlowSection flows={flows} atMs={atMs} />
      <div class="column">
        <LagSection consumers={consumers} atMs={atMs} />
        <ConnectionsSection connections={connections} />
      </div>
      <div class="column">
        <LedgerSection accounts={accounts} turnedAway={turnedAway} />
        <DeadSection letters={deadLetters} />
      </div>
    </main>
  );
}
