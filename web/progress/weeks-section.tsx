import { MEASURES, type Trend } from '../../schemas/athlete-progress.ts';
import { Choice } from './choice.tsx';
import { measure, sport, weeks } from './progress-store.ts';
import { dayText, MEASURE_NAMES, say, sportName, written } from './say.ts';
import { SumsTable } from './sums-table.tsx';
import { WeeksChart } from './weeks-chart.tsx';

/** Half a year of weeks as bars, in words where they lead, and as a table. */
export function WeeksSection() {
  const answer = weeks.value;
  const shown = measure.value;
  const trend = answer?.trends.find((one) => one.measure === shown);
  return (
    <section aria-labelledby="weeks">
      <h2 id="weeks">
        {say('weeks')}
        {sport.value !== '' && `: ${sportName(sport.value)}`}
      </h2>
      <Choice
        label={say('measure')}
        value={shown}
        options={MEASURES.map((one) => [one, say(MEASURE_NAMES[one])])}
        onChoose={(chosen) => {
          measure.value = chosen;
        }}
      />
      {answer !== null && (
        <>
          <WeeksChart weeks={answer.weeks} measure={shown} />
          <p class="trend">{trend === undefined ? say('noTrend') : trendText(trend)}</p>
          <SumsTable
            {...{ title: say('asTable'), label: say('weeks'), head: say('weekOf'), columns: MEASURES }}
            rows={answer.weeks.map((week) => [dayText(week.start), week.all] as const).toReversed()}
          />
        </>
      )}
    </section>
  );
}

/** A fall is told by how much, without its sign. */
function trendText({ measure, direction, perWeek, low, high, weeks: n }: Trend): string {
  const text = (value: number) => written(measure, value, 1);
  if (direction === 'falling') return say('falling', { by: text(-perWeek), low: text(-high), high: text(-low), n });
  return say(direction, { by: text(perWeek), low: text(low), high: text(high), n });
}
