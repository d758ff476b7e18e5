import { shardOf } from '../schemas/identity.ts';
import type { Encoding } from '../schemas/names.ts';
import type { Reason } from '../schemas/reasons.ts';
import type { Lane } from './lane/lane.ts';

/**
 * Where frames go once a front end (MQTT, WebSocket) has authenticated the connection and taken a slot for the frame's
 * acknowledgement. The intake copies the bytes before it returns.
 */
export interface Intake {
  /**
   * Takes one frame. Answers false when the intake is full: this frame was still taken, but the front end stops
   * reading from the connection until `origin.resume` is called.
   */
  offer(origin: Origin, slot: number, encoding: Encoding, bytes: Uint8Array): boolean;
  /** Null when devices may connect and send; otherwise why new data is refused at the moment. */
  readonly closedFor: Reason | null;
  /** Above 0 while the stream fills up: how long a device that sends is made to rest, again and again. */
  readonly slowDownMs: number;
}

/** A connection, as the intake sees it. Slots are the front end's own numbers, handed back once each. */
export interface Origin {
  readonly device: string;
  /** '' when the device belongs to nobody. */
  readonly athlete: string;
  /** Only an importer may send `file:` sources. */
  readonly importer: boolean;
  /** `null`: stored. A dead reason: the dead letter is stored, acknowledge too. A refused one: do not acknowledge. */
  settle(slot: number, reason: Reason | null): void;
  /** After a run of `settle` calls: send the acknowledgements that became due. */
  flush(): void;
  /** Go on reading after `offer` answered false. */
  resume(): void;
}

export interface IntakeDeps {
  readonly shards: number;
  /** Makes lane number `lane`; `onSettled` gives a frame's bytes back to the intake's bound. */
  readonly createLanes: (onSettled: (bytes: number) => void) => readonly Lane[];
  /** Bytes taken and not yet settled, with each frame's overhead, over which connections stop being read. */
  readonly maxUnsettledBytes: number;
  /** Why nothing new is taken at the moment, if so. */
  readonly closedFor: () => Reason | null;
  readonly slowDownMs: () => number;
}

/** What a frame costs besides its bytes: a slot, places in a task, a dead letter's headers. Empty ones cost too. */
const FRAME_OVERHEAD_BYTES = 64;

/** Spreads frames over the lanes: lane = shard mod lanes, so a device, and an athlete's devices, keep theirs. */
export function createIntake(deps: IntakeDeps): Intake & { readonly isIdle: boolean; readonly unsettledBytes: number } {
  const lanes = deps.createLanes(onSettled);
  const shardOfOrigin = new WeakMap<Origin, number>();
  const waiting = new Set<Origin>();
  let unsettledBytes = 0;

  function onSettled(bytes: number): void {
    unsettledBytes -= bytes + FRAME_OVERHEAD_BYTES;
    // Half-way down, so that connections are not stopped and started for every frame.
    if (waiting.size === 0 || unsettledBytes > deps.maxUnsettledBytes / 2) return;
    const resumed = [...waiting];
    waiting.clear();
    for (const origin of resumed) origin.resume();
  }

  return {
    offer(origin, slot, encoding, bytes) {
      let shard = shardOfOrigin.get(origin);
      if (shard === undefined) {
        shard = shardOf(origin.athlete || origin.device, deps.shards);
        shardOfOrigin.set(origin, shard);
      }
      unsettledBytes += bytes.length + FRAME_OVERHEAD_BYTES;
      lanes[shard % lanes.length].push(origin, shard, slot, encoding, bytes);
      if (unsettledBytes <= deps.maxUnsettledBytes) return true;
      waiting.add(origin);
      return false;
    },
    get closedFor() {
      return deps.closedFor();
    },
    get slowDownMs() {
      return deps.slowDownMs();
    },
    get isIdle() {
      return unsettledBytes === 0 && lanes.every((lane) => lane.isIdle);
    },
    get unsettledBytes() {
      return unsettledBytes;
    },
  };
}
