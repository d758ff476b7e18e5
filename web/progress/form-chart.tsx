import type uPlot from 'uplot';
import type { FormSeries } from '../../schemas/athlete-progress.ts';
import { dayAt, plotStyle } from '../plot-style.ts';
import { language } from '../race/language.ts';
import { usePlot } from '../use-plot.ts';
import { plain, say } from './say.ts';

const HEIGHT_PX = 200;

export const LINES = [
  { name: 'fitness', phrase: 'fitness', color: '--speed' },
  { name: 'fatigue', phrase: 'fatigue', color: '--beat' },
  { name: 'form', phrase: 'formNow', color: '--height' },
] as const;

export function FormChart({ form, start }: { form: FormSeries; start: string }) {
  const box = usePlot({
    ...{ heightPx: HEIGHT_PX, options: optionsFor, data: () => dataOf(form, start) },
    ...{ anewWith: [language.value], changedWith: [form] },
  });
  const now = (of: 'fitness' | 'fatigue' | 'form') => plain(form[of].at(-1) ?? 0);
  const label = say('formChart', {
    n: form.fitness.length,
    low: plain(Math.min(...form.fitness)),
    high: plain(Math.max(...form.fitness)),
    ...{ fitness: now('fitness'), fatigue: now('fatigue'), form: now('form') },
  });
  return <div ref={box} role="img" aria-label={label} class="chart" />;
}

function dataOf(form: FormSeries, start: string): uPlot.AlignedData {
  const firstS = Date.parse(start) / 1_000;
  return [form.fitness.map((_, i) => firstS + i * DAY_S), ...LINES.map(({ name }) => [...form[name]])];
}

const DAY_S = 86_400;

function optionsFor(width: number): uPlot.Options {
  const { axis, colorOf } = plotStyle();
  const day = (second: number) => dayAt(second, { day: 'numeric', month: 'short' });
  return {
    ...{ width, height: HEIGHT_PX, legend: { show: false }, cursor: { show: false }, scales: { x: { time: false } } },
    axes: [
      {
        ...{ ...axis, size: 28, space: 70, incrs: [1, 2, 7, 14, 28, 56, 91, 182, 364].map((days) => days * DAY_S) },
        values: (_plot, splits) => splits.map(day),
      },
      { ...{ ...axis, size: 48, space: 34 }, values: (_plot, splits) => splits.map((value) => plain(value)) },
    ],
    series: [{}, ...LINES.map(({ color }) => ({ stroke: colorOf(color), width: 1.5, points: { show: false } }))],
  };
}
