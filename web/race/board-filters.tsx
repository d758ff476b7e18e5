import { useState } from 'preact/hooks';
import { say } from './language.ts';
import { askRaces, type PublicStarter } from './race-answers.ts';
import { at, goTo } from './race-place.ts';
import { race } from './race-store.ts';

interface Choice {
  readonly id: string;
  readonly name: string;
}

/** Search, and filters; what is chosen stands in the address. */
export function BoardFilters() {
  const { search, wave, sex, category, club } = at.value;
  const shown = race.value;
  const isNarrowed = [wave, sex, category, club].some((value) => value !== '');
  const [clubs, setClubs] = useState<readonly string[]>([]);
  /** Everybody's, once somebody looks for one. */
  async function readClubs(): Promise<void> {
    if (clubs.length > 0 || shown === null) return;
    const { starters } = await askRaces<{ starters: PublicStarter[] }>(`/${shown.id}/starters`);
    const names = new Set(starters.map((starter) => starter.club).filter((name) => name !== ''));
    setClubs([...names].sort((a, b) => a.localeCompare(b)));
  }
  const known = club === '' || clubs.includes(club) ? clubs : [club, ...clubs];
  const sexes: Choice[] = (['female', 'male', 'other'] as const).map((id) => ({ id, name: say(id) }));
  return (
    <search class="filters">
      <label class="search">
        <span>{say('search')}</span>
        <input
          type="search"
          value={search}
          placeholder={say('searchHint')}
          maxLength={60}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => goTo({ search: event.currentTarget.value })}
        />
      </label>
      <details open={isNarrowed} onToggle={(event) => void (event.currentTarget.open && readClubs())}>
        <summary>{say('filters')}</summary>
        <div class="choices">
          <Choose label={say('wave')} value={wave} all={shown?.waves ?? []} onChoose={(wave) => goTo({ wave })} />
          <Choose label={say('sex')} value={sex} all={sexes} onChoose={(sex) => goTo({ sex })} />
          <Choose
            label={say('category')}
            value={category}
            all={shown?.categories ?? []}
            onChoose={(category) => goTo({ category })}
          />
          <Choose
            label={say('club')}
            value={club}
            all={known.map((name) => ({ id: name, name }))}
            onChoose={(club) => goTo({ club })}
          />
        </div>
      </details>
    </search>
  );
}

interface ChooseProps {
  readonly label: string;
  readonly value: string;
  readonly all: readonly Choice[];
  readonly onChoose: (id: string) => void;
}

function Choose({ label, value, all, onChoose }: ChooseProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">{say('any')}</option>
        {all.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
