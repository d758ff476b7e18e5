import { systemClock } from '../../../runtime/clock.ts';
import { within } from '../../../runtime/release.ts';
import { type Account, openAccount, otherCores, totalOf } from '../../cpu-account.ts';
import { type LoadSummary, type LoadTarget, startLoad } from '../../deployment/load-process.ts';
import { createDeviceTime } from '../../device-time.ts';
import type { MachineShares } from '../../machine-shares.ts';
import type { ScenarioDeps } from '../../scenario.ts';
import { count } from '../../words.ts';

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
  /** What its engines have done on the side until now, by name: counters that only grow. */
  countSideWork?(signal: AbortSignal): Promise<Readonly<Record<string, number>>>;
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
  /** What is measured begins so long after the first acknowledgement: new devices cost more than known ones. */
  readonly settleS?: number;
}

export interface PathTurn {
  readonly path: string;
  readonly devices: number;
  readonly samples: number;
  /** From the first frame, or the end of settling, until a query finds every sample in every store. */
  readonly elapsedMs: number;
  readonly samplesPerS: number;
  /** When each store showed everything, from the same moment. */
  readonly storedAfterMs: Readonly<Record<string, number>>;
  /** Of the path's own processes, engines included, by the sample. */
  readonly cpuUsPerSample: number;
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Cores that everything else on the machine used meanwhile, this process and idle sides included. */
  readonly otherCores: number;
  /** What became of the time of all cores meanwhile. */
  readonly machine: MachineShares;
  /** What each process made the disk write, bytes. */
  readonly writtenBytes: Readonly<Record<string, number>>;
  readonly sideWork: Readonly<Record<string, number>>;
  readonly load: LoadSummary;
  /** Rows that are missing, or too many, at the end. */
  readonly surplusRows: Readonly<Record<string, number>>;
}

/** A question costs a store some CPU, so they are not asked all the time; it makes the answer later by half of this. */
const LOOK_EVERY_MS = 200;
/** Stores that take nothing for so long will not. */
const STALL_MS = 60_000;
const START_TIMEOUT_MS = 120_000;
/** A path whose turn was faster than the one before by this factor is still warming up; after so many it has to do. */
const STILL_FASTER = 1.1;
const MAX_MORE_WARM_UPS = 3;

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
    let sideWork = await openSideWork();
    const options = {
      ...{ protocols: 'raw', payload: path.payload, devices, window: shape.window },
      ...{ samplesPerFrame, sampleGapMs, frames, framesPerS, framesPerTurn, spanS },
    };
    let close = openAccount(path.pids);
    const load = startLoad(`run-${++run}`, path.target, options, deps.release);
    let base = before;
    let fromMs = 0;
    if (shape.settleS !== undefined) {
      await within(START_TIMEOUT_MS, 'the first acknowledgement', () => load.isFlowing);
      await systemClock.sleep(shape.settleS * 1_000, signal);
      base = await path.countRows(signal);
      fromMs = Date.now();
      close = openAccount(path.pids);
      sideWork = await openSideWork();
    }
    // Looked for from the beginning: a load takes its time to say goodbye, when everything may long be there.
    const [stored, summary] = await Promise.all([
      untilStored(before, frames * samplesPerFrame).then(async (found) => ({
        ...found,
        account: close(),
        sideWork: await sideWork(),
      })),
      load.ended(),
    ]);
    acknowledged += summary.samplesAcknowledged;
    fromMs ||= summary.startedAtMs;
    return turnOf({ path: path.name, devices, before, base, fromMs, summary, ...stored });
  }

  async function openSideWork(): Promise<() => Promise<Record<string, number>>> {
    const count = async () => (await path.countSideWork?.(signal)) ?? {};
    const before = await count();
    return async () =>
      Object.fromEntries(Object.entries(await count()).map(([name, now]) => [name, now - before[name]]));
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
   * Runs until `seconds` have passed in all, so that code is compiled and caches are filled, and then a few turns more
   * while each is faster than the one before. Answers how many samples a second the path took at last, which says how
   * many make a turn: of a path that is not warm these were too few, and a short turn is mostly the wait for its end.
   */
  async function warmUp(seconds: number, shape: Shape, firstSamples = 20_000): Promise<number> {
    let turn = await send(firstSamples, shape);
    const tell = () => deps.say(`  ${count(turn.samples)} samples, ${count(turn.samplesPerS)} a second`);
    tell();
    async function next(leastSamples: number): Promise<boolean> {
      const before = turn;
      turn = await send(Math.max(leastSamples, (before.samplesPerS * seconds) / 3), shape);
      tell();
      return turn.samplesPerS > STILL_FASTER * before.samplesPerS;
    }
    let isFaster = false;
    for (let totalMs = turn.elapsedMs; totalMs < seconds * 1_000; totalMs += turn.elapsedMs) {
      // Short turns are mostly waiting and say little, so they grow whatever they say.
      isFaster = await next(2 * turn.samples);
    }
    for (let more = 0; isFaster && more < MAX_MORE_WARM_UPS; more++) isFaster = await next(turn.samples);
    return turn.samplesPerS;
  }

  return { path, send, warmUp, takeTime: deviceTime.take, acknowledgedSamples: () => acknowledged };
}
interface Sent {
  readonly path: string;
  readonly devices: number;
  readonly before: Readonly<Record<string, number>>;
  /** What the stores showed when the measured part began. */
  readonly base: Readonly<Record<string, number>>;
  readonly fromMs: number;
  readonly summary: LoadSummary;
  readonly storedAtMs: Readonly<Record<string, number>>;
  readonly rows: Readonly<Record<string, number>>;
  readonly account: Account;
  readonly sideWork: Readonly<Record<string, number>>;
}

function turnOf({ path, devices, before, base, fromMs, summary, storedAtMs, rows, account, sideWork }: Sent): PathTurn {
  const stores = Object.keys(rows);
  const each = (of: (store: string) => number) => Object.fromEntries(stores.map((store) => [store, of(store)]));
  const least = (of: (store: string) => number) => Math.min(...stores.map(of));
  const storedAfterMs = each((store) => storedAtMs[store] - fromMs);
  const samples = least((store) => rows[store] - base[store]);
  if (samples <= 0) throw new Error(`${path} had stored everything before the measured part began`);
  return {
    path,
    devices,
    samples,
    elapsedMs: Math.max(...Object.values(storedAfterMs)),
    samplesPerS: least((store) => ((rows[store] - base[store]) / storedAfterMs[store]) * 1_000),
    storedAfterMs,
    cpuUsPerSample: (totalOf(account.cpuMs) * 1_000) / samples,
    cpuMs: account.cpuMs,
    otherCores: otherCores(account, summary.cpuMs),
    machine: account.machine,
    writtenBytes: account.writtenBytes,
    sideWork,
    load: summary,
    surplusRows: each((store) => rows[store] - before[store] - summary.samplesAcknowledged),
  };
}
export type PathRuns = ReturnType<typeof createPathRuns>;

/**
 * Why a turn does not count. More rows than were acknowledged are batches that came twice and that ClickHouse has not
 * merged yet; that each key is there once is counted at the end.
 */
export function troublesOf({ path, load, surplusRows }: PathTurn): string[] {
  const { dead, refusals, lostConnections } = load;
  const lost = Object.entries(surplusRows).filter(([, surplus]) => surplus < 0);
  return [
    ...(dead + refusals + lostConnections > 0
      ? [`${path}: ${dead} dead, ${refusals} refusals, ${lostConnections} lost connections`]
      : []),
    ...lost.map(([store, surplus]) => `${path}: ${store} lacks ${-surplus} rows that were acknowledged`),
  ];
}
