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
    <div class={session.value === null ? 'progress' : 'app progress'}>
      {session.value === null ? <Head /> : <HeadOfMember />}
      <Everything />
    </div>
  );
}

function useTitle(): string {
  const title = say('title');
  useEffect(() => {
    document.title = `${title} – Slipstream`;
  }, [title]);
  return title;
}

function Status() {
  return (
    <p class="status" role="status">
      {refusal.value}
      {isAway.value && say('noAnswer')}
    </p>
  );
}

function Head() {
  const title = useTitle();
  return (
    <header>
      <h1>{title}</h1>
      <Status />
      <nav aria-label={say('places')}>
        <a href="/">{say('activities')}</a>
        <LanguageSwitch />
      </nav>
    </header>
  );
}

/** For who is logged in, the application's own: they have not left it. */
function HeadOfMember() {
  const title = useTitle();
  return (
    <>
      <header>
        <h1>{title}</h1>
        <Status />
        <a href="/app/goals" class="news-link">
          {say('goals')}
        </a>
        <LanguageSwitch />
      </header>
      <nav class="places" aria-label={say('places')}>
        <a href="/app">{say('today')}</a>
        <a href="/app/history">{say('historyOfWorkouts')}</a>
        <a href="/app/workouts/new">{say('add')}</a>
        <a href="/progress" aria-current="page">
          {title}
        </a>
        <a href="/app/settings">{say('settings')}</a>
      </nav>
    </>
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
