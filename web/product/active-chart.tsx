import type uPlot from 'uplot';
import { dayAt, plotStyle } from '../plot-style.ts';
import { language } from '../race/language.ts';
import { usePlot } from '../use-plot.ts';
import type { ActiveDays } from './product-answers.ts';
import { count, plain, say } from './say.ts';

const HEIGHT_PX = 200;
const DAY_S = 86_400;

export const LINES = [
  { name: 'daily', color: '--beat' },
  { name: 'weekly', color: '--height' },
  { name: 'monthly', color: '--speed' },
] as const;

/** A line for each span; days whose number is withheld are gaps. */
export function ActiveChart({ days }: Pick<ActiveDays, 'days'>) {
  const box = usePlot({
    ...{ heightPx: HEIGHT_PX, options: optionsFor, anewWith: [language.value], changedWith: [days] },
    data: (): uPlot.AlignedData => [
      days.map(({ day }) => Date.parse(day) / 1_000),
      ...LINES.map(({ name }) => days.map((one) => one[name])),
    ],
  });
  const known = days.flatMap(({ monthly }) => monthly ?? []);
  const label = say('activeChart', {
    n: days.length,
    low: plain(known.length === 0 ? 0 : Math.min(...known)),
    high: plain(known.length === 0 ? 0 : Math.max(...known)),
    now: count(days.at(-1)?.monthly ?? null),
  });
  return <div ref={box} role="img" aria-label={label} class="chart" />;
}

function optionsFor(width: number): uPlot.Options {
  const { axis, colorOf } = plotStyle();
  const day = (second: number) => dayAt(second, { day: 'numeric', month: 'short' });
  return {
    ...{ width, height: HEIGHT_PX, legend: { show: false }, cursor: { show: false } },
    scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.05 : 1] } },
    axes: [
      {
        ...axis,
        size: 28,
        space: 70,
        incrs: [1, 7, 14, 28].map((days) => days * DAY_S),
        values: (_, at) => at.map(day),
      },
      { ...axis, size: 48, space: 34, values: (_, at) => at.map((value) => plain(value)) },
    ],
    series: [{}, ...LINES.map(({ color }) => ({ stroke: colorOf(color), width: 1.5, points: { size: 4 } }))],
  };
}
