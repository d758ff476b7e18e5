import { systemClock } from '../../../runtime/clock.ts';
import { within } from '../../../runtime/release.ts';
import { type Account, openAccount, otherCores, totalOf } from '../../cpu-account.ts';
import { type LoadSummary, type LoadTarget, startLoad } from '../../deployment/load-process.ts';
import type { ScenarioDeps } from '../../scenario.ts';

/** Something that takes QoS 1 publishes and acknowledges them. */
export interface Broker {
  readonly name: string;
  readonly target: LoadTarget;
  readonly pids: ReadonlyMap<string, number>;
}

export interface Turn {
  readonly broker: string;
  readonly framesPerS: number;
  readonly samplesPerS: number;
  /** All processes of the broker together, by the frame. */
  readonly cpuUsPerFrame: number;
  readonly cpuMs: Readonly<Record<string, number>>;
  /** CPU of the load, and how much of one core it had: near 1 it is the load that limits. */
  readonly load: LoadSummary & { readonly cpuUsPerFrame: number; readonly cores: number };
  /** Cores that everything else on the machine used meanwhile, this process and idle sides included. */
  readonly otherCores: number;
}

export interface Shape {
  readonly connections: number;
  readonly window: number;
  readonly samplesPerFrame: number;
  readonly seconds: number;
  /** How the devices are called; other names are other devices. */
  readonly prefix: string;
  /** Of all devices together; as fast as acknowledged when left out. */
  readonly framesPerS?: number;
}

const START_TIMEOUT_MS = 60_000;
/** Devices live faster than time passes; this is far more than they get through. */
const SPAN_S = 20 * 86_400;

/** Sends as fast as acknowledged for so many seconds. Throws when the load fails; the summary says what was refused. */
export async function giveTurn(
  { name, target, pids }: Broker,
  { connections, window, samplesPerFrame, seconds, prefix, framesPerS = 0 }: Shape,
  { release, signal }: ScenarioDeps,
): Promise<Turn> {
  const close = openAccount(pids);
  const load = startLoad(
    prefix,
    target,
    { protocols: 'raw', devices: connections, window, samplesPerFrame, framesPerS, frames: 0, spanS: SPAN_S },
    release,
  );
  await within(START_TIMEOUT_MS, 'the first acknowledgement', () => load.isFlowing);
  await systemClock.sleep(seconds * 1_000, signal);
  const summary = await load.finish();
  return turnOf(name, summary, close());
}

function turnOf(broker: string, summary: LoadSummary, account: Account): Turn {
  const { cpuMs } = account;
  const frames = summary.framesAcknowledged;
  const perS = (count: number) => (count / summary.elapsedMs) * 1_000;
  return {
    broker,
    framesPerS: perS(frames),
    samplesPerS: perS(summary.samplesAcknowledged),
    cpuUsPerFrame: (totalOf(cpuMs) * 1_000) / frames,
    cpuMs,
    load: {
      ...summary,
      cpuUsPerFrame: (summary.cpuMs * 1_000) / frames,
      cores: summary.cpuMs / summary.elapsedMs,
    },
    otherCores: otherCores(account, summary.cpuMs),
  };
}
