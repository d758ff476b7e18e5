import { useRef, useState } from 'preact/hooks';
import { SPORTS } from '../../schemas/events.ts';
import { words } from '../format.ts';
import { movesTimes, useChangePreview } from './change-preview.ts';
import { goToDesk, LIST } from './desk-place.ts';
import { api, isOperator } from './desk-store.ts';
import { Field, Wrong } from './field.tsx';
import type { Setup, TaggedSetup } from './organiser-api.ts';
import { type PlacedProblems, placeProblems } from './place-problems.ts';
import { PreviewResult } from './preview-result.tsx';
import { Trouble } from './problem-text.tsx';
import { draftOf, idFrom, newDraft, type RaceDraft, statedOf } from './race-draft.ts';
import { RaceRows } from './race-rows.tsx';
import { SaveError, saveRace } from './save-race.ts';
import { tell } from './tell.ts';

const NOTHING: PlacedProblems = new Map();

interface RaceFormProps {
  readonly before: TaggedSetup | null;
  /** What the form begins with instead of what is there: a change that is to be undone. */
  readonly start?: Setup;
}

/** Makes a race, or changes one that is there. */
export function RaceForm({ before, start }: RaceFormProps) {
  const [draft, setDraft] = useState<RaceDraft>(() => {
    const named = { all: tell('all_'), start: tell('start'), finish: tell('finish'), open: tell('open_') };
    return before === null ? newDraft(Date.now(), named) : draftOf(start ?? before.setup);
  });
  const [problems, setProblems] = useState(NOTHING);
  const [trouble, setTrouble] = useState<unknown>(null);
  const [isSaving, setIsSaving] = useState(false);
  // Another try goes on from the version that the one before it reached.
  const reached = useRef(before);
  const form = useRef<HTMLFormElement>(null);
  const preview = useChangePreview(before);
  const change = (part: Partial<RaceDraft>) => {
    setDraft((was) => ({ ...was, ...part }));
    preview.forget();
  };
  const isToBeSeen = movesTimes(draft, before) && preview.found === null;
  const isNew = before === null;
  const isDraft = isNew || before.setup.state === 'draft';

  async function save(said: FormData): Promise<void> {
    const fileOf = (name: string) => {
      const file = said.get(name);
      return file instanceof File && file.size > 0 ? file : null;
    };
    setIsSaving(true);
    setProblems(NOTHING);
    setTrouble(null);
    if (reached.current?.setup.id !== draft.id) reached.current = null;
    try {
      await saveRace(api, {
        ...{ draft, files: { gpx: fileOf('gpx'), csv: fileOf('csv') }, isToBeLive: said.has('live') },
        ...{ before: reached.current, key: crypto.randomUUID() },
        onSaved: (saved) => {
          reached.current = saved;
        },
      });
      goToDesk({ ...LIST, race: draft.id });
    } catch (error) {
      const isPlaced = error instanceof SaveError;
      const placed = isPlaced ? placeProblems(error.step, error.problem) : NOTHING;
      setProblems(placed);
      setTrouble(placed.size > 0 ? null : isPlaced ? error.problem : error);
      setIsSaving(false);
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
    }
  }

  return (
    <section class="whole" aria-label={tell(isNew ? 'newRace' : 'edit')}>
      <form
        ref={form}
        class="race-form"
        onSubmit={(event) => {
          event.preventDefault();
          const { submitter } = event as unknown as SubmitEvent;
          const isAnyway = (submitter as HTMLButtonElement | null)?.value === 'anyway';
          if (isToBeSeen && !isAnyway) void preview.ask(statedOf(draft, 'live'));
          else void save(new FormData(event.currentTarget));
        }}
      >
        {start !== undefined && <p>{tell('undoNote')}</p>}
        <Field label={tell('name')} field="name" problems={problems}>
          {(named) => (
            <input
              {...named}
              value={draft.name}
              required
              maxLength={120}
              onInput={({ currentTarget: { value: name } }) => {
                const isIdOwn = !isNew || draft.id !== idFrom(draft.name);
                change({ name, ...(!isIdOwn && { id: idFrom(name) }) });
              }}
            />
          )}
        </Field>
        <Field label={tell('id')} hint={tell('idHint')} field="id" problems={problems}>
          {(named) => (
            <input
              {...named}
              value={draft.id}
              required
              readOnly={!isNew}
              pattern="[a-z0-9][a-z0-9\-]{0,31}"
              onInput={(event) => change({ id: event.currentTarget.value })}
            />
          )}
        </Field>
        {isNew && isOperator.value && (
          <Field label={tell('organiser')} field="organiser" problems={problems}>
            {(named) => (
              <input
                {...named}
                value={draft.organiser}
                required
                onInput={(event) => change({ organiser: event.currentTarget.value })}
              />
            )}
          </Field>
        )}
        <Field label={tell('sport')} field="sport" problems={problems}>
          {(named) => (
            <select {...named} value={draft.sport} onChange={(event) => change({ sport: event.currentTarget.value })}>
              {SPORTS.map((sport) => (
                <option key={sport} value={sport}>
                  {words(sport)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={tell('gpx')} hint={isNew ? '' : tell('gpxKept')} field="gpx" problems={problems}>
          {(named) => <input {...named} type="file" name="gpx" accept=".gpx,application/gpx+xml" required={isNew} />}
        </Field>
        <label class="field">
          <span>{tell('laps')}</span>
          <input
            {...{ type: 'number', min: 1, max: 1_000, required: true, value: draft.laps }}
            onInput={(event) => change({ laps: event.currentTarget.value })}
          />
        </label>
        <Field
          label={tell('csv')}
          hint={`${tell('csvHint')} ${isNew ? '' : tell('csvKept')}`}
          field="csv"
          problems={problems}
        >
          {(named) => <input {...named} type="file" name="csv" accept=".csv,.tsv,text/csv" required={isNew} />}
        </Field>
        <Field label={tell('closes')} field="closes" problems={problems}>
          {(named) => (
            <input
              {...{ ...named, type: 'datetime-local', step: '0.1', value: draft.closes }}
              required
              onInput={(event) => change({ closes: event.currentTarget.value })}
            />
          )}
        </Field>
        <RaceRows {...{ draft, problems, change }} />
        {isDraft && (
          <label class="check">
            <input type="checkbox" name="live" defaultChecked={isNew} /> {tell('makeLive')}
          </label>
        )}
        <Trouble error={trouble} />
        <Wrong id="race-wrong" field="" problems={problems} />
        {preview.found !== null && <PreviewResult preview={preview.found} />}
        <Trouble error={preview.trouble} />
        <p role="status">
          {isSaving ? tell('saving') : problems.size > 0 ? tell('notSaved') : ''}
          {preview.isAsking && tell('looking', preview.progress ?? { done: 0, of: '…' })}
        </p>
        <p class="formats">
          <button type="submit" disabled={isSaving || preview.isAsking}>
            {tell(isNew ? 'create' : isToBeSeen ? 'seeDifference' : preview.found !== null ? 'applyChange' : 'save')}
          </button>
          {isToBeSeen && preview.trouble !== null && (
            <button type="submit" value="anyway" disabled={isSaving}>
              {tell('applyUnseen')}
            </button>
          )}
          <button type="button" onClick={() => goToDesk({ ...LIST, race: before?.setup.id ?? '' })}>
            {tell('cancel')}
          </button>
        </p>
      </form>
    </section>
  );
}
