import { say } from '../race/language.ts';
import { ActForm } from './act-form.tsx';
import { AthleteDesk } from './athlete-desk.tsx';
import { AuditTrail } from './audit-trail.tsx';
import { DeskBoard } from './desk-board.tsx';
import { desk } from './desk-place.ts';
import { audit, shown } from './desk-store.ts';
import { ResultFiles } from './result-files.tsx';
import { ReviewQueue } from './review-queue.tsx';
import { tell } from './tell.ts';
import { TimeEntry } from './time-entry.tsx';

/** Everything that is decided about one race. */
export function RaceDesk() {
  const { bib } = desk.value;
  if (shown.value?.setup.state === 'draft') return <p class="empty">{tell('problem_race_draft')}</p>;
  return (
    <>
      <div class="column deciding">
        {bib !== '' && <AthleteDesk key={bib} bib={bib} />}
        <StateActs />
        {bib === '' && (
          <section aria-labelledby="by-hand">
            <h2 id="by-hand">{tell('timeByHand')}</h2>
            <TimeEntry bib="" entry={null} />
          </section>
        )}
        <ReviewQueue />
      </div>
      <div class="column">
        <DeskBoard />
        <ResultFiles />
      </div>
      <AuditTrail />
    </>
  );
}

/** Freezing and publishing; going on takes the last of these back. */
function StateActs() {
  const state = shown.value?.setup.state ?? 'draft';
  const isOf = (type: string) => type === 'freeze' || type === 'publish';
  const last = audit.value.findLast(({ act, isUndone }) => isOf(act.type) && !isUndone);
  const back =
    last === undefined
      ? []
      : [
          {
            label: tell(last.act.type === 'freeze' ? 'goOn' : 'unpublish'),
            make: () => ({ type: 'undo', number: last.number }) as const,
          },
        ];
  const freeze = { label: tell('freeze'), make: () => ({ type: 'freeze' }) as const };
  const publish = { label: tell('publish'), make: () => ({ type: 'publish' }) as const };
  const onward = state === 'live' ? [freeze, publish] : state === 'frozen' ? [publish] : [];
  return (
    <section aria-labelledby="state">
      <h2 id="state">{tell('state')}</h2>
      <p>
        <strong>{say(state === 'draft' ? 'race' : state)}</strong>
      </p>
      <ActForm choices={[...onward, ...back]} />
    </section>
  );
}
