import type { SimulatedDevice } from '../../device-sim/fleet.ts';
import type { Random } from '../../device-sim/random.ts';
import type { Deployment, PartName } from './deployment.ts';
import type { Load, PlayedFleet } from './play-fleet.ts';

/** One way to break the deployment, and what is promised all the same. */
export interface Fault {
  /** As `--only` takes it. */
  readonly name: string;
  /** What is done, for the table. */
  readonly title: string;
  /** What is promised besides the promise that holds for every fault. */
  readonly promise: string;
  /** It needs disks of its own. */
  readonly needsDisks?: boolean;
  /** It can happen to any load at any time, so the soak may draw it. */
  readonly isRandom: boolean;
  /** How its fleet differs from the ordinary one. */
  readonly fleet?: Partial<Pick<Load, 'durationMs' | 'faults'>>;
  /** Parts that may end by themselves meanwhile, to be started again by whoever looks after them. */
  readonly mayEnd?: readonly PartName[];
  /** Does the harm; resolves once it is over, and every part that was killed is back. */
  strike(ground: Ground): Promise<void>;
  /** Takes back what has to last until the devices are done. */
  heal?(ground: Ground): Promise<void>;
  /** What has to have happened, or the harm was none; answers sentences. */
  demands?(seen: Seen): string[];
}

/** What a fault works on. */
export interface Ground {
  readonly deployment: Deployment;
  readonly seed: string;
  /** Draws for this fault alone. */
  readonly random: Random;
  /** What the names of its devices begin with. */
  readonly prefix: string;
  readonly fleet: readonly SimulatedDevice[];
  /** Says that the harm is over and the time to recover begins, when that is before `strike` resolves. */
  lifted(): void;
  /** Waits; ends early when the devices are done. */
  wait(ms: number): Promise<void>;
  /** Throws when it does not come true in time. */
  until(what: string, isTrue: () => boolean, timeoutMs: number): Promise<void>;
  /** Sendings of the load that were refused so far. */
  refusals(): number;
  /** More devices, which are graded as the others are. */
  play(load: Load): PlayedFleet;
  /** From here on a batch of the stream that holds these bytes may be refused by that store. */
  poison(store: 'questdb' | 'clickhouse', inBatch: Buffer): void;
  /** Gives the frame stream another limit, from what it holds now. */
  resizeStream(limitOf: (bytes: number) => number): Promise<void>;
}

/** Numbers of one run, for what a fault demands. */
export type Seen = Readonly<Record<string, number>>;
