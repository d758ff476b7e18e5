import { useState } from 'preact/hooks';
import { duration } from '../format.ts';
import { kilometresIn, timeOfDay, when } from '../race/race-format.ts';
import { ActForm } from './act-form.tsx';
import { DeskLink } from './desk-link.tsx';
import { desk } from './desk-place.ts';
import { audit, reviews, starters } from './desk-store.ts';
import type { QueuedFinding } from './organiser-api.ts';
import { tell, tellKnown } from './tell.ts';

const FIRST_ROWS = 10;
const MORE_ROWS = 50;

/** What may be wrong, with what it rests on, for a person to confirm or dismiss. */
export function ReviewQueue() {
  const { findings = [], leftOut = 0 } = reviews.value ?? {};
  const [rows, setRows] = useState(FIRST_ROWS);
  const waiting = findings.filter(isWaiting);
  const others = findings.filter((finding) => !isWaiting(finding));
  return (
    <section class="reviews" aria-labelledby="reviews">
      <h2 id="reviews">{tell('reviews')}</h2>
      <p>{waiting.length === 0 ? tell('noReviews') : tell('waiting', { n: waiting.length })}</p>
      <ul class="desk-list">
        {waiting.slice(0, rows).map((finding) => (
          <Finding key={finding.id} finding={finding} />
        ))}
      </ul>
      {waiting.length > rows && (
        <button type="button" onClick={() => setRows(rows + MORE_ROWS)}>
          {tell('more')}
        </button>
      )}
      {leftOut > 0 && <p>{tell('leftOut', { n: leftOut })}</p>}
      {others.length > 0 && (
        <details>
          <summary>{tell('decidedAndWithdrawn', { n: others.length })}</summary>
          <ul class="desk-list">
            {others.map((finding) => (
              <Finding key={finding.id} finding={finding} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** Nobody has decided about it as it is now. */
function isWaiting({ isWithdrawn, decision }: QueuedFinding): boolean {
  return !isWithdrawn && (decision === null || decision.isOutdated);
}

function Finding({ finding }: { finding: QueuedFinding }) {
  const { id, kind, severity, bibs, about, isWithdrawn, decision } = finding;
  const [isOpen, setIsOpen] = useState(false);
  const what = tell(`kind_${kind}`);
  const names = bibs.map(whoIs).join(', ');
  return (
    <li data-finding={id}>
      <p class={isWithdrawn ? 'undone' : undefined}>
        <strong>{what}</strong> {about !== '' && `(${tellKnown('about', about.split('.')[0]) || about})`}{' '}
        <span class={`severity ${severity}`}>{tell(`severity_${severity}`)}</span>
      </p>
      <p>
        {bibs.map((bib, i) => (
          <span key={bib}>
            {i > 0 && ', '}
            <DeskLink to={{ ...desk.value, bib }} label={tell('decide', { name: whoIs(bib) })}>
              {whoIs(bib)}
            </DeskLink>
          </span>
        ))}
      </p>
      <Evidence finding={finding} />
      {isWithdrawn && <p>{tell('withdrawn')}</p>}
      {decision !== null && <Decided finding={finding} />}
      {!isWithdrawn && (
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={tell('judgeOf', { what, who: names })}
          onClick={() => setIsOpen(!isOpen)}
        >
          {tell(decision === null ? 'judge' : 'judgeAgain')}
        </button>
      )}
      {isOpen && !isWithdrawn && <JudgeForm finding={finding} about={`${what}, ${names}`} />}
    </li>
  );
}

/** Where, when, and the numbers that it rests on. */
function Evidence({ finding: { from, until, numbers } }: { finding: QueuedFinding }) {
  return (
    <dl class="evidence">
      <div>
        <dt>{tell('where')}</dt>
        <dd>
          {tell('evidence', {
            ...{ from: kilometresIn(from.positionM, 2), fromTime: timeOfDay(from.atMs) },
            ...{ until: kilometresIn(until.positionM, 2), untilTime: timeOfDay(until.atMs) },
          })}
        </dd>
      </div>
      {Object.entries(numbers).map(([name, value]) => (
        <div key={name}>
          <dt>{tellKnown('number', name)}</dt>
          <dd>{numberText(name, value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The unit is the end of the name. */
function numberText(name: string, value: number): string {
  if (name.endsWith('Mps')) return tell('unit_mps', { n: value });
  if (name.endsWith('Ms')) return duration(value / 1_000);
  if (name.endsWith('Bpm')) return tell('unit_bpm', { n: value });
  return name.endsWith('M') ? tell('unit_m', { n: value }) : String(value);
}

function Decided({ finding: { id, decision } }: { finding: QueuedFinding }) {
  const [isOpen, setIsOpen] = useState(false);
  if (decision === null) return null;
  const act = audit.value.findLast((one) => one.act.type === 'review' && one.act.finding === id && !one.isUndone);
  const label = tell('takeBack');
  return (
    <>
      <p>
        <strong>{tell(`decision_${decision.decision}`)}</strong>{' '}
        <small>
          {when(decision.saidMs)} · {decision.by} · {decision.why}
        </small>
      </p>
      {decision.isOutdated && <p class="wrong">{tell('outdated')}</p>}
      {act !== undefined && (
        <>
          <button type="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            {label}
          </button>
          {isOpen && (
            <ActForm choices={[{ label: tell('undo', { n: act.number }), make: undoOf(act.number) }]} about={label} />
          )}
        </>
      )}
    </>
  );
}

const undoOf = (number: number) => () => ({ type: 'undo', number }) as const;

/** Nothing follows from either: who is disqualified for it is by an act of its own. */
function JudgeForm({ finding: { id, revision }, about }: { finding: QueuedFinding; about: string }) {
  const choice = (decision: 'confirmed' | 'dismissed') => ({
    label: tell(decision === 'confirmed' ? 'confirm' : 'dismiss'),
    make: () => ({ type: 'review', finding: id, revision, decision }) as const,
  });
  return (
    <>
      <p>
        <small>{tell('judgeHint')}</small>
      </p>
      <ActForm choices={[choice('confirmed'), choice('dismissed')]} about={about} />
    </>
  );
}

function whoIs(bib: string): string {
  const name = starters.value.get(bib)?.name;
  return name === undefined ? bib : `${name} (${bib})`;
}
