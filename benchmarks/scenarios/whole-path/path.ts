import { systemClock } from '../../../runtime/clock.ts';
import { openAccount, totalOf } from '../../cpu-account.ts';
import { type LoadSummary, type LoadTarget, startLoad } from '../../deployment/load-process.ts';
import { createDeviceTime } from '../../device-time.ts';
import type { ScenarioDeps } from '../../scenario.ts';

/** Something that takes samples by MQTT and brings them into one or two stores. */
export interface Path {
  readonly name: string;
  readonly target: LoadTarget;
  /** What it reads: see `--payload` of `device-sim load`. */
  readonly payload: 'frames' | 'lines' | 'json';
  /** Engines included; CPU is counted for these. */
  readonly pids: ReadonlyMap<string, number>;
  /** Rows that a query finds now, by store. */
  countRows(signal: AbortSignal): Promise<Readonly<Record<string, number>>>;
  /** Aborts, with the reason, when a part of it ends. */
  readonly lostSignal?: AbortSignal;
}

export interface Shape {
  readonly devices: number;
  readonly window: number;
  readonly samplesPerFrame: number;
  readonly sampleGapMs: number;
  /** As fast as acknowledged without it. */
  readonly framesPerS?: number;
  readonly framesPerTurn?: number;
}

export interface PathTurn {
  readonly path: string;
  readonly devices: number;
  readonly samples: number;
  /** From the first frame until a query finds every sample in every store. */
  readonly elapsedMs: number;
  readonly samplesPerS: number;
  /** When each store showed everything, from the first frame. */
  readonly storedAfterMs: Readonly<Record<string, number>>;
  /** Of the path's own processes, engines included, by the sample. */
  readonly cpuUsPerSample: number;
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly machineCores: number;
  readonly load: LoadSummary;
  /** Rows that are missing, or too many, at the end. */
  readonly surplusRows: Readonly<Record<string, number>>;
}

const LOOK_EVERY_MS = 100;
/** Stores that take nothing for so long will not. */
const STALL_MS = 60_000;

/** Sends a number of samples into one path again and again, each time with device times behind the ones before. */
export function createPathRuns(path: Path, deps: ScenarioDeps) {
  const deviceTime = createDeviceTime();
  const signal = path.lostSignal ? AbortSignal.any([deps.signal, path.lostSignal]) : deps.signal;
  let run = 0;
  let acknowledged = 0;

  /** Resolves when every store shows all of it, or none has shown more for a minute. */
  async function send(samples: number, shape: Shape): Promise<PathTurn> {
    const { devices, samplesPerFrame, sampleGapMs, framesPerS = 0, framesPerTurn = 8 } = shape;
    const frames = Math.max(devices, Math.ceil(samples / samplesPerFrame));
    // Without a pace some devices get on faster than others: there is time for that.
    const spanS = deviceTime.take((3 * frames * samplesPerFrame * sampleGapMs) / devices / 1_000);
    const before = await path.countRows(signal);
    const close = openAccount(path.pids);
    const options = {
      ...{ protocols: 'raw', payload: path.payload, devices, window: shape.window },
      ...{ samplesPerFrame, sampleGapMs, frames, framesPerS, framesPerTurn, spanS },
    };
    const load = await startLoad(`run-${++run}`, path.target, options, deps.release).ended();
    const wanted = load.samplesAcknowledged;
    acknowledged += wanted;
    const { storedAtMs, rows } = await untilStored(before, wanted);
    const { cpuMs, machineCpuMs, elapsedMs: accountMs } = close();
    const storedAfterMs = Object.fromEntries(
      Object.entries(storedAtMs).map(([store, atMs]) => [store, atMs - load.startedAtMs]),
    );
    const elapsedMs = Math.max(...Object.values(storedAfterMs));
    return {
      path: path.name,
      devices,
      samples: wanted,
      elapsedMs,
      samplesPerS: (wanted / elapsedMs) * 1_000,
      storedAfterMs,
      cpuUsPerSample: (totalOf(cpuMs) * 1_000) / wanted,
      cpuMs,
      machineCores: machineCpuMs / accountMs,
      load,
      surplusRows: Object.fromEntries(
        Object.entries(rows).map(([store, found]) => [store, found - before[store] - wanted]),
      ),
    };
  }

  async function untilStored(before: Readonly<Record<string, number>>, wanted: number) {
    const storedAtMs: Record<string, number> = {};
    let best = -1;
    let progressMs = performance.now();
    for (;;) {
      const rows = await path.countRows(signal);
      const nowMs = Date.now();
      for (const [store, found] of Object.entries(rows)) {
        if (found >= before[store] + wanted) storedAtMs[store] ??= nowMs;
      }
      const sum = Object.values(rows).reduce((all, found) => all + found, 0);
      if (sum > best) progressMs = performance.now();
      best = sum;
      const isStalled = performance.now() - progressMs > STALL_MS;
      if (isStalled) for (const store of Object.keys(rows)) storedAtMs[store] ??= nowMs;
      if (Object.keys(storedAtMs).length === Object.keys(rows).length) return { storedAtMs, rows };
      await systemClock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  /**
   * Runs until `seconds` have passed in all, so that code is compiled and caches are filled. Answers how many samples a
   * second the path took at last, which says how many make a turn.
   */
  async function warmUp(seconds: number, shape: Shape, firstSamples = 20_000): Promise<number> {
    let turn = await send(firstSamples, shape);
    for (let totalMs = turn.elapsedMs; totalMs < seconds * 1_000; totalMs += turn.elapsedMs) {
      turn = await send((turn.samplesPerS * Math.max(1, seconds)) / 3, shape);
    }
    return turn.samplesPerS;
  }

  return { path, send, warmUp, acknowledgedSamples: () => acknowledged };
}
export type PathRuns = ReturnType<typeof createPathRuns>;

/** Why a turn does not count. */
export function troublesOf({ path, load, surplusRows, samples }: PathTurn): string[] {
  const { dead, refusals, lostConnections } = load;
  const lost = Object.entries(surplusRows).filter(([, surplus]) => surplus !== 0);
  return [
    ...(dead + refusals + lostConnections > 0
      ? [`${path}: ${dead} dead, ${refusals} refusals, ${lostConnections} lost connections`]
      : []),
    ...lost.map(([store, surplus]) => `${path}: ${store} shows ${samples + surplus} rows of ${samples} samples`),
  ];
}
