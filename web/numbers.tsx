import type { ActivityRecord } from '../schemas/activity.ts';
import { ABSENCES, type ActivityMetrics, MARKS, type Mark, type Metric } from '../schemas/activity-metrics.ts';
import { duration, isPaced, whole, words } from './format.ts';
import { distanceText, distanceUnit, heightText, heightUnit, paceText, speedText, speedUnit } from './in-units.ts';

interface Shown {
  readonly label: string;
  readonly metric: Metric<unknown>;
  readonly text: string | null;
  readonly unit: string;
}

/** The main numbers; one with a mark says so, and below stands what its marks mean. */
export function Numbers({ activity: { metrics, sport } }: { activity: ActivityRecord }) {
  if (metrics === null) return null;
  const all = shownFor(metrics, sport);
  const marks = new Set<Mark>(all.flatMap(({ metric, text }) => (text === null ? [] : [...metric.quality.marks])));
  return (
    <section aria-labelledby="numbers">
      <h2 id="numbers">Numbers</h2>
      <dl class="numbers">
        {all.map((shown) => (
          <MainNumber key={shown.label} {...shown} />
        ))}
      </dl>
      {marks.size > 0 && (
        <ul class="marks">
          {[...marks].map((mark) => (
            <li key={mark}>
              <Badge mark={mark} /> {MARKS[mark]}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function MainNumber({ label, metric, text, unit }: Shown) {
  const { quality } = metric;
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {text === null ? (
          <span class="none">– {'absent' in metric && <small>{ABSENCES[metric.absent]}</small>}</span>
        ) : (
          <>
            <span class="value">{text}</span> <span class="unit">{unit}</span>
            {quality.marks.map((mark) => (
              <Badge key={mark} mark={mark} />
            ))}
            {quality.interpolated >= 0.005 && <small>{whole(100 * quality.interpolated)} % filled in</small>}
          </>
        )}
      </dd>
    </div>
  );
}

export function Badge({ mark }: { mark: Mark }) {
  return <span class="badge">{words(mark)}</span>;
}

function shownFor(metrics: ActivityMetrics, sport: string): Shown[] {
  const of = (label: string, metric: Metric<number>, text: (value: number) => string, unit: string): Shown => ({
    label,
    metric,
    text: metric.value === null ? null : text(metric.value),
    unit,
  });
  const [fastText, fastUnit, fastName] = isPaced(sport)
    ? ([paceText, `/${distanceUnit()}`, 'Pace'] as const)
    : ([speedText, speedUnit(), 'Speed'] as const);
  const { calories } = metrics;
  return [
    of('Distance', metrics.distance_m, distanceText, distanceUnit()),
    of('Time', metrics.elapsed_s, duration, ''),
    of('Moving', metrics.moving_s, duration, ''),
    of(`${fastName} now`, metrics.current_speed_mps, fastText, fastUnit),
    of(`Average ${fastName.toLowerCase()}`, metrics.average_speed_mps, fastText, fastUnit),
    of('Heart rate', metrics.average_heart_rate_bpm, whole, 'bpm'),
    of('Climb', metrics.elevation_gain_m, heightText, heightUnit()),
    ...(metrics.average_power_w.value === null ? [] : [of('Power', metrics.average_power_w, whole, 'W')]),
    {
      label: 'Energy',
      metric: calories,
      text: calories.value === null ? null : whole(calories.value.kcal),
      unit: 'kcal',
    },
  ];
}
