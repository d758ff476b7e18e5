import { computed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { AthletePanel } from './athlete-panel.tsx';
import { BoardSection } from './board-section.tsx';
import { Elevation } from './elevation.tsx';
import { say } from './language.ts';
import { LanguageSwitch } from './language-switch.tsx';
import { ageText, timeOfDay, when } from './race-format.ts';
import { RaceLink } from './race-link.tsx';
import { RaceList } from './race-list.tsx';
import { RaceMapSection } from './race-map-section.tsx';
import { at } from './race-place.ts';
import { isMissing, isOnline, link, live, news, nowMs, race } from './race-store.ts';
import { ReplayBar } from './replay-bar.tsx';
import { momentMs } from './replay-state.ts';
import { ResultLinks } from './result-links.tsx';
import { RoadGroups } from './road-groups.tsx';
import { UnitsSwitch } from './units-switch.tsx';

const hasBegun = computed(() => {
  const startMs = race.value?.startMs ?? null;
  return startMs !== null && startMs <= nowMs.value;
});

/** The list of races, or one of them. */
export function RacePage() {
  const { race: id, isEmbedded } = at.value;
  const shown = race.value;
  const title = id === '' ? say('races') : (shown?.name ?? say('race'));
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  // Who went to another race goes on reading at its head, with the keyboard and by ear.
  useEffect(() => {
    if (!isFirst.current) heading.current?.focus();
    isFirst.current = false;
  }, [id]);
  useEffect(() => {
    document.title = `${title} – Slipstream`;
  }, [title]);
  return (
    <div class={isEmbedded ? 'race embedded' : 'race'}>
      <header>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {id !== '' && <Status />}
        {!isEmbedded && (
          <nav aria-label={say('places')}>
            {id === '' ? <a href="/">{say('activities')}</a> : <RaceLink to={{ race: '' }}>{say('allRaces')}</RaceLink>}
            <UnitsSwitch />
            <LanguageSwitch />
          </nav>
        )}
      </header>
      <main>{id === '' ? <RaceList /> : <OneRace />}</main>
    </div>
  );
}

function OneRace() {
  if (isMissing.value) return <p class="empty">{say('noSuchRace')}</p>;
  if (at.value.isEmbedded) return <BoardSection />;
  return (
    <>
      <div class="column scene">
        <AthletePanel />
        {race.value !== null && <RaceMapSection />}
        <ReplayBar />
        <Elevation />
        <RoadGroups />
      </div>
      <div class="column">
        <BoardSection />
        <ResultLinks hasBegun={hasBegun.value} />
      </div>
      <p role="status" class="unseen">
        {news.value}
      </p>
    </>
  );
}

/** How the race stands, how old the data is, and how the connection is. */
function Status() {
  const shown = race.value;
  const dataMs = live.value?.dataMs ?? null;
  const moment = momentMs.value;
  return (
    <div class="status">
      {shown !== null && (
        <strong class={shown.state === 'live' ? 'live' : 'ended'}>
          {say(shown.state === 'draft' ? 'race' : shown.state)}
        </strong>
      )}
      {moment !== null && <strong class="ended">{say('replayAt', { time: timeOfDay(moment) })}</strong>}
      <span class="age">{dataMs === null ? say('ageNone') : ageText(nowMs.value - dataMs)}</span>
      {shown?.startMs != null && <span>{say(hasBegun.value ? 'began' : 'begins', { when: when(shown.startMs) })}</span>}
      {shown !== null && <span>{say('starters', { n: shown.starters })}</span>}
      {/* Only what a person should hear of is announced. */}
      <span role="status" class="link">
        {linkText()}
      </span>
    </div>
  );
}

function linkText(): string {
  const state = link.value;
  if (state.kind === 'refused') return isMissing.value ? '' : say('refused');
  if (!isOnline.value) return say('offline');
  if (state.kind === 'waiting') return say('reconnecting');
  if (state.kind === 'connecting') return say(live.value === null ? 'connecting' : 'reconnecting');
  return '';
}
