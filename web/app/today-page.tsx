import { useEffect, useState } from 'preact/hooks';
import type { Comparisons, FormSeries, Streaks } from '../../schemas/athlete-progress.ts';
import { duration } from '../format.ts';
import { sportName, written } from '../progress/say.ts';
import { read } from './account-api.ts';
import { AppLink } from './app-link.tsx';
import { DraftRows } from './draft-rows.tsx';
import { arrivals } from './drafts.ts';
import { Trouble } from './form.tsx';
import { type Goal, readGoals } from './goal-api.ts';
import { liveNow } from './live-now.ts';
import { tell } from './tell.ts';
import { Compared, FormNow, GoalsNow } from './today-blocks.tsx';
import { readWorkouts, type Workout } from './workout-api.ts';
import { WorkoutCard } from './workout-card.tsx';

interface Today {
  readonly comparisons: Comparisons;
  readonly form: FormSeries;
  readonly streaks: Streaks;
  readonly goals: readonly Goal[];
  readonly workouts: readonly Workout[];
}

const EVERY_MS = 60_000;
const LAST = 5;

async function readToday(): Promise<Today> {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const zone = `timeZone=${encodeURIComponent(timeZone)}`;
  const [comparisons, form, streaks, goals, { workouts }] = await Promise.all([
    read<Comparisons>(`/progress/comparisons?${zone}`),
    read<FormSeries>(`/progress/form?${zone}&days=7`),
    read<Streaks>(`/progress/streaks?${zone}`),
    readGoals(),
    readWorkouts(new URLSearchParams({ limit: String(LAST) })),
  ]);
  return { comparisons, form, streaks, goals, workouts };
}

/** How one stands: what goes on, this week against the last, form, what is in a row, and the last workouts. */
export function TodayPage() {
  const [today, setToday] = useState<Today | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const arrived = arrivals.value;
  // What begins or ends changes the list.
  const going = liveNow.value?.id;
  useEffect(() => {
    let isHere = true;
    async function look(): Promise<void> {
      if (document.hidden) return;
      try {
        const next = await readToday();
        if (isHere) setToday(next);
        if (isHere) setWrong(null);
      } catch (error) {
        if (isHere) setWrong(error);
      }
    }
    const attempt = () => void look();
    attempt();
    const timer = setInterval(attempt, EVERY_MS);
    document.addEventListener('visibilitychange', attempt);
    return () => {
      isHere = false;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', attempt);
    };
  }, [arrived, going]);
  return (
    <>
      <LiveCard />
      <p class="whole">
        <AppLink to="add" class="button main">
          {tell('add')}
        </AppLink>
      </p>
      <DraftRows />
      <Trouble error={wrong} />
      {today === null && wrong === null && <p class="empty">{tell('loading')}</p>}
      {today !== null && <Blocks today={today} />}
    </>
  );
}

function LiveCard() {
  const going = liveNow.value;
  if (going === null) return null;
  const distanceM = going.metrics?.distance_m?.value ?? null;
  const elapsedS = going.metrics?.elapsed_s?.value ?? null;
  const sums = [
    ...(distanceM === null ? [] : [written('distanceM', distanceM, 1)]),
    ...(elapsedS === null ? [] : [duration(elapsedS)]),
  ];
  return (
    <a href="/" class="card whole" data-live={going.id}>
      <span class="what">
        <strong>{sportName(going.sport)}</strong> <strong class="live">{tell('live')}</strong>
      </span>
      <span>{tell('watch')}</span>
      <span class="sum">{sums.join(' · ')}</span>
    </a>
  );
}

function Blocks({ today: { comparisons, form, streaks, goals, workouts } }: { today: Today }) {
  // What goes on is shown above.
  const ended = workouts.filter(({ status }) => status !== 'live');
  if (workouts.length === 0) return <p class="empty">{tell('firstWorkout')}</p>;
  return (
    <>
      <div class="column">
        <Compared comparisons={comparisons} />
        <Last workouts={ended} />
      </div>
      <div class="column">
        <GoalsNow goals={goals} />
        <FormNow form={form} streaks={streaks} />
      </div>
    </>
  );
}

function Last({ workouts }: Pick<Today, 'workouts'>) {
  return (
    <section aria-labelledby="last">
      <h2 id="last">{tell('lastWorkouts')}</h2>
      <ul class="list">
        {workouts.map((one) => (
          <li key={one.id}>
            <WorkoutCard workout={one} />
          </li>
        ))}
      </ul>
      <AppLink to="history">{tell('history')}</AppLink>
    </section>
  );
}
