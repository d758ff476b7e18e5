import type { HealthRecord, SamplesContent, WorkoutContent } from './health-record.ts';

/** How far a workout had come by a moment, as amounts of its own origin add up. */
export interface Counter {
  readonly timeMs: number;
  readonly distanceM: number | null;
  readonly steps: number | null;
}

export interface CountedWorkout {
  readonly record: HealthRecord<WorkoutContent>;
  readonly counters: readonly Counter[];
}

/** What a phone pushed that goes into the stream: the file by which the API gives it to the importer. */
export interface HealthBatch {
  readonly workouts: readonly CountedWorkout[];
  readonly samples: readonly HealthRecord<SamplesContent>[];
}

const BEGINNING = '{"slipstreamHealth":1,';

export function encodeHealthBatch({ workouts, samples }: HealthBatch): Uint8Array {
  return Buffer.from(`${BEGINNING}${JSON.stringify({ workouts, samples }).slice(1)}`);
}

export function isHealthBatch(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, BEGINNING.length)).toString('latin1') === BEGINNING;
}

/** It is written by {@link encodeHealthBatch} alone, after all of it was checked. */
export function decodeHealthBatch(bytes: Uint8Array): HealthBatch {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as HealthBatch;
}

/** Amounts of one origin as counters that begin with the workout; each amount is there when its interval ends. */
export function countersOf(
  startMs: number,
  amounts: readonly { readonly measure: string; readonly endMs: number; readonly value: number }[],
): Counter[] {
  const sorted = amounts.toSorted((a, b) => a.endMs - b.endMs);
  const has = (measure: string) => sorted.some((one) => one.measure === measure);
  let [distanceM, steps] = [has('distance') ? 0 : null, has('steps') ? 0 : null];
  if (distanceM === null && steps === null) return [];
  const counters: Counter[] = [{ timeMs: startMs, distanceM, steps }];
  for (const { measure, endMs, value } of sorted) {
    if (measure === 'distance') distanceM = (distanceM ?? 0) + value;
    else if (measure === 'steps') steps = (steps ?? 0) + value;
    else continue;
    if (counters.at(-1)?.timeMs === endMs) counters.pop();
    counters.push({ timeMs: endMs, distanceM, steps });
  }
  return counters;
}
