import { useState } from 'preact/hooks';
import { units } from '../units.ts';
import { AppLink } from './app-link.tsx';
import { DraftRows } from './draft-rows.tsx';
import { enter, keepForm, keptForm } from './drafts.ts';
import { tell } from './tell.ts';
import { enteredFrom, freshFields, type WorkoutFields } from './workout-fields.ts';
import { WorkoutForm } from './workout-form.tsx';

const fresh = () => freshFields(Date.now(), new Date().getTimezoneOffset(), units.value);

/** A workout by hand: written with or without a network, sent when there is one. */
export function AddPage() {
  const [fields, setFields] = useState<WorkoutFields>(() => ({ ...fresh(), ...keptForm() }));
  const [said, say] = useState('');

  function change(next: WorkoutFields): void {
    setFields(next);
    keepForm(next);
    say('');
  }

  async function save(): Promise<void> {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    const hasArrived = await enter(enteredFrom(fields, timeZone));
    keepForm(null);
    // The next one is often of the same kind.
    setFields({ ...fresh(), sport: fields.sport, visibility: fields.visibility });
    say(tell(hasArrived ? 'saved' : 'kept'));
  }

  return (
    <>
      <section class="column" aria-label={tell('add')}>
        <WorkoutForm action={tell('save')} fields={fields} onChange={change} onSend={save} />
        <p role="status">
          {said} {said !== '' && <AppLink to="history">{tell('history')}</AppLink>}
        </p>
      </section>
      <DraftRows
        onEdit={(next) => {
          change(next);
          scrollTo(0, 0);
        }}
      />
    </>
  );
}
