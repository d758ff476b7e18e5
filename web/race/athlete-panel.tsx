import type { FunctionComponent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { AthleteNumbers } from './athlete-numbers.tsx';
import { AthleteSplits } from './athlete-splits.tsx';
import { Trouble } from './board-table.tsx';
import { say } from './language.ts';
import type { AthleteAnswer } from './race-answers.ts';
import { at, goTo } from './race-place.ts';
import { followed, isNobody, MAX_FOLLOWED, openedShown, pinned, toggleFollowed, togglePinned } from './race-store.ts';
import { isNarrow } from './width.ts';

/** All about one athlete: beside the board, or over it where there is no room beside it. */
export function AthletePanel() {
  const { athlete: bib } = at.value;
  if (bib === '') return null;
  return isNarrow.value ? <OverBoard key={bib} bib={bib} /> : <BesideBoard key={bib} bib={bib} />;
}

function close(bib: string): void {
  goTo({ athlete: '' });
  // Who came from a name goes back to it.
  document.querySelector<HTMLElement>(`tr[data-bib="${CSS.escape(bib)}"] a`)?.focus();
}

function OverBoard({ bib }: { bib: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="athlete" aria-labelledby="athlete" onClose={() => close(bib)}>
      <Inside bib={bib} onClose={() => dialog.current?.close()} />
    </dialog>
  );
}

function BesideBoard({ bib }: { bib: string }) {
  return (
    <section
      class="athlete"
      aria-labelledby="athlete"
      onKeyDown={({ key }) => {
        if (key === 'Escape') close(bib);
      }}
    >
      <Inside bib={bib} onClose={() => close(bib)} />
    </section>
  );
}

function Inside({ bib, onClose }: { bib: string; onClose: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const shown = openedShown.value;
  const name = shown?.row.who?.name ?? bib;
  const isFollowed = followed.value.includes(bib);
  const isFull = !isFollowed && followed.value.length >= MAX_FOLLOWED;
  return (
    <>
      <div class="head">
        <h2 id="athlete" ref={heading} tabIndex={-1}>
          {name}
        </h2>
        <button type="button" onClick={onClose}>
          {say('close')}
        </button>
      </div>
      {shown === null ? <p class="none">{say(isNobody.value ? 'notOnBoard' : 'loading')}</p> : <Who shown={shown} />}
      <p class="acts">
        <button
          type="button"
          aria-pressed={isFollowed}
          disabled={isFull}
          aria-label={say('follow', { name })}
          onClick={() => toggleFollowed(bib)}
        >
          {isFollowed ? '★' : '☆'} {say('followShort')}
        </button>
        <button
          type="button"
          aria-pressed={pinned.value === bib}
          aria-label={say('pin', { name })}
          title={say('pin', { name })}
          onClick={() => togglePinned(bib)}
        >
          {say('pinShort')}
        </button>
        {isFull && <small>{say('tooMany', { n: MAX_FOLLOWED })}</small>}
      </p>
      {shown !== null && (
        <>
          <AthleteNumbers row={shown.row} />
          <h3>{say('splits')}</h3>
          <AthleteSplits shown={shown} />
          <ChartsWhenLoaded shown={shown} />
        </>
      )}
    </>
  );
}

function Who({ shown: { row } }: { shown: AthleteAnswer }) {
  const { who, bib, status, statusReason } = row;
  return (
    <p class="whose">
      {[`${say('bib')} ${bib}`, who?.club, who?.country].filter(Boolean).join(' · ')}
      <br />
      {say(status)}
      {statusReason !== null && ` (${say(statusReason)})`} <Trouble row={row} />
    </p>
  );
}

/** The library of the charts comes when a panel is opened first. */
function ChartsWhenLoaded({ shown }: { shown: AthleteAnswer }) {
  const [Charts, setCharts] = useState<FunctionComponent<{ shown: AthleteAnswer }> | null>(null);
  useEffect(() => {
    import('./athlete-charts.tsx').then(
      (loaded) => setCharts(() => loaded.AthleteCharts),
      // Splits say the same in numbers.
      () => setCharts(null),
    );
  }, []);
  return Charts === null ? <div class="chart" /> : <Charts shown={shown} />;
}
