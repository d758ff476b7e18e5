import { madeCourse } from '../race/race-courses.ts';
import type { Row } from '../report.ts';
import type { SimOptions } from '../sim-options.ts';
import { createLoad, type Load, type LoadDeps, type LoadResult } from './load.ts';

/** A load as the command line asks for it. */
export function loadOf(options: SimOptions, deps: LoadDeps): Load {
  const orInfinity = (value: number) => (value === 0 ? Number.POSITIVE_INFINITY : value);
  return createLoad(
    {
      seed: options.seed,
      host: options.host,
      port: options.mqttPort,
      version: options.protocols.includes('raw5') ? 5 : 4,
      connections: options.devices,
      prefix: options.devicePrefix,
      window: options.window,
      samplesPerFrame: options.samplesPerFrame,
      sampleGapMs: options.sampleGapMs,
      spanMs: options.spanS * 1_000,
      frames: orInfinity(options.frames),
      framesPerS: orInfinity(options.framesPerS),
      framesPerTurn: options.framesPerTurn,
      payload: options.payload,
      rides: options.rides,
      course: options.raceRides ? madeCourse(options) : null,
      giveUpMs: options.giveUpMs,
    },
    deps,
  );
}

/** `cpuUs` is what this process used while the load ran. */
export function summarizeLoad(load: Load, samplesPerFrame: number, result: LoadResult, cpuUs: number): Row[] {
  const { counts, latency } = load;
  const framesPerS = (counts.acknowledged / result.elapsedMs) * 1_000;
  return [
    ['devices', load.devices.length],
    ['packetBytes', Math.round(load.frameBytes)],
    ['sendings', counts.sends],
    ['framesAcknowledged', counts.acknowledged],
    ['samplesAcknowledged', counts.acknowledged * samplesPerFrame],
    ['unacknowledged', result.unacknowledged],
    ['dead', counts.dead],
    ['refusals', counts.refused],
    ['lostConnections', counts.lostConnections],
    ['startedAtMs', result.startedAtMs],
    ['elapsedMs', Math.round(result.elapsedMs)],
    ['framesPerS', Math.round(framesPerS)],
    ['samplesPerS', Math.round(framesPerS * samplesPerFrame)],
    ['cpuMs', cpuUs / 1_000],
    ['cpuUsPerFrame', cpuUs / Math.max(1, counts.sends)],
    ['ackP50Ms', latency.quantileMs(0.5)],
    ['ackP99Ms', latency.quantileMs(0.99)],
    ['ackMaxMs', latency.maxMs],
  ];
}
