import { ActiveChart, LINES } from './active-chart.tsx';
import { DataTable } from './data-table.tsx';
import type { ActiveDays } from './product-answers.ts';
import { count, dayText, percent, say } from './say.ts';

/** How many different people were here, by day, in 7 and in 30 days. */
export function ActiveSection({ active: { days } }: { active: ActiveDays }) {
  const last = days.at(-1);
  if (last === undefined) return null;
  const stickiness = (share: number | null) => (share === null ? '–' : percent(share));
  return (
    <section aria-labelledby="active">
      <h2 id="active">{say('active')}</h2>
      <dl class="numbers">
        {LINES.map(({ name, color }) => (
          <div key={name} data-active={name}>
            <dt>
              <span class="swatch" style={{ background: `var(${color})` }} /> {say(`active_${name}`)}
            </dt>
            <dd class="value">{count(last[name])}</dd>
          </div>
        ))}
        <div data-active="stickiness">
          <dt>{say('stickiness')}</dt>
          <dd class="value">{stickiness(last.stickiness)}</dd>
        </div>
      </dl>
      <p class="none">{say('activeHow', { day: dayText(last.day) })}</p>
      <ActiveChart days={days} />
      <DataTable
        label={say('active')}
        head={[say('day'), ...LINES.map(({ name }) => say(`active_${name}`)), say('stickiness')]}
        rows={days
          .toReversed()
          .map(({ day, daily, weekly, monthly, stickiness: share }) => [
            ...[dayText(day), count(daily), count(weekly), count(monthly), stickiness(share)],
          ])}
        csv={{
          ...{ name: 'active-days', head: ['day', 'daily', 'weekly', 'monthly', 'stickiness'] },
          rows: days.map(({ day, daily, weekly, monthly, stickiness: share }) => [day, daily, weekly, monthly, share]),
        }}
      />
    </section>
  );
}
