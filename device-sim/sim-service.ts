import { type Clock, systemClock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { Platform } from '../runtime/nats/platform.ts';
import { type Service, StartError } from '../runtime/service.ts';
import type { Job } from './job.ts';
import { pairByCode } from './pairing.ts';
import { showProgress } from './progress.ts';
import { asJson, asTable, type Row } from './report.ts';
import type { SimOptions } from './sim-options.ts';

export interface SimServiceDeps {
  readonly options: SimOptions;
  readonly log: Logger;
  readonly tokenFor: (device: string) => Promise<string | null>;
  /** Opens NATS; only for a race. */
  readonly platform: () => Promise<Platform>;
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
  readonly clock?: Clock;
}

/**
 * A simulation or a load as a service. `run` rejects when a frame was never acknowledged, so that the process ends with
 * 1; `drain` stops new frames and waits for what is in flight.
 */
export async function createSimService(deps: SimServiceDeps): Promise<Service> {
  const { options, log, out, err, clock = systemClock } = deps;
  const stopping = new AbortController();
  const job = await jobOf(deps, clock, stopping.signal);
  let running: Promise<void> | undefined;

  async function work(): Promise<void> {
    log.info({ seed: options.seed, command: options.command }, 'the seed of this run');
    const display = showProgress(job.progress, { clock, json: options.json, out, err });
    const { rows, failure, troubles } = await job.run().finally(() => display.stop());
    const all: Row[] = [['seed', options.seed], ...rows];
    out.write(options.json ? asJson('summary', all) : asTable(all));
    for (const trouble of troubles) log.warn(trouble);
    if (failure !== null) throw new StartError(failure);
  }

  return {
    name: 'device-sim',
    run: () => (running = work()),
    async drain() {
      job.drain();
      // What it rejects with is for whoever called `run`.
      await Promise.allSettled([running]);
    },
    async stop() {
      stopping.abort();
    },
  };
}

/** Loads what the command needs and no more: what the others need takes half of the time of a start. */
async function jobOf(deps: SimServiceDeps, clock: Clock, signal: AbortSignal): Promise<Job> {
  switch (deps.options.command) {
    case 'load':
      return loadJob(deps, signal);
    case 'race': {
      const { createRaceJob } = await import('./race/race-command.ts');
      return createRaceJob({ ...deps, platform: await deps.platform(), clock, signal });
    }
    case 'run':
      return fleetJob(deps, clock, signal);
  }
}

async function fleetJob({ options, tokenFor }: SimServiceDeps, clock: Clock, signal: AbortSignal): Promise<Job> {
  const { createFleetRun, soleDeviceName, summarizeFleetRun } = await import('./fleet-command.ts');
  const { pair: code, apiUrl } = options;
  const paired = code === undefined ? null : await pairByCode({ apiUrl, code, name: soleDeviceName(options) });
  const fleetRun = await createFleetRun(options, {
    nowMs: clock.nowMs(),
    tokenFor: paired === null ? tokenFor : async () => paired.credential,
    pairedAs: paired?.device,
    signal,
  });
  const { simulation, devices } = fleetRun;
  let isDraining = false;
  const totalMs = devices.reduce((sum, device) => sum + device.durationMs, 0);
  return {
    async run() {
      const result = await simulation.run();
      const frames = simulation.truth.unacknowledged().length;
      const isWhole = frames === 0 && (isDraining || result.isComplete);
      const stopped = `${result.unfinishedDevices.length} devices did not finish`;
      return {
        rows: summarizeFleetRun(fleetRun, result),
        failure: isWhole ? null : `${frames} frames were never acknowledged, ${stopped}`,
        troubles: isWhole ? [] : simulation.tally.troubles,
      };
    },
    drain() {
      isDraining = true;
      simulation.drain();
    },
    progress: () => ({
      share: totalMs === 0 ? null : Math.min(1, simulation.tally.playedMs / totalMs),
      rows: [
        ['framesAcknowledged', simulation.truth.counts.acknowledgedFrames],
        ['resends', simulation.tally.resends],
        ['ackP99Ms', simulation.latency.quantileMs(0.99)],
      ],
    }),
  };
}

async function loadJob({ options, tokenFor }: SimServiceDeps, signal: AbortSignal): Promise<Job> {
  const { loadOf, summarizeLoad } = await import('./load/load-command.ts');
  const load = loadOf(options, { tokenFor, signal });
  return {
    async run() {
      const before = process.cpuUsage();
      const result = await load.run();
      const { user, system } = process.cpuUsage(before);
      const rows = summarizeLoad(load, options.samplesPerFrame, result, user + system);
      const failure = result.isComplete ? null : `${result.unacknowledged} frames were never acknowledged`;
      return { rows, failure, troubles: [] };
    },
    drain: () => load.stop(),
    progress: () => ({
      share: options.frames === 0 ? null : load.counts.acknowledged / options.frames,
      rows: [
        ['framesAcknowledged', load.counts.acknowledged],
        ['lostConnections', load.counts.lostConnections],
        ['ackP99Ms', load.latency.quantileMs(0.99)],
      ],
    }),
  };
}
