import { say } from '../race/language.ts';
import { FormRows, RowInput } from './form-rows.tsx';
import type { PlacedProblems } from './place-problems.ts';
import { type CheckpointRow, type RaceDraft, withIds } from './race-draft.ts';
import { tell } from './tell.ts';

interface RaceRowsProps {
  readonly draft: RaceDraft;
  readonly problems: PlacedProblems;
  readonly change: (part: Partial<RaceDraft>) => void;
}

const METRES = '\\s*\\d+(\\.\\d+)?([,;\\s]+\\d+(\\.\\d+)?)*\\s*';
const ROLES = ['start', 'between', 'finish'] as const;

/** Waves with their guns, checkpoints by their metres, and categories. */
export function RaceRows({ draft, problems, change }: RaceRowsProps) {
  const idsIn = (rows: readonly { id: string; name: string }[], kind: string) =>
    tell('idIs', {
      id: withIds(rows, kind)
        .map(({ id }) => id)
        .join(', '),
    });
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return (
    <>
      <FormRows
        {...{ title: tell('waves'), field: 'waves', rows: draft.waves, problems }}
        hint={`${tell('zone', { zone: timeZone })} ${idsIn(draft.waves, 'wave')}`}
        fresh={{ id: '', name: '', gun: draft.waves.at(-1)?.gun ?? '', kept: null }}
        onChange={(waves) => change({ waves })}
        inputs={({ name, gun }, set, of) => (
          <>
            <RowInput
              label={tell('name')}
              name={of(tell('name'))}
              value={name}
              required
              onInput={(name) => set({ name })}
            />
            <RowInput
              {...{ label: tell('gun'), name: of(tell('gun')), value: gun, type: 'datetime-local', step: '0.1' }}
              required
              onInput={(gun) => set({ gun })}
            />
          </>
        )}
      />
      <FormRows
        {...{ title: tell('checkpoints'), field: 'checkpoints', rows: draft.checkpoints, problems }}
        hint={tell('metresHint')}
        fresh={{ id: '', name: '', role: 'between', metres: '', kept: null } as CheckpointRow}
        onChange={(checkpoints) => change({ checkpoints })}
        inputs={({ name, role, metres }, set, of) => (
          <>
            <RowInput
              label={tell('name')}
              name={of(tell('name'))}
              value={name}
              required
              onInput={(name) => set({ name })}
            />
            <label class="field">
              <span>{tell('role')}</span>
              <select
                aria-label={of(tell('role'))}
                value={role}
                onChange={(event) => set({ role: event.currentTarget.value as CheckpointRow['role'] })}
              >
                {ROLES.map((one) => (
                  <option key={one} value={one}>
                    {tell(one)}
                  </option>
                ))}
              </select>
            </label>
            <RowInput
              {...{ label: tell('metres'), name: of(tell('metres')), value: metres, pattern: METRES }}
              required={role === 'between'}
              onInput={(metres) => set({ metres })}
            />
          </>
        )}
      />
      <FormRows
        {...{ title: tell('categories'), field: 'categories', rows: draft.categories, problems }}
        hint={idsIn(draft.categories, 'category')}
        fresh={{ id: '', name: '', sex: '', minAge: '', maxAge: '' }}
        onChange={(categories) => change({ categories })}
        inputs={({ name, sex, minAge, maxAge }, set, of) => (
          <>
            <RowInput
              label={tell('name')}
              name={of(tell('name'))}
              value={name}
              required
              onInput={(name) => set({ name })}
            />
            <label class="field">
              <span>{say('sex')}</span>
              <select
                aria-label={of(say('sex'))}
                value={sex}
                onChange={(event) => set({ sex: event.currentTarget.value })}
              >
                <option value="">{say('any')}</option>
                {(['female', 'male', 'other'] as const).map((one) => (
                  <option key={one} value={one}>
                    {say(one)}
                  </option>
                ))}
              </select>
            </label>
            <RowInput
              {...{ label: tell('minAge'), name: of(tell('minAge')), value: minAge, type: 'number' }}
              onInput={(minAge) => set({ minAge })}
            />
            <RowInput
              {...{ label: tell('maxAge'), name: of(tell('maxAge')), value: maxAge, type: 'number' }}
              onInput={(maxAge) => set({ maxAge })}
            />
          </>
        )}
      />
    </>
  );
}
