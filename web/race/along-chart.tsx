import type uPlot from 'uplot';
import { longM } from '../in-units.ts';
import { plotStyle } from '../plot-style.ts';
import { units } from '../units.ts';
import { usePlot } from '../use-plot.ts';
import { plain } from '../written.ts';

const HEIGHT_PX = 150;

/** A value at places along the course, in the order of the course. */
export interface Along {
  readonly positionsM: readonly number[];
  readonly values: readonly number[];
}

export interface AlongLine {
  /** Of the palette of `page.css`. */
  readonly color: '--speed' | '--beat';
  readonly text: (value: number) => string;
  /** Where marks of the axis go; left to the chart when it has nothing to say. */
  readonly marks?: (heightPx: number) => uPlot.Axis.Splits;
  /** A value holds up to the next place, instead of changing evenly. */
  readonly isStepped?: boolean;
}

/** A line along the course, with what it says in words. */
export function AlongChart({ line, along, label }: { line: AlongLine; along: Along; label: string }) {
  const box = usePlot({
    ...{
      heightPx: HEIGHT_PX,
      options: (widthPx, library) => optionsFor(line, widthPx, library),
      data: () => dataOf(along),
    },
    ...{ anewWith: [line, units.value], changedWith: [along] },
  });
  return <div ref={box} role="img" aria-label={label} class="chart" />;
}

function dataOf({ positionsM, values }: Along): uPlot.AlignedData {
  const wayM = longM();
  return [positionsM.map((metres) => metres / wayM), [...values]];
}

function optionsFor(
  { color, text, marks, isStepped = false }: AlongLine,
  width: number,
  { paths: draw }: typeof uPlot,
): uPlot.Options {
  const { axis, colorOf } = plotStyle();
  const stroke = colorOf(color);
  const paths = isStepped ? draw.stepped?.({ align: 1 }) : undefined;
  return {
    ...{ width, height: HEIGHT_PX, legend: { show: false }, cursor: { y: false }, scales: { x: { time: false } } },
    axes: [
      { ...axis, size: 26, space: 50, values: (_plot, splits) => splits.map((way) => plain(way, 1)) },
      {
        ...{ ...axis, size: 48, space: 30, values: (_plot, splits) => splits.map(text) },
        ...(marks !== undefined && { splits: marks(HEIGHT_PX) }),
      },
    ],
    series: [{}, { stroke, width: 1.5, points: { show: false }, ...(paths !== undefined && { paths }) }],
  };
}
