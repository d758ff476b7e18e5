import { useEffect, useState } from 'preact/hooks';
import type { Comparisons, FormSeries, Measure, Streaks } from '../../schemas/athlete-progress.ts';
import { duration } from '../format.ts';
import { compareText, POINTS } from '../progress/compare-text.ts';
import { MEASURE_NAMES, plain, say, sportName, written } from '../progress/say.ts';
import { read } from './account-api.ts';
import { AppLink } from './app-link.tsx';
import { DraftRows } from './draft-rows.tsx';
import { arrivals } from './drafts.ts';
import { Trouble } from './form.tsx';
import { liveNow } from './live-now.ts';
import { tell } from './tell.ts';
import { readWorkouts, type Workout } from './workout-api.ts';
import { WorkoutCard } from './workout-card.tsx';

interface Today {
  readonly comparisons: Comparisons;
  readonly form: FormSeries;
  readonly streaks: Streaks;
  readonly workouts: readonly Workout[];
}

const EVERY_MS = 60_000;
const LAST = 5;
const TILES: readonly Measure[] = ['activities', 'distanceM', 'movingS', 'trainingLoad'];

async function readToday(): Promise<Today> {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const zone = `timeZone=${encodeURIComponent(timeZone)}`;
  const [comparisons, form, streaks, { workouts }] = await Promise.all([
    read<Comparisons>(`/progress/comparisons?${zone}`),
    read<FormSeries>(`/progress/form?${zone}&days=7`),
    read<Streaks>(`/progress/streaks?${zone}`),
    readWorkouts(new URLSearchParams({ limit: String(LAST) })),
  ]);
  return { comparisons, form, streaks, workouts };
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

function Blocks({ today: { comparisons, form, streaks, workouts } }: { today: Today }) {
  const week = comparisons.comparisons.find(({ unit }) => unit === 'week');
  // What goes on is shown above.
  const ended = workouts.filter(({ status }) => status !== 'live');
  if (workouts.length === 0) return <p class="empty">{tell('firstWorkout')}</p>;
  return (
    <>
      <section aria-labelledby="week">
        <h2 id="week">{say('week')}</h2>
        <dl class="tiles">
          {week !== undefined &&
            TILES.map((measure) => {
              const now = week.current.toPoint.all[measure];
              const then = week.last.toPoint.all[measure];
              return (
                <div key={measure} data-measure={measure}>
                  <dt>{say(MEASURE_NAMES[measure])}</dt>
                  <dd>
                    <span class="value">{written(measure, now)}</span>
                    <p>{compareText(now, then, POINTS.week.last)}</p>
                  </dd>
                </div>
              );
            })}
        </dl>
        <p>
          <a href="/progress">{tell('progress')}</a>
        </p>
      </section>
      <div class="column">
        <FormNow form={form} streaks={streaks} />
      </div>
      <section aria-labelledby="last">
        <h2 id="last">{tell('lastWorkouts')}</h2>
        <ul class="list">
          {ended.map((one) => (
            <li key={one.id}>
              <WorkoutCard workout={one} />
            </li>
          ))}
        </ul>
        <AppLink to="history">{tell('history')}</AppLink>
      </section>
    </>
  );
}

/** Form and what is in a row. */
function FormNow({ form, streaks }: Pick<Today, 'form' | 'streaks'>) {
  const lines = [
    ['fitness', form.fitness, 'fitness'],
    ['fatigue', form.fatigue, 'fatigue'],
    ['form', form.form, 'formNow'],
  ] as const;
  return (
    <section aria-labelledby="form">
      <h2 id="form">{say('form')}</h2>
      <dl class="numbers">
        {lines.map(([name, values, phrase]) => (
          <div key={name} data-line={name}>
            <dt>{say(phrase)}</dt>
            <dd class="value">{plain(values.at(-1) ?? 0)}</dd>
          </div>
        ))}
        <div data-streak="days">
          <dt>{say('streakNow')}</dt>
          <dd class="value">{say('daysInARow', { n: streaks.days.current?.length ?? 0 })}</dd>
        </div>
        <div data-streak="weeks">
          <dt>{say('streakWeeksNow')}</dt>
          <dd class="value">{say('weeksInARow', { n: streaks.weeks.current?.length ?? 0 })}</dd>
        </div>
      </dl>
      <p class="none">{say('formHow')}</p>
    </section>
  );
}
