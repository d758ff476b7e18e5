import type { HealthRecord, SamplesContent, ValueContent, WorkoutContent } from '../../files/health/health-record.ts';
import { healthSource } from '../../files/health/health-source.ts';
import type { SamplePoints } from './health-frames.ts';

/** A workout of an export, as it is known before its records are read. */
export interface FoundWorkout {
  readonly record: HealthRecord<WorkoutContent>;
  /** Where the export has its route. */
  readonly route: string | null;
  /** Of its own origin, within it. */
  readonly amounts: { readonly measure: string; readonly endMs: number; readonly value: number }[];
}

interface OpenPoints extends SamplePoints {
  readonly timesMs: number[];
  readonly values: number[];
}

/** Series that are open at once: of each source, measure and workout one. */
const MAX_OPEN = 256;

/**
 * Sorts the records of an export by the workouts that they were measured in. Samples of one source and measure in one
 * workout make one series, so that the same export, and a later one, gives the very same.
 */
export function createWorkoutSpans(found: readonly FoundWorkout[]) {
  const byStart = found.toSorted((a, b) => a.record.startMs - b.record.startMs);
  const starts = byStart.map(({ record }) => record.startMs);
  // Of all workouts up to a place the latest end: nothing before a place that ends too early has to be looked at.
  let latestMs = Number.NEGATIVE_INFINITY;
  const ends = byStart.map(({ record }) => {
    latestMs = Math.max(latestMs, record.endMs);
    return latestMs;
  });
  const open = new Map<string, OpenPoints>();

  /** Workouts at a moment, those that began last first. */
  function* at(atMs: number): Generator<FoundWorkout> {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= atMs) low = middle + 1;
      else high = middle;
    }
    for (let i = low - 1; i >= 0 && ends[i] >= atMs; i--) if (byStart[i].record.endMs >= atMs) yield byStart[i];
  }

  return {
    addAmount({ origin, startMs, endMs, content }: HealthRecord<ValueContent>): void {
      const source = healthSource(origin);
      for (const { record, amounts } of at(endMs)) {
        if (record.startMs > startMs || healthSource(record.origin) !== source) continue;
        amounts.push({ measure: content.measure, endMs, value: content.value });
        return;
      }
    },

    /** The series that are whole now, because another had to be begun. */
    addSample({ origin, content }: HealthRecord<SamplesContent>): SamplePoints[] {
      const { measure } = content;
      const [timeMs] = content.timesMs;
      const [workout] = at(timeMs);
      if (workout === undefined) return [];
      const key = `${healthSource(origin)} ${measure} ${workout.record.id}`;
      let points = open.get(key);
      const done: SamplePoints[] = [];
      if (points === undefined) {
        if (open.size >= MAX_OPEN) {
          const [[oldest, whole]] = open;
          open.delete(oldest);
          done.push(inOrder(whole));
        }
        points = { origin, measure, timesMs: [], values: [] };
        open.set(key, points);
      }
      points.timesMs.push(timeMs);
      points.values.push(content.values[0]);
      return done;
    },

    endSamples(): SamplePoints[] {
      const all = [...open.values()].map(inOrder);
      open.clear();
      return all;
    },
  };
}

/** Each time once: the first one stands. */
function inOrder({ origin, measure, timesMs, values }: OpenPoints): SamplePoints {
  const order = timesMs.map((_, i) => i).sort((a, b) => timesMs[a] - timesMs[b] || a - b);
  const kept = order.filter((i, place) => place === 0 || timesMs[order[place - 1]] !== timesMs[i]);
  return { origin, measure, timesMs: kept.map((i) => timesMs[i]), values: kept.map((i) => values[i]) };
}
