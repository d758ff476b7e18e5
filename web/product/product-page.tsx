import { useEffect } from 'preact/hooks';
import { LanguageSwitch } from '../race/language-switch.tsx';
import { session } from '../session.ts';
import { ActiveSection } from './active-section.tsx';
import { FunnelSection } from './funnel-section.tsx';
import { hypothesisText } from './hypothesis.ts';
import { activeDays, funnel, isAway, refusal, retention } from './product-store.ts';
import { RetentionSection } from './retention-section.tsx';
import { say } from './say.ts';

/** What the business learns, for administrators: do people come back, and do they log regularly? */
export function ProductPage() {
  const title = say('title');
  useEffect(() => {
    document.title = `${title} – Slipstream`;
  }, [title]);
  return (
    <div class="product">
      <header>
        <h1>{title}</h1>
        <p class="status" role="status">
          {isAway.value && say('noAnswer')}
        </p>
        <nav aria-label={say('places')}>
          {session.value !== null && <a href="/app">{say('toApp')}</a>}
          <a href="/operations">{say('toOperations')}</a>
          <LanguageSwitch />
        </nav>
      </header>
      <main>{refusal.value === 'none' ? <Everything /> : <Refused />}</main>
    </div>
  );
}

function Refused() {
  const why = refusal.value;
  return (
    <section class="whole" aria-label={say('title')}>
      <p role="alert">{say(why === 'logIn' ? 'refusedLogIn' : why === 'forbidden' ? 'refusedRole' : 'refusedOther')}</p>
      <p>
        <a href="/app">{say('toLogIn')}</a>
      </p>
    </section>
  );
}

function Everything() {
  const [people, weeks, active] = [funnel.value, retention.value, activeDays.value];
  if (people === null || weeks === null || active === null) return <p class="empty">{say('loading')}</p>;
  return (
    <>
      <section aria-labelledby="hypothesis">
        <h2 id="hypothesis">{say('hypothesis')}</h2>
        <p class="answer">{hypothesisText(people)}</p>
        <p class="none">{say('privacyRule', { n: people.minGroup })}</p>
      </section>
      <FunnelSection funnel={people} />
      <ActiveSection active={active} />
      <RetentionSection retention={weeks} />
    </>
  );
}
