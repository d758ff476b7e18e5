import type { ActivityRecord } from '../../schemas/activity.ts';
import type { ActivityMetrics, Effort, Mark, Metric, Peak } from '../../schemas/activity-metrics.ts';
import type { RecordKind } from '../../schemas/record.ts';

/** The best of an activity in one respect. Units are those of `schemas/record.ts`; a pace is in m/s. */
export interface ActivityEffort {
  readonly kind: RecordKind | 'pace';
  readonly name: string;
  readonly value: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly interpolated: number;
  readonly marks: readonly Mark[];
}

/** What is most of a whole activity: the name of the effort, and the metric. */
const LONGEST = [
  ['distance', 'distance_m'],
  ['duration', 'moving_s'],
  ['climb', 'elevation_gain_m'],
] as const satisfies readonly (readonly [string, keyof ActivityMetrics])[];

/** All efforts of an activity that ended. */
export function effortsOf({ startMs, endMs, metrics }: ActivityRecord): ActivityEffort[] {
  if (metrics === null) return [];
  const { best_efforts, peak_power, peak_pace } = metrics;
  return [
    ...distanceEfforts(startMs, listOf(best_efforts)),
    ...peakEfforts('power', startMs, listOf(peak_power)),
    ...peakEfforts('pace', startMs, listOf(peak_pace)),
    ...LONGEST.flatMap(([name, metric]): ActivityEffort[] => {
      const { value, quality } = metrics[metric];
      if (value === null || value === 0) return [];
      const { interpolated, marks } = quality;
      return [{ kind: 'longest', name, value, startMs, endMs, interpolated, marks }];
    }),
  ];
}

/** `startMs` is the activity's. */
export function distanceEfforts(startMs: number, efforts: readonly Effort[]): ActivityEffort[] {
  return efforts.map(({ name, elapsedS, startS, interpolated, marks }) => ({
    kind: 'distance',
    name,
    value: elapsedS,
    startMs: Math.round(startMs + 1000 * startS),
    endMs: Math.round(startMs + 1000 * (startS + elapsedS)),
    interpolated,
    marks,
  }));
}

export function peakEfforts(kind: 'power' | 'pace', startMs: number, peaks: readonly Peak[]): ActivityEffort[] {
  return peaks.map(({ durationS, value, startS, interpolated, marks }) => ({
    kind,
    name: `${durationS} s`,
    value,
    startMs: Math.round(startMs + 1000 * startS),
    endMs: Math.round(startMs + 1000 * (startS + durationS)),
    interpolated,
    marks,
  }));
}

function listOf<T>(metric: Metric<readonly T[]>): readonly T[] {
  return metric.value ?? [];
}
