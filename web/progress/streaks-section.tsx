import type { StreakPair, Streaks } from '../../schemas/athlete-progress.ts';
import { streaks } from './progress-store.ts';
import { dayText, say } from './say.ts';

/** Days and weeks in a row. */
export function StreaksSection() {
  const shown = streaks.value;
  if (shown === null) return null;
  return (
    <section aria-labelledby="streaks">
      <h2 id="streaks">{say('streaks')}</h2>
      <StreakTiles {...shown} />
    </section>
  );
}

export function StreakTiles({ days, weeks }: Pick<Streaks, 'days' | 'weeks'>) {
  return (
    <dl class="tiles">
      <Pair pair={days} title="streakNow" length="daysInARow" />
      <Pair pair={weeks} title="streakWeeksNow" length="weeksInARow" />
    </dl>
  );
}

interface PairProps {
  readonly pair: StreakPair;
  readonly title: 'streakNow' | 'streakWeeksNow';
  readonly length: 'daysInARow' | 'weeksInARow';
}

function Pair({ pair: { current, longest }, title, length }: PairProps) {
  return (
    <div data-streak={length}>
      <dt>{say(title)}</dt>
      <dd>
        <span class="value">{say(length, { n: current?.length ?? 0 })}</span>
        <p>{current === null ? say('streakNone') : say('streakSince', { from: dayText(current.from) })}</p>
        {longest !== null && (
          <p>{say('streakLongest', { length: say(length, { n: longest.length }), to: dayText(longest.to) })}</p>
        )}
      </dd>
    </div>
  );
}
