import type { FaultPlan } from '../../device-sim/faults.ts';
import { evaluateInProcess } from './debugger.ts';
import type { Fault } from './fault.ts';

const DAY_MS = 86_400_000;

/** Devices that do one thing far more often than in life. */
const only = (...faults: FaultPlan['faults']) => ({ faults: { faults, rate: 8 } });

/** Nothing is done besides what the devices do themselves. */
const watch: Fault['strike'] = ({ wait }) => wait(3_000);

const FLOOD_MS = 10_000_000;
/** What the others may wait for their acknowledgements while one device sends as much as it can, 99 of 100. */
const MAX_ACK_P99_MS = 3_000;

/** Clock steps that stay below what a corrected time may be ahead, and far above the tolerance of corrections. */
const CLOCK_STEP_MS = 30_000;
const SHIFT_CLOCK = `globalThis.unshiftedNow ??= Date.now;
  globalThis.shiftMs = (globalThis.shiftMs ?? 0) + STEP;
  Date.now = () => globalThis.unshiftedNow.call(Date) + globalThis.shiftMs;`;

export const DEVICE_FAULTS: readonly Fault[] = [
  {
    name: 'devices-resend-all',
    title: 'devices resend everything after they connect again',
    promise: 'repeats are acknowledged and change nothing',
    isRandom: false,
    fleet: only('resend-all', 'disconnect'),
    strike: watch,
    demands: ({ repeats, framesSent }) => (repeats > framesSent / 2 ? [] : [`only ${repeats} repeats were sent`]),
  },
  {
    name: 'device-clocks',
    title: 'device clocks are hours off, drift, and step by hours',
    promise: 'each boot gets one correction, which never changes',
    isRandom: false,
    fleet: only('clock-offset', 'clock-step'),
    strike: watch,
  },
  {
    name: 'device-floods',
    title: 'one device sends as fast as it is acknowledged',
    promise: `the others are acknowledged within ${MAX_ACK_P99_MS / 1_000} s (p99), memory keeps its bounds`,
    isRandom: false,
    async strike({ play, prefix, seed }) {
      const faults: FaultPlan = { faults: [], rate: 1 };
      const one = { devices: 1, durationMs: FLOOD_MS, speed: Number.POSITIVE_INFINITY, samplesPerFrame: 1 };
      await play({ ...one, seed, prefix: `flood-${prefix}`, faults }).finish();
    },
    demands: ({ ackP99Ms }) => (ackP99Ms <= MAX_ACK_P99_MS ? [] : [`the others waited ${ackP99Ms} ms (p99)`]),
  },
  {
    name: 'devices-come-late',
    title: 'devices come back with a backlog that is eight days old',
    promise: 'it is in ClickHouse; QuestDB, which keeps seven days, counts it as expired and the ledger balances',
    isRandom: false,
    async strike({ play, prefix, seed }) {
      const faults: FaultPlan = { faults: [], rate: 1 };
      const late = { devices: 4, durationMs: 240_000, speed: Number.POSITIVE_INFINITY, ageMs: 8 * DAY_MS };
      await play({ ...late, seed, prefix: `late-${prefix}`, faults }).finish();
    },
  },
  {
    name: 'server-clock-steps',
    title: `ingest’s wall clock steps ${CLOCK_STEP_MS / 1_000} s back, and ahead again`,
    promise: 'nothing is lost; boots that begin meanwhile are corrected by as much too little',
    isRandom: true,
    async strike({ deployment, wait }) {
      for (const stepMs of [-CLOCK_STEP_MS, CLOCK_STEP_MS]) {
        const expression = SHIFT_CLOCK.replace('STEP', String(stepMs));
        await evaluateInProcess(deployment.parts.ingest, deployment.ingestLog, expression);
        await wait(4_000);
      }
    },
  },
];
