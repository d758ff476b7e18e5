import type uPlot from 'uplot';
import type { Measure, Week } from '../../schemas/athlete-progress.ts';
import { dayAt, plotStyle } from '../plot-style.ts';
import { language } from '../race/language.ts';
import { UNIT_SYSTEMS, units } from '../units.ts';
import { usePlot } from '../use-plot.ts';
import { MEASURE_NAMES, plain, say, written } from './say.ts';

const HEIGHT_PX = 180;
/** What an axis counts in. */
function scaleOf(measure: Measure): number {
  const { long, high } = UNIT_SYSTEMS[units.value];
  return { activities: 1, distanceM: long.size, movingS: 3_600, elevationGainM: high.size, trainingLoad: 1 }[measure];
}

/** A bar for each week. */
export function WeeksChart({ weeks, measure }: { weeks: readonly Week[]; measure: Measure }) {
  const box = usePlot({
    ...{ heightPx: HEIGHT_PX, options: optionsFor, data: () => dataOf(weeks, measure) },
    ...{ anewWith: [language.value], changedWith: [weeks, measure, units.value] },
  });
  const known = weeks.flatMap(({ all }) => all[measure] ?? []);
  const label = say('weeksChart', {
    measure: say(MEASURE_NAMES[measure]),
    n: weeks.length,
    low: written(measure, Math.min(...known)),
    high: written(measure, Math.max(...known)),
    now: written(measure, weeks.at(-1)?.all[measure] ?? null),
  });
  return <div ref={box} role="img" aria-label={label} class="chart" />;
}

function dataOf(weeks: readonly Week[], measure: Measure): uPlot.AlignedData {
  const values = weeks.map(({ all }) => {
    const value = all[measure];
    return value === null ? null : value / scaleOf(measure);
  });
  return [weeks.map(({ start }) => Date.parse(start) / 1_000), values];
}

function optionsFor(width: number, library: typeof uPlot): uPlot.Options {
  const { axis, colorOf } = plotStyle();
  const fill = colorOf('--speed');
  const paths = library.paths.bars?.({ size: [0.7, 40] });
  const day = (second: number) => dayAt(second, { day: 'numeric', month: 'short' });
  return {
    ...{ width, height: HEIGHT_PX, legend: { show: false }, cursor: { show: false } },
    scales: {
      // Half a week on both sides, so that bars are whole.
      x: { time: false, range: (_plot, first, last) => [first - WEEK_S / 2, last + WEEK_S / 2] },
      y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.05 : 1] },
    },
    axes: [
      {
        ...{ ...axis, size: 28, space: 70, incrs: WEEKS_S, splits: mondays },
        values: (_plot, splits) => splits.map(day),
      },
      { ...{ ...axis, size: 48, space: 34 }, values: (_plot, splits) => splits.map((value) => plain(value, 1)) },
    ],
    series: [{}, { fill, stroke: fill, width: 0, points: { show: false }, ...(paths && { paths }) }],
  };
}

const WEEK_S = 7 * 86_400;
/** Between two marks. */
const WEEKS_S = [1, 2, 4, 8, 13, 26, 52].map((weeks) => weeks * WEEK_S);

/** Marks under bars, counted from the first one. */
function mondays({ data: [seconds] }: uPlot, _axis: number, _least: number, mostS: number, stepS: number): number[] {
  const [firstS = mostS] = seconds;
  return Array.from({ length: Math.floor((mostS - firstS) / stepS) + 1 }, (_, i) => firstS + i * stepS);
}
