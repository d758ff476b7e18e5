import { useState } from 'preact/hooks';
import {
  type Comparisons,
  type FormSeries,
  type Measure,
  SPAN_UNITS,
  type SpanUnit,
  type Streaks,
} from '../../schemas/athlete-progress.ts';
import { Choice } from '../progress/choice.tsx';
import { compareText, POINTS } from '../progress/compare-text.ts';
import { MEASURE_NAMES, plain, say, written } from '../progress/say.ts';
import { AppLink } from './app-link.tsx';
import type { Goal } from './goal-api.ts';
import { GoalBar } from './goal-card.tsx';
import { goalTitle, standText } from './goal-text.ts';
import { tell } from './tell.ts';

const TILES: readonly Measure[] = ['activities', 'distanceM', 'movingS', 'trainingLoad'];

/** This week, month or year, against the last and against the same time last year. */
export function Compared({ comparisons: { comparisons } }: { comparisons: Comparisons }) {
  const [unit, setUnit] = useState<SpanUnit>('week');
  const one = comparisons.find((comparison) => comparison.unit === unit);
  const then = one?.yearAgo?.toPoint.all;
  // Who did nothing then is told so once, not beside each number.
  const wasIdle = then !== undefined && then.activities === 0;
  return (
    <section aria-labelledby="compared">
      <h2 id="compared">{say(unit)}</h2>
      <Choice
        label={say('span')}
        value={unit}
        options={SPAN_UNITS.map((each) => [each, say(each)])}
        onChoose={setUnit}
      />
      <dl class="tiles">
        {one !== undefined &&
          TILES.map((measure) => {
            const now = one.current.toPoint.all[measure];
            return (
              <div key={measure} data-measure={measure}>
                <dt>{say(MEASURE_NAMES[measure])}</dt>
                <dd>
                  <span class="value">{written(measure, now)}</span>
                  <p>{compareText(now, one.last.toPoint.all[measure], POINTS[unit].last)}</p>
                  {then !== undefined && !wasIdle && <p>{compareText(now, then[measure], POINTS[unit].yearAgo)}</p>}
                </dd>
              </div>
            );
          })}
      </dl>
      {wasIdle && <p class="none">{compareText(1, 0, POINTS[unit].yearAgo)}</p>}
      <p>
        <a href="/progress">{tell('progressAll')}</a>
      </p>
    </section>
  );
}

/** How far each goal is. */
export function GoalsNow({ goals }: { goals: readonly Goal[] }) {
  return (
    <section aria-labelledby="goals">
      <h2 id="goals">{tell('goals')}</h2>
      {goals.length === 0 && <p class="none">{tell('noGoals')}</p>}
      <ul class="plain">
        {goals.map((goal) => (
          <li key={goal.id} class="goal" data-goal={goal.current.isReached ? 'reached' : 'open'}>
            <strong>{goalTitle(goal)}</strong>
            <GoalBar goal={goal} />
            <small>{standText(goal)}</small>
          </li>
        ))}
      </ul>
      <p>
        <AppLink to="goals">{tell(goals.length === 0 ? 'goalNew' : 'goalsAll')}</AppLink>
      </p>
    </section>
  );
}

/** Form and what is in a row. */
export function FormNow({ form, streaks }: { form: FormSeries; streaks: Streaks }) {
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
