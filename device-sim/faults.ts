import type { Random } from './random.ts';

/** What can go wrong between an athlete and the server, how often, and what it is. One table: flag, help and tests. */
export const FAULTS = {
  disconnect: { perFrame: 1 / 150, text: 'The connection is cut in the middle of what is in flight.' },
  'dead-zone': { perFrame: 1 / 200, text: 'No network while some frames gather, which then come as one burst.' },
  duplicate: { perFrame: 1 / 30, text: 'A frame is sent again although nothing was lost.' },
  'resend-all': { perFrame: 1 / 600, text: 'After a cut the device sends again all that it has, acknowledged or not.' },
  reorder: { perFrame: 1 / 30, text: 'A frame leaves a few frames later than its turn.' },
  'clock-offset': { perFrame: 0, text: 'The clock of every second device is off by up to hours, and drifts.' },
  'clock-step': { perFrame: 1 / 250, text: 'The clock steps by up to hours; the device draws a new boot.' },
  reboot: { perFrame: 1 / 200, text: 'The device restarts: the connection drops, a new boot, seq from 1.' },
  malformed: { perFrame: 1 / 40, text: 'A frame that cannot be taken is sent besides the good ones.' },
} as const satisfies Record<string, { perFrame: number; text: string }>;

export type Fault = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as Fault[];

/** The faults of `--faults`: names, or `all`. */
export function parseFaults(names: readonly string[]): Fault[] {
  return FAULT_NAMES.filter((fault) => names.includes('all') || names.includes(fault));
}

export interface FaultPlan {
  readonly faults: readonly Fault[];
  /** Multiplies how often each fault happens; 1 is as in the table. */
  readonly rate: number;
}

export const NO_FAULTS: FaultPlan = { faults: [], rate: 1 };

/** Draws what happens around one frame. Each fault has its own source: switching one leaves the others. */
export function createFaultDice(randomFor: (purpose: string) => Random, { faults, rate }: FaultPlan) {
  const sources = new Map(faults.map((fault) => [fault, randomFor(`fault ${fault}`)]));
  return {
    happens(fault: Fault): boolean {
      return sources.get(fault)?.chance(Math.min(1, FAULTS[fault].perFrame * rate)) ?? false;
    },
    /** The draws that shape a fault which happens. */
    randomOf(fault: Fault): Random {
      const random = sources.get(fault);
      if (random === undefined) throw new RangeError(`the fault ${fault} is not switched on`);
      return random;
    },
    isOn: (fault: Fault) => sources.has(fault),
  };
}
export type FaultDice = ReturnType<typeof createFaultDice>;
