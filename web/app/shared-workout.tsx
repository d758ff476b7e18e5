import { dateAndTimeIn } from '../format.ts';
import { sportName } from '../progress/say.ts';
import { language } from '../race/language.ts';
import type { SharedWorkout } from './sharing-api.ts';
import { tell } from './tell.ts';
import { sketchOf } from './track-sketch.ts';
import { numbersOf } from './workout-numbers.ts';

/** What others see of a workout: its numbers and its track. */
export function SharedFacts({ workout }: { workout: SharedWorkout }) {
  const { name, sport, startMs, track } = workout;
  const drawn = sketchOf(track ?? []);
  return (
    <div data-shared={workout.isCut ? 'part' : 'whole'}>
      <h3>{[name, sportName(sport)].filter(Boolean).join(' · ')}</h3>
      <p>{startMs === null ? tell('nothingLeft') : dateAndTimeIn(language.value, startMs)}</p>
      <dl class="numbers">
        {numbersOf(workout).map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd class="value">{value}</dd>
          </div>
        ))}
      </dl>
      {drawn === null ? (
        <p class="none">{tell('trackHidden')}</p>
      ) : (
        <svg class="sketch" viewBox="0 0 1000 1000" role="img" aria-label={tell('trackOf')}>
          {drawn.map((points) => (
            <polyline key={points} points={points} />
          ))}
        </svg>
      )}
    </div>
  );
}
