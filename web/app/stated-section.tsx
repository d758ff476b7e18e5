import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { SPORTS, type Sport } from '../../schemas/events.ts';
import { dayText, sportName } from '../progress/say.ts';
import { today, withoutRow, withRow } from './dated-rows.ts';
import { Field, Form, Select, Trouble } from './form.tsx';
import { sayOfProfile, type TaggedProfile } from './own-profile.ts';
import type { Dated } from './profile-fields.ts';
import { STATED_LISTS, type StatedList } from './stated-lists.ts';
import { tell } from './tell.ts';

interface StatedSectionProps {
  readonly list: StatedList;
  readonly held: TaggedProfile;
  /** Of `thresholds` each row is of one sport, of `heart` it may be, of `body` it is of none. */
  readonly sports: 'none' | 'some' | 'one';
  /** Above the list. */
  readonly children?: ComponentChildren;
}

type Row = Dated & Readonly<Record<string, unknown>>;

/** What holds from a day on: all that was stated, the newest first, and a form for more. */
export function StatedSection({ list, held, sports, children }: StatedSectionProps) {
  const rows = (held.profile[list] ?? []) as readonly Row[];
  return (
    <section aria-labelledby={list}>
      <h2 id={list}>{tell(list)}</h2>
      {children}
      {rows.length === 0 && <p class="none">{tell('statedNone')}</p>}
      <ul class="rows">
        {rows.toReversed().map((row) => (
          <li key={`${row.from} ${row.sports}`} data-stated={row.from}>
            <StatedRow
              {...{ list, row }}
              onRemove={async () => void (await sayOfProfile(held, { [list]: withoutRow(rows, row) }))}
            />
          </li>
        ))}
      </ul>
      <details>
        <summary>{tell('stateMore')}</summary>
        <StateForm
          {...{ list, sports }}
          key={held.etag}
          onState={async (row) => void (await sayOfProfile(held, { [list]: withRow(rows, row) }))}
        />
      </details>
    </section>
  );
}

function StatedRow({ list, row, onRemove }: { list: StatedList; row: Row; onRemove: () => Promise<void> }) {
  const [isSure, setSure] = useState(false);
  const [wrong, setWrong] = useState<unknown>(null);
  const [sport = 'other'] = row.sports ?? [];
  const values = STATED_LISTS[list].flatMap(({ name, text }) => {
    const value = row[name] as number | readonly number[] | undefined;
    return value === undefined ? [] : [text(value, sport)];
  });
  const where = list === 'body' ? '' : (row.sports?.map(sportName).join(', ') ?? tell('statedEverySport'));
  const day = dayText(row.from);
  const what = [where, ...values].filter(Boolean).join(' · ');
  return (
    <>
      <span>
        <strong>{values.join(' · ')}</strong>
        <small>{[tell('statedFrom', { day }), where].filter(Boolean).join(' · ')}</small>
        <Trouble error={wrong} />
      </span>
      {isSure ? (
        <button type="button" onClick={() => void onRemove().catch(setWrong)}>
          {tell('statedRemoveSure')}
        </button>
      ) : (
        <button type="button" aria-label={tell('statedRemoveOf', { day, what })} onClick={() => setSure(true)}>
          {tell('remove')}
        </button>
      )}
    </>
  );
}

interface StateFormProps extends Pick<StatedSectionProps, 'list' | 'sports'> {
  readonly onState: (row: Row) => Promise<void>;
}

function StateForm({ list, sports, onState }: StateFormProps) {
  const [sport, setSport] = useState<Sport | ''>(sports === 'one' ? 'run' : '');
  const [day, setDay] = useState(today());
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const fields = STATED_LISTS[list];
  const ofSport = sport === '' ? 'other' : sport;
  async function state(): Promise<void> {
    const said = fields
      .filter(({ name }) => (texts[name] ?? '').trim() !== '')
      .map(({ name, read }) => [name, read(texts[name], ofSport)]);
    await onState({ from: day, ...(sport !== '' && { sports: [sport] }), ...Object.fromEntries(said) });
  }
  return (
    <Form action={tell('stateGo')} onSend={state} label={tell(list)}>
      <p class="none">{tell('stateHow')}</p>
      <div class="more">
        <Field label={tell('stateFrom')} name="from" type="date" value={day} required onInput={setDay} />
        {sports !== 'none' && (
          <Select
            label={tell('stateSport')}
            name="sports"
            value={sport}
            options={[
              ...(sports === 'some' ? [['', tell('statedEverySport')] as const] : []),
              ...SPORTS.map((one) => [one, sportName(one)] as const),
            ]}
            onInput={(next) => setSport(next as Sport | '')}
          />
        )}
        {fields.map(({ name, label, hint, isText, limitText }) => (
          <Field
            key={name}
            {...{
              name,
              ...(limitText && { limitText }),
              label: label(ofSport),
              hint: hint?.(ofSport) ?? '',
              value: texts[name] ?? '',
            }}
            {...(isText?.(ofSport) ? { maxLength: 60 } : { type: 'number', inputMode: 'decimal', step: 'any' })}
            onInput={(text) => setTexts({ ...texts, [name]: text })}
          />
        ))}
      </div>
    </Form>
  );
}
