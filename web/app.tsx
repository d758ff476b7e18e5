import { useEffect, useRef } from 'preact/hooks';
import { ActivityList } from './activity-list.tsx';
import { ActivityView } from './activity-view.tsx';
import { age, dateAndTime, words } from './format.ts';
import { LinkTo } from './link-to.tsx';
import { moves, place } from './place.ts';
import { session } from './session.ts';
import { activity, isAway, isOnline, link, nowMs, trouble } from './store.ts';

export function App() {
  const isList = place.value.kind === 'list';
  const shown = activity.value;
  const title = isList ? 'Activities' : shown === null ? 'Slipstream' : words(shown.sport);
  const heading = useRef<HTMLHeadingElement>(null);
  const moved = moves.value;
  // Who went somewhere else goes on reading at its head, with the keyboard and by ear.
  useEffect(() => void (moved > 0 && heading.current?.focus()), [moved]);
  useEffect(() => {
    document.title = `${title}${!isList && shown?.status === 'live' ? ', live' : ''} – Slipstream`;
  }, [title, isList, shown?.status]);
  return (
    <>
      <header>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {isList ? <p class="status">{<LinkText />}</p> : <Status />}
        <nav aria-label="Places">
          {isList ? (
            <LinkTo to={{ kind: 'activity', id: '' }}>The newest</LinkTo>
          ) : (
            <LinkTo to={{ kind: 'list' }}>All activities</LinkTo>
          )}{' '}
          <a href="/progress">Progress</a> {session.value !== null && <a href="/app">Today</a>}
        </nav>
      </header>
      <main>{isList ? <ActivityList /> : <ActivityView />}</main>
    </>
  );
}

/** What is shown and how fresh it is. */
function Status() {
  const shown = activity.value;
  const isLive = shown?.status === 'live';
  return (
    <p class="status">
      {shown !== null && <strong class={isLive ? 'live' : 'ended'}>{isLive ? 'Live' : 'Finished'}</strong>}
      {shown !== null && (
        <span class="age">
          {isLive ? `newest data ${age(nowMs.value - shown.endMs)}` : `began ${dateAndTime(shown.startMs)}`}
        </span>
      )}
      <LinkText />
    </p>
  );
}

/** Only what a person should hear of is announced. */
function LinkText() {
  return (
    <span role="status" class="link">
      {linkText()}
    </span>
  );
}

function linkText(): string {
  const state = link.value;
  if (state.kind === 'refused') return `Not allowed: ${words(state.reason)}.`;
  if (!isOnline.value) return 'No network: this is what came before; it goes on by itself.';
  if (state.kind === 'waiting') return 'Connection lost; reconnecting …';
  if (state.kind === 'connecting') return 'Connecting …';
  if (isAway.value) return 'The server is changing over; it comes back by itself.';
  return trouble.value;
}
