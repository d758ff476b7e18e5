import { loadDeviceName } from '../../../device-sim/load/load.ts';
import type { Deployment } from '../../deployment/deployment.ts';
import { type LoadProcess, startLoad } from '../../deployment/load-process.ts';
import type { ScenarioDeps } from '../../scenario.ts';

/** What a wearable gathers before it sends, from one that sends each second to one that saves its radio. */
const SAMPLES_PER_FRAME = [1, 2, 3, 4, 5] as const;
const RIDES = 24;
const WINDOW = 8;

/**
 * A device for each activity, on connections of their own, that measures once a second and sends as time passes: a
 * position, altitude, speed, distance, heart rate, cadence and power. A process for each way to gather.
 */
export function startWearables(
  activities: number,
  spanS: number,
  deployment: Deployment,
  { release }: Pick<ScenarioDeps, 'release'>,
  more: Readonly<Record<string, string | number>> = {},
): LoadProcess[] {
  return SAMPLES_PER_FRAME.map((samplesPerFrame, i) => {
    const devices = devicesOf(activities, i);
    const load = {
      ...more,
      ...{ protocols: 'raw', devices, window: WINDOW, samplesPerFrame, sampleGapMs: 1_000, frames: 0, spanS },
      ...{ framesPerS: devices / samplesPerFrame, framesPerTurn: 1, rides: Math.min(RIDES, devices) },
    };
    return startLoad(`live-${samplesPerFrame}`, deployment, load, release);
  });
}

function devicesOf(activities: number, nth: number): number {
  const upTo = (n: number) => Math.floor((activities * n) / SAMPLES_PER_FRAME.length);
  return upTo(nth + 1) - upTo(nth);
}

/** What those devices are called. */
export function wearableNames(activities: number): string[] {
  return SAMPLES_PER_FRAME.flatMap((samplesPerFrame, i) =>
    Array.from({ length: devicesOf(activities, i) }, (_, n) => loadDeviceName(`live-${samplesPerFrame}`, n, 5)),
  );
}
