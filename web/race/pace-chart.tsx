import uPlot from 'uplot';
import { pace } from '../format.ts';
import { paceMarks } from '../pace-axis.ts';
import { usePlot } from '../use-plot.ts';
import { say } from './language.ts';
import { type Leg, paceOf } from './legs.ts';
import type { AthleteAnswer } from './race-answers.ts';
import { kilometresIn } from './race-format.ts';

const HEIGHT_PX = 150;

/** How fast an athlete was along the course. */
export function PaceChart({ passed }: { passed: AthleteAnswer['passed'] }) {
  const legs = paceOf(passed);
  const isEmpty = legs.length === 0;
  const box = usePlot({
    ...{ heightPx: HEIGHT_PX, options: optionsFor, data: () => dataOf(legs) },
    ...{ anewWith: [isEmpty], changedWith: [passed] },
  });

  if (isEmpty) return <p class="none">{say('noPace')}</p>;
  const speeds = legs.map(({ speedMps }) => speedMps);
  const [slow, fast] = [Math.min(...speeds), Math.max(...speeds)];
  return (
    <div
      ref={box}
      role="img"
      aria-label={say('paceChartLabel', { fast: pace(fast), slow: pace(slow) })}
      class="chart"
    />
  );
}

function dataOf(legs: readonly Leg[]): uPlot.AlignedData {
  return [legs.map(({ fromM }) => fromM), legs.map(({ speedMps }) => speedMps)];
}

function optionsFor(width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue('--soft');
  const stroke = style.getPropertyValue('--speed');
  const axis = { stroke: ink, grid: { stroke: style.getPropertyValue('--rule'), width: 1 }, ticks: { show: false } };
  return {
    ...{ width, height: HEIGHT_PX, legend: { show: false }, cursor: { y: false }, scales: { x: { time: false } } },
    axes: [
      { ...axis, size: 26, space: 50, values: (_plot, splits) => splits.map((metres) => kilometresIn(metres, 1)) },
      {
        ...{ ...axis, size: 48, space: 30, splits: paceMarks(HEIGHT_PX) },
        values: (_plot, splits) => splits.map(pace),
      },
    ],
    series: [{}, { stroke, width: 1.5, points: { show: false }, ...stepped() }],
  };
}

/** The pace of a leg holds for all of it. */
function stepped() {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  return paths === undefined ? {} : { paths };
}
