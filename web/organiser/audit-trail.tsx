import { useState } from 'preact/hooks';
import { when } from '../race/race-format.ts';
import { ActForm } from './act-form.tsx';
import { actText } from './act-text.ts';
import { nameOf } from './athlete-desk.tsx';
import { audit } from './desk-store.ts';
import type { AuditedAct } from './organiser-api.ts';
import { tell } from './tell.ts';

/** Every act, the newest first: who, when, why, and a way back for those that stand. */
export function AuditTrail() {
  const acts = audit.value.toReversed();
  return (
    <section class="whole audit" aria-labelledby="audit">
      <h2 id="audit">{tell('audit')}</h2>
      {acts.length === 0 ? (
        <p>{tell('noActs')}</p>
      ) : (
        <ol class="desk-list">
          {acts.map((one) => (
            <Entry key={one.number} one={one} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Entry({ one }: { one: AuditedAct }) {
  const [isOpen, setIsOpen] = useState(false);
  const { number, by, saidMs, why, isUndone } = one;
  const label = tell('undo', { n: number });
  return (
    <li data-act={number}>
      <p>
        {number}. <span class={isUndone ? 'undone' : undefined}>{actText(one, nameOf)}</span>{' '}
        {isUndone && <strong>{tell('isUndone')}</strong>}
      </p>
      <p>
        <small>
          {when(saidMs)} · {by} · {why}
        </small>
      </p>
      {!isUndone && (
        <button type="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {label}
        </button>
      )}
      {isOpen && !isUndone && <ActForm choices={[{ label, make: () => ({ type: 'undo', number }) }]} about={label} />}
    </li>
  );
}
