import { cutIntoDrafts } from './activity.ts';
import { SPORTS } from './athlete.ts';
import type { FaultPlan } from './faults.ts';
import { endMsFor, type Pace, startMsFor } from './pace.ts';
import { createRandom, type Random } from './random.ts';
import { type Recording, shiftToMs } from './recording.ts';
import { type Step, writeScript } from './script.ts';
import { createWorkout } from './workout.ts';

export const PROTOCOLS = ['mqtt', 'mqtt5', 'raw', 'raw5', 'ws'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** One device of the outside world: who it is, how it speaks, and everything that it will do. */
export interface SimulatedDevice {
  readonly device: string;
  readonly athlete: string;
  readonly protocol: Protocol;
  /** True time of the first sample. */
  readonly startMs: number;
  /** How many samples it has, for progress bars. */
  readonly durationMs: number;
  /** Each call starts from the beginning and gives the same steps. */
  script(): Iterable<Step>;
}

export interface FleetPlan {
  readonly seed: string;
  readonly devices: number;
  readonly durationMs: number;
  /** Samples of a 1 Hz source in one frame. */
  readonly samplesPerFrame: number;
  /** Devices take the protocols in turn. */
  readonly protocols: readonly Protocol[];
  readonly faults: FaultPlan;
  readonly pace: Pace;
  /** Before the number in device names. */
  readonly prefix?: string;
  /** Another name for the only device: it was paired under it. */
  readonly pairedAs?: string | undefined;
}

/**
 * A seeded fleet of synthetic athletes. The same plan gives the same devices, boots, seqs, times and values; another
 * anchor gives other boots, because the same (device, boot, seq) must never have other contents.
 */
export function createFleet(plan: FleetPlan): SimulatedDevice[] {
  const { seed, durationMs, samplesPerFrame, protocols, pace, prefix = 'sim', pairedAs } = plan;
  if (protocols.length === 0) throw new RangeError('a fleet needs at least one protocol');
  const startMs = startMsFor(pace, durationMs);
  return Array.from({ length: plan.devices }, (_, index) => {
    const device = pairedAs ?? `${prefix}-${String(index + 1).padStart(4, '0')}`;
    const sport = SPORTS[index % SPORTS.length];
    const identity = [device, startMs, durationMs, samplesPerFrame, JSON.stringify(plan.faults)].join(' ');
    return {
      device,
      athlete: `athlete-${device}`,
      protocol: protocols[index % protocols.length],
      startMs,
      durationMs,
      script() {
        const randomFor = (purpose: string) => createRandom(seed, `${identity} ${purpose}`);
        // A body does not depend on when it is measured: the same seed is the same athlete on every day.
        const body = createRandom(seed, `athlete ${device}`);
        const activity = createWorkout(body, { sport, startMs, durationMs, samplesPerFrame });
        return writeScript({ device, firmware: `sim-${sport}/1`, activity, startMs, faults: plan.faults, randomFor });
      },
    };
  });
}

export interface RecordedDevicePlan {
  readonly seed: string;
  readonly device: string;
  readonly protocol: Protocol;
  readonly recording: Recording;
  readonly samplesPerFrame: number;
  readonly faults: FaultPlan;
  readonly pace: Pace;
}

/** A recording as a device that lives it again, so that it ends when the run does. */
export function createRecordedDevice(plan: RecordedDevicePlan): SimulatedDevice {
  const { seed, device, protocol, samplesPerFrame, faults, pace } = plan;
  const durationMs = plan.recording.endMs - plan.recording.startMs;
  const { startMs, series } = shiftToMs(plan.recording, endMsFor(pace, durationMs));
  const identity = [device, startMs, samplesPerFrame, JSON.stringify(faults)].join(' ');
  const randomFor = (purpose: string): Random => createRandom(seed, `${identity} ${purpose}`);
  return {
    device,
    athlete: `athlete-${device}`,
    protocol,
    startMs,
    durationMs,
    script: () => writeScript({ device, activity: cutIntoDrafts(series, samplesPerFrame), startMs, faults, randomFor }),
  };
}
