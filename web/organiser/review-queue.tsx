import type { ReviewFinding } from '../../schemas/review.ts';
import { kilometresIn, timeOfDay } from '../race/race-format.ts';
import { actText } from './act-text.ts';
import { nameOf } from './athlete-desk.tsx';
import { DeskLink } from './desk-link.tsx';
import { desk } from './desk-place.ts';
import { audit, reviews } from './desk-store.ts';
import { tell } from './tell.ts';

/** What may be wrong, with what it rests on. A person decides, by an act on the athlete. */
export function ReviewQueue() {
  const { findings = [], leftOut = 0 } = reviews.value ?? {};
  return (
    <section aria-labelledby="reviews">
      <h2 id="reviews">{tell('reviews')}</h2>
      {findings.length === 0 && <p>{tell('noReviews')}</p>}
      <ul class="desk-list">
        {findings.map((finding) => (
          <Finding key={finding.id} finding={finding} />
        ))}
      </ul>
      {leftOut > 0 && <p>{tell('leftOut', { n: leftOut })}</p>}
    </section>
  );
}

function Finding({ finding }: { finding: ReviewFinding }) {
  const { kind, severity, bibs, about, from, until, numbers, isWithdrawn } = finding;
  const isOf = (bib: string) => bibs.includes(bib);
  const decided = audit.value.findLast(({ act, isUndone }) => act.type === 'verdict' && isOf(act.bib) && !isUndone);
  return (
    <li>
      <p class={isWithdrawn ? 'undone' : undefined}>
        <strong>{tell(`kind_${kind}`)}</strong> {about !== '' && `(${about})`} · {tell(`severity_${severity}`)}
      </p>
      <p>
        {bibs.map((bib) => (
          <DeskLink key={bib} to={{ ...desk.value, bib }}>
            {tell('decide', { name: bib })}{' '}
          </DeskLink>
        ))}
      </p>
      <p>
        <small>
          {tell('evidence', {
            ...{ from: kilometresIn(from.positionM, 2), fromTime: timeOfDay(from.atMs) },
            ...{ until: kilometresIn(until.positionM, 2), untilTime: timeOfDay(until.atMs) },
          })}
          {'; '}
          {Object.entries(numbers)
            .map(([name, value]) => `${name} ${value}`)
            .join(', ')}
        </small>
      </p>
      {isWithdrawn && <p>{tell('withdrawn')}</p>}
      {decided !== undefined && <p>{tell('decided', { n: decided.number, what: actText(decided, nameOf) })}</p>}
    </li>
  );
}
