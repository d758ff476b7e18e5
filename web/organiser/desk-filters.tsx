import { say } from '../race/language.ts';
import { filters, search, shown, starters } from './desk-store.ts';
import { tell } from './tell.ts';

/** Search, and whom the board is narrowed to. Clubs are those of the starters, with how many each has. */
export function DeskFilters() {
  const setup = shown.value?.setup;
  const counts = new Map<string, number>();
  for (const { club } of starters.value.values()) if (club !== '') counts.set(club, (counts.get(club) ?? 0) + 1);
  const clubs = [...counts].sort(([a], [b]) => a.localeCompare(b));
  const { wave, category, club } = filters.value;
  return (
    <search class="desk-filters">
      <label class="field">
        <span>{tell('search')}</span>
        <input
          {...{ type: 'search', value: search.value, placeholder: say('searchHint'), maxLength: 60 }}
          onInput={(event) => {
            search.value = event.currentTarget.value;
          }}
        />
      </label>
      <Choose label={say('wave')} value={wave} field="wave" all={(setup?.waves ?? []).map(named)} />
      <Choose label={say('category')} value={category} field="category" all={(setup?.categories ?? []).map(named)} />
      {clubs.length > 0 && (
        <Choose
          label={say('club')}
          value={club}
          field="club"
          all={clubs.map(([name, n]) => [name, `${name} (${n})`] as const)}
        />
      )}
    </search>
  );
}

function named({ id, name }: { id: string; name: string }): readonly [string, string] {
  return [id, name];
}

interface ChooseProps {
  readonly label: string;
  readonly value: string;
  readonly field: 'wave' | 'category' | 'club';
  readonly all: readonly (readonly [id: string, name: string])[];
}

function Choose({ label, value, field, all }: ChooseProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select
        value={value}
        onChange={(event) => {
          filters.value = { ...filters.value, [field]: event.currentTarget.value };
        }}
      >
        <option value="">{say('any')}</option>
        {all.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
