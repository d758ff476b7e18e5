import { createHash } from 'node:crypto';
import type { CountedWorkout } from '../../files/health/health-batch.ts';
import type { HealthOrigin } from '../../files/health/health-record.ts';
import { healthSource } from '../../files/health/health-source.ts';
import { measureNamed } from '../../files/health/measures.ts';
import { recordedWorkout } from '../../files/health/recorded-workout.ts';
import { CHANNELS } from '../../schemas/channels.ts';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import { framesOf } from '../frames.ts';
import { importDevice } from '../identity.ts';

/** Grows whenever other samples would be made of the same records: a key has the same values for ever. */
const HEALTH_READER_VERSION = 1;
const MAX_ROWS = 500;

/** Samples of one origin and measure, in order of time, each time once. */
export interface SamplePoints {
  readonly origin: HealthOrigin;
  readonly measure: string;
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
}

/** A boot that follows from what is sent under it: the same again has the same keys, and anything else has others. */
function bootOf(...what: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([HEALTH_READER_VERSION, ...what]))
    .digest('hex')
    .slice(0, 16);
}

/** The timer, laps, route and counters of a workout: the frames of a file's activity. */
export function workoutFrames(athlete: string, workout: CountedWorkout, nowMs: number): Generator<SensorFrame> {
  const { record, counters } = workout;
  const source = healthSource(record.origin);
  const boot = bootOf(source, record.startMs, record.endMs, record.content, counters);
  return framesOf(recordedWorkout(workout, nowMs), { device: importDevice(athlete), boot, source });
}

export function* sampleFrames(athlete: string, points: SamplePoints): Generator<SensorFrame> {
  const { channel } = measureNamed(points.measure);
  const { name, scale } = CHANNELS.find((one) => one.name === channel)!;
  const source = healthSource(points.origin);
  for (let from = 0; from < points.timesMs.length; from += MAX_ROWS) {
    const timesMs = points.timesMs.slice(from, from + MAX_ROWS);
    const values = points.values.slice(from, from + MAX_ROWS).map((value) => Math.round(value * scale));
    const boot = bootOf(source, name, timesMs, values);
    yield { device: importDevice(athlete), boot, seq: 1, source, timesMs, columns: { [name]: values } };
  }
}
