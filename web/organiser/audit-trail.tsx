import { useState } from 'preact/hooks';
import { when } from '../race/race-format.ts';
import { ActForm } from './act-form.tsx';
import { actText } from './act-text.ts';
import { nameOf } from './athlete-desk.tsx';
import { DeskLink } from './desk-link.tsx';
import { LIST } from './desk-place.ts';
import { audit, changes, shown } from './desk-store.ts';
import type { AuditedAct, AuditedChange } from './organiser-api.ts';
import { tell } from './tell.ts';
import { undoneSetting } from './undone-setting.ts';

type Line = { readonly saidMs: number } & (
  | { readonly act: AuditedAct; readonly change?: never }
  | { readonly change: AuditedChange; readonly act?: never }
);

/**
 * Every act, and every change of the race's setting, the newest first: who, when, why. Acts that stand have a way back,
 * and changes of which it is kept what was before.
 */
export function AuditTrail() {
  const lines: Line[] = [
    ...audit.value.map((act) => ({ saidMs: act.saidMs, act })),
    ...changes.value.map((change) => ({ saidMs: change.saidMs, change })),
  ].sort((a, b) => b.saidMs - a.saidMs);
  return (
    <section class="whole audit" aria-labelledby="audit">
      <h2 id="audit">{tell('audit')}</h2>
      {lines.length === 0 ? (
        <p>{tell('noActs')}</p>
      ) : (
        <ol class="desk-list">
          {lines.map(({ act, change }) =>
            act === undefined ? (
              <Change key={`version ${change.version}`} change={change} />
            ) : (
              <Entry key={act.number} one={act} />
            ),
          )}
        </ol>
      )}
    </section>
  );
}

function Change({ change: { version, by, saidMs, changed } }: { change: AuditedChange }) {
  const setup = shown.value?.setup;
  const parts = changed.length === 0 ? tell('part_nothing') : changed.map((part) => tell(`part_${part}`)).join(', ');
  return (
    <li data-version={version}>
      <p>{tell('settingChanged', { version, parts })}</p>
      <p>
        <small>
          {when(saidMs)} · {by}
        </small>
      </p>
      {setup !== undefined && undoneSetting(setup, changes.value, version) !== null && (
        <p>
          <DeskLink to={{ ...LIST, race: setup.id, isEditing: true, undo: version }}>
            {tell('undoVersion', { version })}
          </DeskLink>
        </p>
      )}
      {changed.some((part) => part === 'course' || part === 'starters') && (
        <p>
          <small>{tell('fileAgain')}</small>
        </p>
      )}
    </li>
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
