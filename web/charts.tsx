import type uPlot from 'uplot';
import { duration, isPaced, whole } from './format.ts';
import { distanceUnit, heightSize, heightUnit, longM, paceText, speedSize, speedUnit } from './in-units.ts';
import { paceMarks } from './pace-axis.ts';
import { plotStyle } from './plot-style.ts';
import type { Series, SeriesName } from './series.ts';
import { series } from './store.ts';
import { usePlot } from './use-plot.ts';

interface Line {
  readonly title: string;
  readonly unit: string;
  readonly name: SeriesName;
  /** Of each bucket, drawn as a band behind the line, so that no extreme is lost. */
  readonly band: readonly [SeriesName, SeriesName] | null;
  /** How many of what is stored one of the unit is. */
  readonly size?: number;
  /** Of a value in the unit; of a pace, of the speed. */
  readonly text: (value: number) => string;
  readonly color: string;
}

const HEIGHT_PX = 150;
/** Between two marks of elapsed time. */
const INCREMENTS_S = [10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400];

/** A chart for each channel that has something to show. */
export function Charts({ sport }: { sport: string }) {
  const lines: Line[] = [
    {
      title: 'Heart rate',
      unit: 'bpm',
      name: 'heartRate',
      band: ['heartRateMin', 'heartRateMax'],
      text: whole,
      color: '--beat',
    },
    {
      ...(isPaced(sport)
        ? { title: 'Pace', unit: `min/${distanceUnit()}`, text: paceText }
        : { title: 'Speed', unit: speedUnit(), size: speedSize(), text: (value) => value.toFixed(1) }),
      name: 'speed',
      band: ['speedMin', 'speedMax'],
      color: '--speed',
    },
    {
      ...{ title: 'Altitude', unit: heightUnit(), size: heightSize(), name: 'altitude', band: null },
      ...{ text: whole, color: '--height' },
    },
    { title: 'Power', unit: 'W', name: 'power', band: null, text: whole, color: '--power' },
  ];
  const has = ({ name }: Line) => series.value.values[name].some((value) => value !== null);
  return (
    <section aria-labelledby="charts" class="charts">
      <h2 id="charts">Charts</h2>
      {lines.filter(has).map((line) => (
        <Chart key={line.name} line={line} />
      ))}
    </section>
  );
}

function Chart({ line }: { line: Line }) {
  const { title, unit, name } = line;
  const shown = series.value;
  const box = usePlot({
    ...{ heightPx: HEIGHT_PX, options: (widthPx) => optionsFor(line, widthPx), data: () => dataOf(shown, line) },
    ...{ anewWith: [name, unit], changedWith: [shown, name] },
  });

  return (
    <figure>
      <figcaption>
        {title} <span class="unit">{unit}</span>
      </figcaption>
      <div ref={box} role="img" aria-label={summary(shown, line)} />
    </figure>
  );
}

/** In words, for whoever does not see the line. */
function summary(shown: Series, line: Line): string {
  const { title, unit, name, text } = line;
  const measured = inUnitOf(line, shown, name).filter((value) => value !== null);
  if (measured.length === 0) return `${title}: nothing measured`;
  const [least, most] = measured.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  return `${title} from ${text(least)} to ${text(most)} ${unit}, now ${text(measured[measured.length - 1])}`;
}

function dataOf(shown: Series, line: Line): uPlot.AlignedData {
  const { startMs } = shown;
  const { name, band } = line;
  const [firstMs = 0] = startMs;
  const seconds = startMs.map((atMs) => (atMs - firstMs) / 1_000);
  const bands = band === null ? [] : band.map((one) => inUnitOf(line, shown, one));
  return [seconds, inUnitOf(line, shown, name), ...bands];
}

const inUnitOf = ({ size = 1 }: Line, { values }: Series, name: SeriesName) =>
  values[name].map((value) => (value === null ? null : value / size));

function optionsFor({ title, text, color, band }: Line, width: number): uPlot.Options {
  const { axis, colorOf } = plotStyle();
  const stroke = colorOf(color);
  const edge = { stroke: 'transparent', width: 0, points: { show: false } };
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false },
    scales: { x: { time: false } },
    axes: [
      { ...axis, size: 26, space: 70, incrs: INCREMENTS_S, values: (_plot, splits) => splits.map(duration) },
      {
        ...axis,
        size: 48,
        space: 30,
        values: (_plot, splits) => splits.map(text),
        ...(text === paceText && { splits: paceMarks(HEIGHT_PX, longM()) }),
      },
    ],
    series: [{}, { label: title, stroke, width: 1.5, points: { show: false } }, ...(band === null ? [] : [edge, edge])],
    ...(band !== null && { bands: [{ series: [3, 2] as [number, number], fill: `${stroke}33` }] }),
  };
}
