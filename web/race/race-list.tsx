import { words } from '../format.ts';
import { say } from './language.ts';
import { when } from './race-format.ts';
import { RaceLink } from './race-link.tsx';
import { races } from './race-store.ts';

/** All races that are public, the latest first. */
export function RaceList() {
  const all = races.value;
  if (all === null) return <p class="empty">{say('loading')}</p>;
  if (all.length === 0) return <p class="empty">{say('noRaces')}</p>;
  return (
    <div class="whole">
      <ul class="list">
        {all.map(({ id, name, state, sport, startMs, starters }) => (
          <li key={id}>
            <RaceLink to={{ race: id }} class="card">
              <span class="what">
                <strong>{name}</strong>{' '}
                {state !== 'draft' && <span class={state === 'live' ? 'live' : 'ended'}>{say(state)}</span>}
              </span>
              {startMs !== null && <time dateTime={new Date(startMs).toISOString()}>{when(startMs)}</time>}
              <span class="sum">
                {words(sport)} · {say('starters', { n: starters })}
              </span>
            </RaceLink>
          </li>
        ))}
      </ul>
    </div>
  );
}
