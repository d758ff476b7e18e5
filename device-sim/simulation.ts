import { type Clock, systemClock } from '../runtime/clock.ts';
import type { Connect } from '../runtime/device-client/connection.ts';
import { createLatencyHistogram, type LatencyHistogram } from '../runtime/latency.ts';
import { type CourierTally, createTally, runCourier } from './courier.ts';
import type { Protocol, SimulatedDevice } from './fleet.ts';
import type { Pace } from './pace.ts';
import { createRandom } from './random.ts';
import { createTruth, type Truth } from './truth.ts';

export interface SimulationDeps {
  readonly seed: string;
  readonly devices: readonly SimulatedDevice[];
  readonly pace: Pace;
  readonly connects: Readonly<Partial<Record<Protocol, Connect>>>;
  /** The device's token; null in an open deployment. Asked before each connection, so it may renew one. */
  readonly tokenFor?: (device: SimulatedDevice) => Promise<string | null>;
  readonly window?: number;
  readonly ackTimeoutMs?: number;
  readonly giveUpMs?: number;
  readonly truth?: Truth;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

export interface SimulationResult {
  /** Everything that any device had to send was acknowledged. */
  readonly isComplete: boolean;
  readonly unfinishedDevices: readonly string[];
  readonly elapsedMs: number;
}

export const SIMULATION_DEFAULTS = { window: 32, ackTimeoutMs: 30_000, giveUpMs: 120_000 } as const;

/** Devices at once against a server. `truth`, `latency` and `tally` may be read while `run` works. */
export function createSimulation(deps: SimulationDeps) {
  const {
    devices,
    clock = systemClock,
    truth = createTruth({ keep: 'rows' }),
    tokenFor = async () => null,
    window = SIMULATION_DEFAULTS.window,
    ackTimeoutMs = SIMULATION_DEFAULTS.ackTimeoutMs,
    giveUpMs = SIMULATION_DEFAULTS.giveUpMs,
    signal,
  } = deps;
  const latency: LatencyHistogram = createLatencyHistogram();
  const tally: CourierTally = createTally();
  let isDraining = false;

  function connectOf(device: SimulatedDevice): Connect {
    const connect = deps.connects[device.protocol];
    if (connect === undefined) throw new RangeError(`nothing connects by ${device.protocol}`);
    return connect;
  }

  return {
    devices,
    truth,
    latency,
    tally,
    /** Devices send nothing new; `run` resolves when what is in flight is answered. */
    drain(): void {
      isDraining = true;
    },
    /** Resolves when every device is done or has given up. Rejects on a fault of the simulator itself. */
    async run(): Promise<SimulationResult> {
      const startMs = clock.monotonicMs();
      const couriers = devices.map((device) => ({ device, connect: connectOf(device) }));
      const isDone = await Promise.all(
        couriers.map(({ device, connect }) =>
          runCourier({
            device,
            connect,
            token: () => tokenFor(device),
            random: createRandom(deps.seed, `back-off ${device.device}`),
            pace: deps.pace,
            isDraining: () => isDraining,
            ...{ clock, truth, latency, tally, window, ackTimeoutMs, giveUpMs, signal },
          }),
        ),
      );
      const unfinishedDevices = devices.filter((_, i) => !isDone[i]).map((device) => device.device);
      return {
        isComplete: unfinishedDevices.length === 0,
        unfinishedDevices,
        elapsedMs: clock.monotonicMs() - startMs,
      };
    },
  };
}
export type Simulation = ReturnType<typeof createSimulation>;
