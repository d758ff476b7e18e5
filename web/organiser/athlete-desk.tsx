import { useEffect, useRef, useState } from 'preact/hooks';
import { say } from '../race/language.ts';
import type { AthleteAnswer } from '../race/race-answers.ts';
import { timeOfDay } from '../race/race-format.ts';
import { ActForm } from './act-form.tsx';
import { desk, goToDesk } from './desk-place.ts';
import { athlete, shown } from './desk-store.ts';
import { tell } from './tell.ts';
import { TimeEntry } from './time-entry.tsx';

type Crossing = AthleteAnswer['crossings'][number];

/** What may be decided about one athlete, beside what is known of them. */
export function AthleteDesk({ bib }: { bib: string }) {
  const [chosen, setChosen] = useState<Crossing | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const known = athlete.value;
  const name = known?.row.who?.name ?? bib;
  const verdict = (label: string, verdict: 'none' | 'dsq' | 'dnf' | 'dns') => {
    return { label, make: () => ({ type: 'verdict', bib, verdict }) as const };
  };
  return (
    <section class="athlete" aria-labelledby="decide">
      <div class="head">
        <h2 id="decide" ref={heading} tabIndex={-1}>
          {tell('decide', { name })}
        </h2>
        <button type="button" onClick={() => goToDesk({ ...desk.value, bib: '' })}>
          {tell('close')}
        </button>
      </div>
      <p class="whose">{[bib, known && say(known.row.status)].filter(Boolean).join(' · ')}</p>
      <ActForm
        choices={[
          verdict(tell('disqualify'), 'dsq'),
          verdict(tell('reinstate'), 'none'),
          verdict(tell('setDnf'), 'dnf'),
          verdict(tell('setDns'), 'dns'),
        ]}
        about={name}
      />
      <h3>{tell('crossings')}</h3>
      <ul class="desk-list">
        {known?.crossings.map((crossing) => {
          const { checkpoint, pass, timeMs, status, source } = crossing;
          const named = nameOf(checkpoint);
          return (
            <li key={`${checkpoint} ${pass}`}>
              {named} · {timeOfDay(timeMs)}{' '}
              <small>
                {say(status)}, {say(source)}
              </small>{' '}
              <button type="button" onClick={() => setChosen(crossing)}>
                {tell('correct', { checkpoint: named, pass })}
              </button>
            </li>
          );
        })}
      </ul>
      <h3>{tell('timeByHand')}</h3>
      <TimeEntry key={chosen === null ? '' : `${chosen.checkpoint} ${chosen.pass}`} bib={bib} entry={chosen} />
    </section>
  );
}

export function nameOf(checkpoint: string): string {
  return shown.value?.setup.checkpoints.find(({ id }) => id === checkpoint)?.name ?? checkpoint;
}
