import { type FaultPlan, parseFaults } from '../../device-sim/faults.ts';
import { createFleet, type FleetPlan } from '../../device-sim/fleet.ts';
import { createSimulation } from '../../device-sim/simulation.ts';
import { connectsTo } from '../../device-sim/transport/connects.ts';
import { createTruth } from '../../device-sim/truth.ts';
import type { Deployment } from './deployment.ts';

export interface Load {
  readonly seed: string;
  readonly prefix: string;
  readonly devices: number;
  /** Length of each workout, and how many times faster than real time it is played. */
  readonly durationMs: number;
  readonly speed: number;
  readonly samplesPerFrame?: number;
  readonly faults?: FaultPlan;
  /** How long ago the workouts were; 0: they end with the run. */
  readonly ageMs?: number;
}

const ACK_TIMEOUT_MS = 10_000;
const GIVE_UP_MS = 240_000;
const EVERYTHING: FaultPlan = { faults: parseFaults(['all']), rate: 1 };

/** A fleet of devices with every fault of their own plays its activities over MQTT 3.1.1, MQTT 5 and WebSocket. */
export function playFleet(deployment: Deployment, load: Load) {
  const { seed, prefix, devices, durationMs, speed, samplesPerFrame = 10, faults = EVERYTHING, ageMs = 0 } = load;
  const pace = { anchorMs: Date.now() - ageMs, speed };
  const protocols: FleetPlan['protocols'] = ['mqtt', 'mqtt5', 'ws'];
  const fleet = createFleet({ seed, prefix, devices, durationMs, samplesPerFrame, protocols, faults, pace });
  const { mqttPort, websocketPort } = deployment;
  const simulation = createSimulation({
    seed,
    devices: fleet,
    pace,
    connects: connectsTo({ host: '127.0.0.1', mqttPort, websocketPort }),
    truth: createTruth({ keep: 'rows' }),
    ackTimeoutMs: ACK_TIMEOUT_MS,
    giveUpMs: GIVE_UP_MS,
  });
  let isOver = false;
  const result = simulation.run().finally(() => {
    isOver = true;
  });
  return {
    load,
    fleet,
    truth: simulation.truth,
    tally: simulation.tally,
    latency: simulation.latency,
    /** How much of their activities the devices have taken up, 0 … 1. */
    share: () => simulation.tally.playedMs / (devices * durationMs),
    isOver: () => isOver,
    /** Resolves with sentences about devices that gave up, when every device is done. */
    async finish(): Promise<string[]> {
      const { isComplete, unfinishedDevices } = await result;
      if (isComplete) return [];
      return [`${unfinishedDevices.length} devices gave up: ${simulation.tally.troubles.slice(-5).join('; ')}`];
    },
  };
}
export type PlayedFleet = ReturnType<typeof playFleet>;
