import { useState } from 'preact/hooks';
import { ActForm } from './act-form.tsx';
import { shown } from './desk-store.ts';
import { localText, msOf } from './local-time.ts';
import { tell } from './tell.ts';

interface TimeEntryProps {
  /** '' where one is asked for. */
  readonly bib: string;
  /** The crossing that is corrected; null for a new one. */
  readonly entry: { readonly checkpoint: string; readonly pass: number; readonly timeMs: number } | null;
}

/** States when somebody crossed a checkpoint, or that they did not. */
export function TimeEntry({ bib: known, entry }: TimeEntryProps) {
  const checkpoints = shown.value?.setup.checkpoints ?? [];
  const [bib, setBib] = useState(known);
  const [checkpoint, setCheckpoint] = useState(entry?.checkpoint ?? checkpoints.at(-1)?.id ?? '');
  const [pass, setPass] = useState(String(entry?.pass ?? 1));
  const [time, setTime] = useState(() => localText(entry?.timeMs ?? Date.now()));
  const place = () => ({ bib: bib.trim(), checkpoint, pass: Number(pass) });
  return (
    <ActForm
      choices={[
        { label: tell('enterTime'), make: () => ({ type: 'crossing', ...place(), timeMs: msOf(time) }) },
        { label: tell('strike'), make: () => ({ type: 'strike', ...place() }) },
      ]}
      about={tell('timeByHand')}
    >
      <div class="row">
        {known === '' && (
          <label class="field">
            <span>{tell('bib')}</span>
            <input
              {...{ value: bib, required: true, pattern: '[A-Za-z0-9\\-]{1,16}', autocomplete: 'off' }}
              onInput={(event) => setBib(event.currentTarget.value)}
            />
          </label>
        )}
        <label class="field">
          <span>{tell('checkpoint')}</span>
          <select value={checkpoint} onChange={(event) => setCheckpoint(event.currentTarget.value)}>
            {checkpoints.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{tell('pass')}</span>
          <input
            {...{ type: 'number', min: 1, max: 1_000, required: true, value: pass }}
            onInput={(event) => setPass(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>{tell('time')}</span>
          <input
            {...{ type: 'datetime-local', step: '0.1', required: true, value: time }}
            onInput={(event) => setTime(event.currentTarget.value)}
          />
        </label>
      </div>
    </ActForm>
  );
}
