import { signal } from '@preact/signals';
import { MEASURES, type Year } from '../../schemas/athlete-progress.ts';
import { Choice } from './choice.tsx';
import { years } from './progress-store.ts';
import { MEASURE_NAMES, monthText, say, sportName, written } from './say.ts';
import { SumsTable } from './sums-table.tsx';

/** '' for the newest. */
const chosen = signal('');

/** One year in sums, by sport and by month. */
export function YearsSection() {
  const all = years.value?.years ?? [];
  const shown = all.find(({ year }) => String(year) === chosen.value) ?? all.at(0);
  if (shown === undefined) return null;
  return (
    <section aria-labelledby="years">
      <h2 id="years">{say('years')}</h2>
      <Choice
        label={say('whichYear')}
        value={String(shown.year)}
        options={all.map(({ year }) => [String(year), String(year)])}
        onChoose={(year) => {
          chosen.value = year;
        }}
      />
      <OneYear year={shown} />
    </section>
  );
}

function OneYear({ year }: { year: Year }) {
  const { all, bySport, months, activeDays, longestDistance, longestMoving } = year;
  return (
    <>
      <dl class="numbers">
        {MEASURES.map((one) => (
          <div key={one} data-year={one}>
            <dt>{say(MEASURE_NAMES[one])}</dt>
            <dd class="value">{written(one, all[one])}</dd>
          </div>
        ))}
      </dl>
      <p>{say('activeDays', { n: activeDays })}</p>
      <ul class="plain">
        <LongestItem measure="distanceM" longest={longestDistance} />
        <LongestItem measure="movingS" longest={longestMoving} />
      </ul>
      <SumsTable
        {...{ title: say('bySport'), label: say('bySport'), columns: COLUMNS }}
        head={say('sport')}
        rows={bySport.map(({ sport, ...sums }) => [sportName(sport), sums])}
      />
      <SumsTable
        {...{ title: say('byMonth'), label: say('byMonth'), columns: COLUMNS }}
        head={say('monthName')}
        rows={months.map((sums, month) => [monthText(month), sums] as const)}
      />
    </>
  );
}

type Longest = { readonly measure: 'distanceM' | 'movingS'; readonly longest: Year['longestDistance'] };

function LongestItem({ measure, longest }: Longest) {
  if (longest === null) return null;
  const { value, sport, activity } = longest;
  return (
    <li>
      <a href={`/?activity=${activity}`}>
        {say('longest', { value: written(measure, value), sport: sportName(sport) })}
      </a>
    </li>
  );
}

const COLUMNS = ['activities', 'distanceM', 'movingS', 'elevationGainM'] as const;
