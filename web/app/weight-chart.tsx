import type uPlot from 'uplot';
import { dayAt, plotStyle } from '../plot-style.ts';
import { plain } from '../progress/say.ts';
import { language } from '../race/language.ts';
import { UNIT_SYSTEMS, units } from '../units.ts';
import { usePlot } from '../use-plot.ts';
import type { DatedBody } from './profile-fields.ts';
import { weightText } from './stated-lists.ts';
import { tell } from './tell.ts';

const HEIGHT_PX = 150;
const DAY_S = 86_400;

/** Weight over time; nothing before there are two of them. The list beside it has each in words. */
export function WeightChart({ rows }: { rows: readonly DatedBody[] }) {
  const weights = rows.flatMap(({ from, weightKg }) => (weightKg === undefined ? [] : [{ from, weightKg }]));
  const { heavy } = UNIT_SYSTEMS[units.value];
  const box = usePlot({
    ...{ heightPx: HEIGHT_PX, options: optionsFor, anewWith: [language.value], changedWith: [rows, heavy] },
    data: () => [
      weights.map(({ from }) => Date.parse(from) / 1_000),
      weights.map(({ weightKg }) => weightKg / heavy.size),
    ],
  });
  const all = weights.map(({ weightKg }) => weightKg);
  const label = tell('weightChart', {
    low: weightText(Math.min(...all)),
    high: weightText(Math.max(...all)),
    now: weightText(all.at(-1) ?? 0),
  });
  return <div ref={box} role="img" aria-label={label} class="chart" />;
}

function optionsFor(width: number): uPlot.Options {
  const { axis, colorOf } = plotStyle();
  const day = (second: number) => dayAt(second, { month: 'short', year: '2-digit' });
  return {
    ...{ width, height: HEIGHT_PX, legend: { show: false }, cursor: { show: false } },
    scales: { x: { time: false, range: (_plot, first, last) => [first - DAY_S, last + DAY_S] } },
    axes: [
      {
        ...axis,
        size: 28,
        space: 80,
        incrs: [30, 91, 182, 365].map((days) => days * DAY_S),
        values: (_, at) => at.map(day),
      },
      { ...axis, size: 48, space: 34, values: (_, at) => at.map((value) => plain(value, 1)) },
    ],
    series: [{}, { stroke: colorOf('--speed'), width: 2, points: { show: true, size: 6 } }],
  };
}
