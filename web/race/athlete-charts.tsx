import { useMemo } from 'preact/hooks';
import { whole } from '../format.ts';
import { longM, paceText } from '../in-units.ts';
import { paceMarks } from '../pace-axis.ts';
import { AlongChart, type AlongLine } from './along-chart.tsx';
import { say } from './language.ts';
import { paceOf } from './legs.ts';
import { paceName, paceRangeText } from './measures.ts';
import type { AthleteAnswer } from './race-answers.ts';

const marks = (heightPx: number) => paceMarks(heightPx, longM());
const PACE: AlongLine = { color: '--speed', text: paceText, marks, isStepped: true };
const HEART: AlongLine = { color: '--beat', text: whole };

/** How fast an athlete was along the course, and how their heart went where they let everybody see it. */
export function AthleteCharts({ shown: { passed, heart } }: { shown: Pick<AthleteAnswer, 'passed' | 'heart'> }) {
  return (
    <>
      <h3>
        {say('paceChart')} <span class="unit">{paceName()}</span>
      </h3>
      <PaceChart passed={passed} />
      {heart !== null && (
        <>
          <h3>
            {say('heartChart')} <span class="unit">{say('heartUnit')}</span>
          </h3>
          <HeartChart heart={heart} />
        </>
      )}
    </>
  );
}

function PaceChart({ passed }: Pick<AthleteAnswer, 'passed'>) {
  const legs = useMemo(() => paceOf(passed), [passed]);
  const speeds = legs.map(({ speedMps }) => speedMps);
  const along = useMemo(() => ({ positionsM: legs.map(({ fromM }) => fromM), values: speeds }), [legs]);
  if (legs.length === 0) return <p class="none">{say('noPace')}</p>;
  const label = paceRangeText(Math.max(...speeds), Math.min(...speeds));
  return <AlongChart line={PACE} along={along} label={label} />;
}

function HeartChart({ heart }: { heart: NonNullable<AthleteAnswer['heart']> }) {
  const rates = heart.map(({ heartRate }) => heartRate);
  const along = useMemo(() => ({ positionsM: heart.map(({ positionM }) => positionM), values: rates }), [heart]);
  if (heart.length < 2) return <p class="none">{say('noHeart')}</p>;
  const label = say('heartChartLabel', { low: Math.min(...rates), high: Math.max(...rates) });
  return <AlongChart line={HEART} along={along} label={label} />;
}
