import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { systemClock } from '../runtime/clock.ts';
import { StartError } from '../runtime/service.ts';
import { parseFaults } from './faults.ts';
import { createFleet, createRecordedDevice, type SimulatedDevice } from './fleet.ts';
import type { Pace } from './pace.ts';
import { readRecording } from './recording.ts';
import type { Row } from './report.ts';
import type { SimOptions } from './sim-options.ts';
import { createSimulation, type Simulation, type SimulationResult } from './simulation.ts';
import { connectsTo } from './transport/connects.ts';
import { createTruth } from './truth.ts';

const nameOfFile = (file: string) =>
  basename(file, '.fit')
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .slice(0, 64);

/** How the one device of a run calls itself, which is paired with an account. Throws StartError for more devices. */
export function soleDeviceName({ fit, devices }: Pick<SimOptions, 'fit' | 'devices'>): string {
  if (fit.length + devices !== 1) {
    throw new StartError('--pair: a code is for one device: --devices=1, or --devices=0 with one --fit');
  }
  return fit.length === 1 ? nameOfFile(fit[0]).slice(0, 48) : 'sim-0001';
}

/**
 * The devices of `run`: recordings first, then the fleet. `pairedAs` is the id of the only one, where it was paired.
 * Throws RecordingError for a file that is not whole, and StartError for one that cannot be read.
 */
export async function devicesOf(options: SimOptions, pace: Pace, pairedAs?: string): Promise<SimulatedDevice[]> {
  const { seed, samplesPerFrame, protocols } = options;
  const faults = { faults: parseFaults(options.faults), rate: options.faultRate };
  const shared = { seed, samplesPerFrame, faults, pace };
  const recorded: SimulatedDevice[] = [];
  for (const file of options.fit) {
    const bytes = await readFile(file).catch((error: Error) => {
      throw new StartError(`--fit ${file} cannot be read: ${error.message}`);
    });
    const recording = await readRecording(bytes, file, systemClock.nowMs());
    const device = pairedAs ?? nameOfFile(file);
    const protocol = protocols[recorded.length % protocols.length];
    recorded.push(createRecordedDevice({ ...shared, device, protocol, recording }));
  }
  const durationMs = options.durationS * 1_000;
  return [...recorded, ...createFleet({ ...shared, devices: options.devices, durationMs, protocols, pairedAs })];
}

export interface FleetRun {
  readonly simulation: Simulation;
  readonly devices: readonly SimulatedDevice[];
  readonly pace: Pace;
}

export async function createFleetRun(
  options: SimOptions,
  {
    nowMs,
    tokenFor,
    pairedAs,
    signal,
  }: {
    nowMs: number;
    tokenFor: (device: string) => Promise<string | null>;
    /** The id of the only device, where it was paired. */
    pairedAs?: string | undefined;
    signal?: AbortSignal;
  },
): Promise<FleetRun> {
  const pace = {
    anchorMs: options.anchorMs ?? nowMs,
    speed: options.speed === 0 ? Number.POSITIVE_INFINITY : options.speed,
  };
  const devices = await devicesOf(options, pace, pairedAs);
  const simulation = createSimulation({
    seed: options.seed,
    devices,
    pace,
    connects: connectsTo(options),
    tokenFor: ({ device }) => tokenFor(device),
    window: options.window,
    giveUpMs: options.giveUpMs,
    // Nobody asks this process about rows: numbers are enough, and memory stays bounded.
    truth: createTruth({ keep: 'counts' }),
    signal,
  });
  return { simulation, devices, pace };
}

/** The summary of a run: names, values and units as the table shows them. */
export function summarizeFleetRun({ simulation, devices, pace }: FleetRun, result: SimulationResult): Row[] {
  const { counts } = simulation.truth;
  const { latency, tally } = simulation;
  const perS = (count: number) => Math.round((count / result.elapsedMs) * 1_000);
  return [
    ['anchorMs', pace.anchorMs],
    ['devices', devices.length],
    ['unfinishedDevices', result.unfinishedDevices.length],
    ['framesSent', counts.sentFrames],
    ['framesAcknowledged', counts.acknowledgedFrames],
    ['samplesSent', counts.sentSamples],
    ['samplesAcknowledged', counts.acknowledgedSamples],
    ['malformedSent', counts.sentMalformed],
    ['malformedAcknowledged', counts.acknowledgedMalformed],
    ['sendings', counts.sends],
    ['resends', tally.resends],
    ['refusals', tally.refusals],
    ['connections', tally.connects],
    ['lostConnections', tally.lostConnections],
    ['failedConnections', tally.failedConnects],
    ['longestActivityMs', devices.reduce((most, { durationMs }) => Math.max(most, durationMs), 0)],
    ['elapsedMs', Math.round(result.elapsedMs)],
    ['samplesPerS', perS(counts.acknowledgedSamples)],
    ['ackP50Ms', latency.quantileMs(0.5)],
    ['ackP99Ms', latency.quantileMs(0.99)],
    ['ackMaxMs', latency.maxMs],
  ];
}
