import { useEffect, useRef, useState } from 'preact/hooks';
import { SPORTS } from '../../schemas/events.ts';
import { sportName, written } from '../progress/say.ts';
import { AppLink } from './app-link.tsx';
import { lookBy, place } from './app-place.ts';
import { DraftRows } from './draft-rows.tsx';
import { arrivals } from './drafts.ts';
import { Field, Select, Trouble } from './form.tsx';
import { askedFor, filterOf, queryOf } from './history-filter.ts';
import { tell } from './tell.ts';
import { readTotals, readWorkouts, type Workout, type WorkoutTotals } from './workout-api.ts';
import { WorkoutCard } from './workout-card.tsx';

const PAGE = 30;
/** After the last letter, so that not each of them is a question. */
const SEARCH_AFTER_MS = 250;

/** All workouts that the filters let through, and their sums. */
export function HistoryPage() {
  const query = place.value?.query ?? '';
  const arrived = arrivals.value;
  const [workouts, setWorkouts] = useState<readonly Workout[] | null>(null);
  const [totals, setTotals] = useState<WorkoutTotals | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const turn = useRef(0);

  async function look(cursor: string | null): Promise<void> {
    const mine = ++turn.current;
    const asked = askedFor(query);
    const page = new URLSearchParams([
      ...asked,
      ['limit', String(PAGE)],
      ...(cursor === null ? [] : [['cursor', cursor]]),
    ]);
    try {
      const [found, sums] = await Promise.all([readWorkouts(page), readTotals(asked)]);
      // Another may have been asked for meanwhile.
      if (mine !== turn.current) return;
      setWorkouts((before) => [...(cursor === null ? [] : (before ?? [])), ...found.workouts]);
      setNext(found.next);
      setTotals(sums);
      setWrong(null);
    } catch (error) {
      if (mine === turn.current) setWrong(error);
    }
  }

  useEffect(() => {
    const timer = setTimeout(() => void look(null), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [query, arrived]);
  return (
    <div class="whole history">
      <p class="formats">
        <AppLink to="add" class="button">
          {tell('add')}
        </AppLink>
        <AppLink to="imports" class="button">
          {tell('imports')}
        </AppLink>
      </p>
      <DraftRows />
      <Filters query={query} />
      <p role="status" class="totals">
        {totals !== null && totalsText(totals)}
      </p>
      <Trouble error={wrong} />
      {workouts === null && wrong === null && <p class="empty">{tell('loading')}</p>}
      {workouts?.length === 0 && <p class="empty">{query === '' ? tell('noWorkouts') : tell('noneMatches')}</p>}
      <ul class="list">
        {(workouts ?? []).map((one) => (
          <li key={one.id}>
            <WorkoutCard workout={one} />
          </li>
        ))}
      </ul>
      {next !== null && (
        <button type="button" onClick={() => void look(next)}>
          {tell('showOlder')}
        </button>
      )}
    </div>
  );
}

function totalsText({ workouts, durationS, distanceM, climbM }: WorkoutTotals): string {
  return tell('totals', {
    n: workouts,
    distance: written('distanceM', distanceM),
    time: written('movingS', durationS),
    climb: written('elevationGainM', climbM),
  });
}

/** In the address, so that going back and reloading keep them. */
function Filters({ query }: { query: string }) {
  const filter = filterOf(query);
  const bound = (name: keyof typeof filter) => ({
    ...{ name, value: filter[name], onInput: (value: string) => lookBy(queryOf({ ...filter, [name]: value })) },
  });
  return (
    <search class="filters" aria-label={tell('filters')}>
      <Field label={tell('searchText')} {...bound('text')} maxLength={100} />
      <Select
        label={tell('sport')}
        {...bound('sport')}
        options={[['', tell('allSports')], ...SPORTS.map((one) => [one, sportName(one)] as const)]}
      />
      <Select
        label={tell('source')}
        {...bound('source')}
        options={[
          ['', tell('allSources')],
          ['stream', tell('recorded')],
          ['manual', tell('byHand')],
        ]}
      />
      <Field label={tell('fromDay')} type="date" {...bound('from')} />
      <Field label={tell('untilDay')} type="date" {...bound('until')} />
    </search>
  );
}
