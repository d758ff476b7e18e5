import { dateAndTimeIn } from '../format.ts';
import { sportName, written } from '../progress/say.ts';
import { language } from '../race/language.ts';
import { AppLink } from './app-link.tsx';
import { placeFor } from './app-place.ts';
import { tell } from './tell.ts';
import type { Workout } from './workout-api.ts';

/** A workout of a list. What goes on leads to where it is live. */
export function WorkoutCard({ workout }: { workout: Workout }) {
  const { id, status, sport, name, startMs, localStart, source } = workout;
  // By the clock on the wall where it was, if that is known.
  const shownMs = localStart === null ? startMs : Date.parse(localStart);
  const inside = (
    <>
      <span class="what">
        <strong>{name || sportName(sport)}</strong> {status === 'live' && <strong class="live">{tell('live')}</strong>}
        {source === 'manual' && <span class="badge">{tell('byHand')}</span>}
      </span>
      <time dateTime={new Date(startMs).toISOString()}>{dateAndTimeIn(language.value, shownMs)}</time>
      <span class="sum">{sumsOf(workout).join(' · ')}</span>
    </>
  );
  if (status === 'live') {
    return (
      <a href="/" class="card">
        {inside}
      </a>
    );
  }
  return (
    <AppLink to={placeFor('workout', { id })} class="card">
      {inside}
    </AppLink>
  );
}

function sumsOf({ name, sport, distanceM, durationS, climbM, averageHeartRateBpm }: Workout): string[] {
  return [
    ...(name === '' ? [] : [sportName(sport)]),
    ...(distanceM === null ? [] : [written('distanceM', distanceM, 1)]),
    ...(durationS === null ? [] : [written('movingS', durationS)]),
    ...(climbM === null ? [] : [`↑ ${written('elevationGainM', climbM)}`]),
    ...(averageHeartRateBpm === null ? [] : [tell('beats', { n: Math.round(averageHeartRateBpm) })]),
  ];
}
