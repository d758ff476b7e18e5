import {
  type AllSums,
  type Comparison,
  MEASURES,
  type Measure,
  SPAN_UNITS,
  type SpanSums,
  type Sums,
} from '../../schemas/athlete-progress.ts';
import type { Sport } from '../../schemas/events.ts';
import { Choice } from './choice.tsx';
import { compareText, POINTS, thenText } from './compare-text.ts';
import { comparisons, sport, unit, years } from './progress-store.ts';
import { MEASURE_NAMES, say, sportName, written } from './say.ts';
import type { ProgressPhrase } from './words-en.ts';

const NOTHING: Sums = { activities: 0, distanceM: 0, movingS: 0, elevationGainM: 0, trainingLoad: 0 };

/** A week, month or year in tiles: each measure now, and in words how it stands against before. */
export function ComparisonSection() {
  const all = comparisons.value?.comparisons ?? [];
  const comparison = all.find((one) => one.unit === unit.value);
  const did = [...new Set((years.value?.years ?? []).flatMap(({ bySport }) => bySport.map((one) => one.sport)))];
  return (
    <section aria-labelledby="compared">
      <h2 id="compared">{say('compared')}</h2>
      <div class="choices">
        <Choice
          label={say('span')}
          value={unit.value}
          options={SPAN_UNITS.map((one) => [one, say(one)])}
          onChoose={(chosen) => {
            unit.value = chosen;
          }}
        />
        <Choice<Sport | ''>
          label={say('sport')}
          value={sport.value}
          options={[['', say('allSports')], ...did.map((one) => [one, sportName(one)] as const)]}
          onChoose={(chosen) => {
            sport.value = chosen;
          }}
        />
      </div>
      <dl class="tiles">
        {comparison !== undefined &&
          MEASURES.map((one) => <Tile key={one} measure={one} comparison={comparison} of={sport.value} />)}
      </dl>
    </section>
  );
}

interface TileProps {
  readonly measure: Measure;
  readonly comparison: Comparison;
  readonly of: Sport | '';
}

function Tile({ measure, comparison, of }: TileProps) {
  const { current, last, yearAgo } = comparison;
  const now = sumsOf(current.toPoint, of)[measure];
  return (
    <div data-measure={measure}>
      <dt>{say(MEASURE_NAMES[measure])}</dt>
      <dd>
        <span class="value">{written(measure, now)}</span>
        <Against {...{ measure, now, of }} span={last} point={POINTS[comparison.unit].last} />
        {yearAgo !== null && (
          <Against {...{ measure, now, of }} span={yearAgo} point={POINTS[comparison.unit].yearAgo} />
        )}
      </dd>
    </div>
  );
}

interface AgainstProps extends Pick<TileProps, 'measure' | 'of'> {
  readonly now: number | null;
  readonly span: SpanSums;
  readonly point: ProgressPhrase;
}

function Against({ measure, of, now, span, point }: AgainstProps) {
  const then = sumsOf(span.toPoint, of)[measure];
  const whole = sumsOf(span.whole, of)[measure];
  return (
    <p>
      {compareText(now, then, point)} <small>{thenText(measure, then, whole)}</small>
    </p>
  );
}

function sumsOf({ all, bySport }: AllSums, of: Sport | ''): Sums {
  return of === '' ? all : (bySport.find((one) => one.sport === of) ?? NOTHING);
}
