import { useEffect, useRef, useState } from 'preact/hooks';
import type { PreviewedAthlete, PreviewedPlace, RacePreview } from '../../schemas/race-preview.ts';
import { duration } from '../format.ts';
import { say } from '../race/language.ts';
import { gapText, timeOfDay } from '../race/race-format.ts';
import { nameOf } from './athlete-desk.tsx';
import { starters } from './desk-store.ts';
import { tell } from './tell.ts';

const FIRST_ROWS = 20;
const MORE_ROWS = 100;

/** What a change would do, before it is made: how much in all, then athlete by athlete. */
export function PreviewResult({ preview }: { preview: RacePreview }) {
  const [rows, setRows] = useState(FIRST_ROWS);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [preview]);
  const { summary, athletes, leftOut, atMs } = preview;
  const { changed, crossingsMoved, crossingsGained, crossingsLost, ranksChanged, statusesChanged, unread } = summary;
  const counted = (
    [
      ['ranksChanged', ranksChanged],
      ['statusesChanged', statusesChanged],
      ['crossingsMoved', crossingsMoved],
      ['crossingsGained', crossingsGained],
      ['crossingsLost', crossingsLost],
    ] as const
  ).flatMap(([phrase, n]) => (n === 0 ? [] : [tell(phrase, { n })]));
  return (
    <section class="difference" aria-labelledby="difference">
      <h2 id="difference" ref={heading} tabIndex={-1}>
        {tell('difference')}
      </h2>
      <p>{tell('differenceHint', { time: timeOfDay(atMs) })}</p>
      <ul class="counts">
        <li>{tell('wouldChange', { n: changed, all: summary.athletes })}</li>
        {counted.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {unread > 0 && <p class="wrong">{tell('unread', { n: unread })}</p>}
      <ol class="desk-list differences">
        {athletes.slice(0, rows).map((athlete) => (
          <Difference key={athlete.bib} athlete={athlete} />
        ))}
      </ol>
      {athletes.length > rows && (
        <p>
          <button type="button" onClick={() => setRows(rows + MORE_ROWS)}>
            {tell('more')}
          </button>
        </p>
      )}
      {leftOut > 0 && <p>{tell('leftOut', { n: leftOut })}</p>}
    </section>
  );
}

function Difference({ athlete: { bib, before, after, crossings } }: { athlete: PreviewedAthlete }) {
  const name = starters.value.get(bib)?.name ?? '';
  return (
    <li data-bib={bib}>
      <p class="who">
        <strong>{name === '' ? bib : name}</strong> {name !== '' && <small>{bib}</small>}
      </p>
      <dl>
        {changesOf(before, after).map(([label, was, will]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              {was === will ? (
                was
              ) : (
                <>
                  <del>{was}</del> → <ins>{will}</ins>
                </>
              )}
            </dd>
          </div>
        ))}
        {crossings.map(({ checkpoint, pass, beforeMs, afterMs }) => (
          <div key={`${checkpoint} ${pass}`}>
            <dt>{pass === 1 ? nameOf(checkpoint) : tell('passOf', { checkpoint: nameOf(checkpoint), pass })}</dt>
            <dd>
              <del>{beforeMs === null ? tell('notCrossed') : timeOfDay(beforeMs)}</del> →{' '}
              <ins>{afterMs === null ? tell('notCrossed') : timeOfDay(afterMs)}</ins>{' '}
              {beforeMs !== null && afterMs !== null && <small>{gapText(afterMs - beforeMs)}</small>}
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

/** Rank and time of everybody; the rest where it is another one. */
function changesOf(before: PreviewedPlace, after: PreviewedPlace): [label: string, was: string, will: string][] {
  const rank = (one: number | null) => (one === null ? '–' : String(one));
  const time = (ms: number | null) => (ms === null ? '–' : duration(ms / 1_000));
  const all: [string, string, string][] = [
    [say('rank'), rank(before.rank), rank(after.rank)],
    [tell('statusOf'), say(before.status), say(after.status)],
    [tell('gunTime'), time(before.gunMs), time(after.gunMs)],
    [tell('chipTime'), time(before.chipMs), time(after.chipMs)],
  ];
  return all.filter(([, was, will], i) => i === 0 || was !== will);
}
