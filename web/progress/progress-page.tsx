import { useEffect } from 'preact/hooks';
import { TokenForm } from '../ask-for-token.tsx';
import { LanguageSwitch } from '../race/language-switch.tsx';
import { session } from '../session.ts';
import { ComparisonSection } from './comparison-section.tsx';
import { FormSection } from './form-section.tsx';
import { comparisons, isAway, refusal, years } from './progress-store.ts';
import { RecordsSection } from './records-section.tsx';
import { say } from './say.ts';
import { StreaksSection } from './streaks-section.tsx';
import { WeeksSection } from './weeks-section.tsx';
import { YearsSection } from './years-section.tsx';

/** An athlete against themselves. */
export function ProgressPage() {
  return (
    <div class="progress">
      <Head />
      <Everything />
    </div>
  );
}

function Head() {
  const title = say('title');
  useEffect(() => {
    document.title = `${title} – Slipstream`;
  }, [title]);
  return (
    <header>
      <h1>{title}</h1>
      <p class="status" role="status">
        {refusal.value}
        {isAway.value && say('noAnswer')}
      </p>
      <nav aria-label={say('places')}>
        {session.value !== null && <a href="/app">{say('today')}</a>}
        <a href="/">{say('activities')}</a>
        <LanguageSwitch />
      </nav>
    </header>
  );
}

function Everything() {
  if (comparisons.value === null || years.value === null) {
    return <main>{refusal.value === '' && <p class="empty">{say('loading')}</p>}</main>;
  }
  if (years.value.years.length === 0) {
    return (
      <main>
        <p class="empty">{say('nothingYet')}</p>
      </main>
    );
  }
  return (
    <main>
      <ComparisonSection />
      <div class="column">
        <WeeksSection />
        <FormSection />
        <StreaksSection />
      </div>
      <div class="column">
        <RecordsSection />
        <YearsSection />
      </div>
    </main>
  );
}

/** For whoever comes without a link that holds a token. */
export function AskForAccess() {
  return (
    <div class="progress">
      <Head />
      <main class="ask">
        <TokenForm title={say('askTitle')} label={say('askToken')} action={say('askGo')}>
          {say('askHow')}
          <br />
          <a href="/app">{say('askLogIn')}</a>
        </TokenForm>
      </main>
    </div>
  );
}
