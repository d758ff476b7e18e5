import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { LanguageSwitch } from '../race/language-switch.tsx';
import { session } from '../session.ts';
import { AddPage } from './add-page.tsx';
import { AppLink } from './app-link.tsx';
import { moves, OPEN_VIEWS, place, type View } from './app-place.ts';
import { DeletedPage } from './deleted-page.tsx';
import { GoalsPage } from './goals-page.tsx';
import { HistoryPage } from './history-page.tsx';
import { ImportsPage } from './imports-page.tsx';
import { ConfirmEmailPage, ForgotPage, ResetPage, VerifyPage } from './letter-pages.tsx';
import { unread } from './live-now.ts';
import { LogIn } from './log-in.tsx';
import { isOnline } from './network.ts';
import { NewsPage } from './news-page.tsx';
import { PrivacyPage } from './privacy-page.tsx';
import { SettingsPage } from './settings-page.tsx';
import { SharedPage } from './shared-page.tsx';
import { SignUp } from './sign-up.tsx';
import { tell } from './tell.ts';
import { TodayPage } from './today-page.tsx';
import { TrainingPage } from './training-page.tsx';
import { WorkoutPage } from './workout-page.tsx';

const VIEWS: Readonly<Record<View, ComponentType>> = {
  today: TodayPage,
  history: HistoryPage,
  add: AddPage,
  imports: ImportsPage,
  news: NewsPage,
  workout: WorkoutPage,
  goals: GoalsPage,
  shared: SharedPage,
  settings: SettingsPage,
  privacy: PrivacyPage,
  training: TrainingPage,
  signUp: SignUp,
  logIn: LogIn,
  forgot: ForgotPage,
  verify: VerifyPage,
  reset: ResetPage,
  confirmEmail: ConfirmEmailPage,
  deleted: DeletedPage,
};

/** The application: its head, the ways to its places, and the place where one is. */
export function AppPage() {
  const wanted = place.value?.view ?? null;
  const isIn = session.value !== null;
  // Whoever is logged out is asked in, and arrives where they wanted to go.
  const view = wanted === null || isIn || OPEN_VIEWS.includes(wanted) ? wanted : 'logIn';
  const title = view === null ? tell('nothingHere') : tell(view);
  const heading = useRef<HTMLHeadingElement>(null);
  const moved = moves.value;
  useEffect(() => void (moved > 0 && heading.current?.focus()), [moved, view]);
  useEffect(() => {
    document.title = `${title} – Slipstream`;
  }, [title]);
  const Here = view === null ? Nowhere : VIEWS[view];
  return (
    <div class="app">
      <header>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p class="status" role="status">
          {!isOnline.value && tell('offline')}
        </p>
        {isIn && <NewsLink />}
        <LanguageSwitch />
      </header>
      {isIn && <Places />}
      <main>
        <Here key={`${view}-${place.value?.id}`} />
      </main>
    </div>
  );
}

/** How many are new is said with it. */
function NewsLink() {
  return (
    <AppLink to="news" class="news-link">
      {tell('news')} {unread.value > 0 && <span class="badge">{tell('unread', { n: unread.value })}</span>}
    </AppLink>
  );
}

function Nowhere() {
  return (
    <p class="empty">
      <AppLink to="today">{tell('toToday')}</AppLink>
    </p>
  );
}

/** At the bottom of a phone, where the thumb is; at the top elsewhere. */
function Places() {
  return (
    <nav class="places" aria-label={tell('places')}>
      <AppLink to="today">{tell('today')}</AppLink>
      <AppLink to="history">{tell('history')}</AppLink>
      <AppLink to="add">{tell('addShort')}</AppLink>
      <a href="/progress">{tell('progress')}</a>
      <AppLink to="settings">{tell('settings')}</AppLink>
    </nav>
  );
}
