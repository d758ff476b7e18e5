import type { ListedActivity, Summary } from './answers.ts';
import { dateAndTime, duration, isPaced, whole, words } from './format.ts';
import { distanceText, distanceUnit, paceText, speedText, speedUnit } from './in-units.ts';
import { LinkTo } from './link-to.tsx';
import { hasMore, isLooked, live, recent, showMore } from './store.ts';

/** The athlete's activities: the one that goes on first, then the newest. */
export function ActivityList() {
  const all = recent.value;
  if (all.length === 0) {
    return <p class="empty">{isLooked.value ? 'No activity yet: it shows here as soon as it begins.' : 'Loading …'}</p>;
  }
  return (
    <div class="whole">
      <ul class="list">
        {all.map((one) => (
          <li key={one.id}>
            <Card listed={one} />
          </li>
        ))}
      </ul>
      {hasMore.value && (
        <button type="button" onClick={showMore}>
          Show older activities
        </button>
      )}
    </div>
  );
}

function Card({ listed }: { listed: ListedActivity }) {
  const { id, sport, startMs, status } = listed;
  const going = live.value;
  // What goes on is told here too, second by second.
  const summary: Summary = going?.id === id && going.metrics !== null ? going.metrics : listed.summary;
  return (
    <LinkTo to={{ kind: 'activity', id }} class="card">
      <span class="what">
        <strong>{words(sport)}</strong> {status === 'live' && <strong class="live">Live</strong>}
      </span>
      <time dateTime={new Date(startMs).toISOString()}>{dateAndTime(startMs)}</time>
      <span class="sum">{sumOf(summary, sport).join(' · ')}</span>
    </LinkTo>
  );
}

function sumOf({ distance_m, elapsed_s, average_speed_mps, average_heart_rate_bpm }: Summary, sport: string): string[] {
  const speed = average_speed_mps?.value ?? null;
  const fastText = (mps: number) =>
    isPaced(sport) ? `${paceText(mps)} /${distanceUnit()}` : `${speedText(mps)} ${speedUnit()}`;
  const beats = average_heart_rate_bpm?.value ?? null;
  const [metres, seconds] = [distance_m?.value ?? null, elapsed_s?.value ?? null];
  return [
    ...(metres === null ? [] : [`${distanceText(metres)} ${distanceUnit()}`]),
    ...(seconds === null ? [] : [duration(seconds)]),
    ...(speed === null ? [] : [fastText(speed)]),
    ...(beats === null ? [] : [`${whole(beats)} bpm`]),
  ];
}
