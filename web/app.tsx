import { Charts } from './charts.tsx';
import { age, words } from './format.ts';
import { Numbers } from './numbers.tsx';
import { RouteMap } from './route-map.tsx';
import { Splits } from './splits.tsx';
import { activity, choose, isAway, isLooked, link, nowMs, recent, trouble } from './store.ts';
import { Zones } from './zones.tsx';

export function App() {
  const shown = activity.value;
  return (
    <>
      <header>
        <h1>{shown === null ? 'Slipstream' : words(shown.sport)}</h1>
        <Status />
        {recent.value.length > 1 && <Chooser />}
      </header>
      <main>
        {shown === null ? (
          <p class="empty">{isLooked.value ? 'No activity yet: it shows here as soon as it begins.' : 'Looking …'}</p>
        ) : (
          <>
            <Numbers activity={shown} />
            <RouteMap />
            <Charts sport={shown.sport} />
            <Zones metrics={shown.metrics} />
            <Splits activity={shown} />
          </>
        )}
      </main>
    </>
  );
}

/** What is shown and how fresh it is. Only what a person should hear of is announced. */
function Status() {
  const shown = activity.value;
  const isLive = shown?.status === 'live';
  return (
    <p class="status">
      {shown !== null && <strong class={isLive ? 'live' : 'ended'}>{isLive ? 'Live' : 'Finished'}</strong>}
      {shown !== null && <span class="age">newest data {age(nowMs.value - shown.endMs)}</span>}
      <span role="status" class="link">
        {linkText()}
      </span>
    </p>
  );
}

function linkText(): string {
  const state = link.value;
  if (state.kind === 'refused') return `Not allowed: ${words(state.reason)}.`;
  if (state.kind === 'waiting') return 'Connection lost; reconnecting …';
  if (state.kind === 'connecting') return 'Connecting …';
  if (isAway.value) return 'The server is changing over; it comes back by itself.';
  return trouble.value;
}

function Chooser() {
  return (
    <label class="chooser">
      <span>Activity</span>
      <select value={activity.value?.id ?? ''} onChange={(event) => choose(event.currentTarget.value)}>
        {recent.value.map(({ id, sport, startMs, status }) => (
          <option key={id} value={id}>
            {words(sport)}, {new Date(startMs).toLocaleString()}
            {status === 'live' ? ' (live)' : ''}
          </option>
        ))}
      </select>
    </label>
  );
}
