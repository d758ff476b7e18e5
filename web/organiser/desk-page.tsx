import { useEffect, useRef } from 'preact/hooks';
import { words } from '../format.ts';
import { ProblemError } from '../problem-error.ts';
import { say } from '../race/language.ts';
import { LanguageSwitch } from '../race/language-switch.tsx';
import { kilometresIn, when } from '../race/race-format.ts';
import { DeskLink } from './desk-link.tsx';
import { desk, LIST } from './desk-place.ts';
import { changes, forgetToken, races, shown, trouble } from './desk-store.ts';
import { Trouble } from './problem-text.tsx';
import { RaceDesk } from './race-desk.tsx';
import { RaceForm } from './race-form.tsx';
import { tell } from './tell.ts';
import { undoneSetting } from './undone-setting.ts';

/** The races of an organiser, one of them, or the form of one. */
export function DeskPage() {
  const { race, isEditing } = desk.value;
  const setup = shown.value?.setup;
  const title = race !== '' ? (setup?.name ?? race) : tell(isEditing ? 'newRace' : 'myRaces');
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  // Who went somewhere else goes on reading at its head, with the keyboard and by ear.
  useEffect(() => {
    if (!isFirst.current) heading.current?.focus();
    isFirst.current = false;
  }, [race, isEditing]);
  useEffect(() => {
    document.title = `${title} – Slipstream`;
  }, [title]);
  const isRefused = trouble.value instanceof ProblemError && [401, 403].includes(trouble.value.status);
  return (
    <div class="race organiser">
      <header>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {race !== '' && <Status />}
        <nav aria-label={say('places')}>
          {race !== '' || isEditing ? (
            <DeskLink to={LIST}>{tell('myRaces')}</DeskLink>
          ) : (
            <DeskLink to={{ ...LIST, isEditing: true }}>{tell('newRace')}</DeskLink>
          )}
          {race !== '' && !isEditing && <DeskLink to={{ ...LIST, race, isEditing: true }}>{tell('edit')}</DeskLink>}
          {race !== '' && <a href={`/races/${race}`}>{tell('racePage')}</a>}
          <LanguageSwitch />
        </nav>
      </header>
      <main>
        <div class="whole">
          <Trouble error={trouble.value} />
          {isRefused && (
            <button type="button" onClick={forgetToken}>
              {tell('otherToken')}
            </button>
          )}
        </div>
        <Here />
      </main>
    </div>
  );
}

function Here() {
  const { race, isEditing, undo } = desk.value;
  if (race === '') return isEditing ? <RaceForm key="" before={null} /> : <OwnRaces />;
  if (shown.value === null) return <p class="empty">{trouble.value === null ? say('loading') : ''}</p>;
  if (!isEditing) return <RaceDesk />;
  if (undo === 0) return <RaceForm key={race} before={shown.value} />;
  // What it was before is told by the audit.
  if (changes.value.length === 0) return <p class="empty">{trouble.value === null ? say('loading') : ''}</p>;
  const undone = undoneSetting(shown.value.setup, changes.value, undo);
  if (undone === null) return <p class="empty">{tell('cannotUndo', { version: undo })}</p>;
  return <RaceForm key={`${race} ${undo}`} before={shown.value} start={undone} />;
}

function stateText(state: 'draft' | 'live' | 'frozen' | 'published'): string {
  return state === 'draft' ? tell('draft') : say(state);
}

function Status() {
  const setup = shown.value?.setup;
  if (setup === undefined) return null;
  const { state, starters, startMs, lengthM } = setup;
  return (
    <p class="status">
      <strong class={state === 'live' ? 'live' : 'ended'}>{stateText(state)}</strong>
      <span>{say('starters', { n: starters })}</span>
      <span>{lengthM === null ? tell('noCourse') : tell('courseLength', { km: kilometresIn(lengthM, 2) })}</span>
      {startMs !== null && <span>{say(startMs <= Date.now() ? 'began' : 'begins', { when: when(startMs) })}</span>}
    </p>
  );
}

function OwnRaces() {
  const all = races.value;
  if (all === null) return <p class="empty">{trouble.value === null ? say('loading') : ''}</p>;
  if (all.length === 0) return <p class="empty">{tell('noOwnRaces')}</p>;
  return (
    <ul class="list whole">
      {all.map(({ id, name, state, sport, startMs, starters }) => (
        <li key={id}>
          <DeskLink to={{ ...LIST, race: id }} class="card">
            <span class="what">
              <strong>{name}</strong> <span class={state === 'live' ? 'live' : 'ended'}>{stateText(state)}</span>
            </span>
            {startMs !== null && <time dateTime={new Date(startMs).toISOString()}>{when(startMs)}</time>}
            <span class="sum">
              {words(sport)} · {say('starters', { n: starters })}
            </span>
          </DeskLink>
        </li>
      ))}
    </ul>
  );
}
