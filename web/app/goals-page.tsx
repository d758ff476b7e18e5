import { useEffect, useState } from 'preact/hooks';
import type { Streaks } from '../../schemas/athlete-progress.ts';
import { say } from '../progress/say.ts';
import { StreakTiles } from '../progress/streaks-section.tsx';
import { read } from './account-api.ts';
import { Trouble } from './form.tsx';
import { type Goal, readGoals } from './goal-api.ts';
import { GoalCard } from './goal-card.tsx';
import { GoalForm } from './goal-form.tsx';
import { tell } from './tell.ts';

interface Shown {
  readonly goals: readonly Goal[];
  readonly streaks: Streaks;
}

async function readShown(): Promise<Shown> {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const [goals, streaks] = await Promise.all([
    readGoals(),
    read<Streaks>(`/progress/streaks?timeZone=${encodeURIComponent(timeZone)}`),
  ]);
  return { goals, streaks };
}

/** What an athlete means to do in each week, month or year, how far they are, and what they have done in a row. */
export function GoalsPage() {
  const [shown, setShown] = useState<Shown | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const [said, setSaid] = useState('');
  async function look(): Promise<void> {
    setShown(await readShown());
    setWrong(null);
  }
  async function changed(words: string): Promise<void> {
    await look();
    setSaid(words);
  }
  useEffect(() => void look().catch(setWrong), []);
  return (
    <>
      <div class="column">
        <section aria-labelledby="goals">
          <h2 id="goals">{tell('goalsNow')}</h2>
          <Trouble error={wrong} />
          {shown === null && wrong === null && <p class="empty">{tell('loading')}</p>}
          {shown?.goals.length === 0 && <p class="none">{tell('noGoals')}</p>}
          <ul class="list">
            {(shown?.goals ?? []).map((goal) => (
              <li key={`${goal.id} ${goal.version}`}>
                <GoalCard goal={goal} onChanged={changed} />
              </li>
            ))}
          </ul>
          <p role="status">{said}</p>
        </section>
      </div>
      <div class="column">
        <section aria-labelledby="new-goal">
          <h2 id="new-goal">{tell('goalNew')}</h2>
          <GoalForm onAdded={() => changed(tell('goalAdded'))} />
        </section>
        {shown !== null && (
          <section aria-labelledby="streaks">
            <h2 id="streaks">{say('streaks')}</h2>
            <StreakTiles {...shown.streaks} />
          </section>
        )}
      </div>
    </>
  );
}
