import { shardOf } from '../schemas/identity.ts';
import type { Encoding } from '../schemas/names.ts';
import { byPriority, PRIORITIES, type Priority } from '../schemas/priority.ts';
import type { Reason, RefusedReason } from '../schemas/reasons.ts';
import { MEMORY_RUNGS, shedReason } from './ladder.ts';
import type { Lane } from './lane/lane.ts';
import type { Origin } from './origin.ts';
import type { RoomLevel } from './room-watch.ts';

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
  /** Null when a device of this priority may come in; otherwise why not at the moment. */
  refusesDevice(priority: Priority): RefusedReason | null;
  /** Null when a frame of this priority may be offered; otherwise why it is refused or shed. */
  refusesFrame(priority: Priority): Reason | null;
  /** Above 0 while the stream fills up: how long a device that sends is made to rest, again and again. */
  restMs(priority: Priority): number;
  /** A frame was not offered, for that reason: it goes into the ledger. */
  turnedAway(reason: Reason): void;
}

export interface IntakeDeps {
  readonly shards: number;
  /** Makes lane number `lane`; `onSettled` gives a frame's bytes back to the intake's bound. */
  readonly createLanes: (onSettled: (bytes: number) => void) => readonly Lane[];
  /** Bytes taken and not yet settled, with each frame's overhead; see `MEMORY_RUNGS`. */
  readonly maxUnsettledBytes: number;
  /** Why nothing new is taken from anybody at the moment, if so. */
  readonly closedFor: () => RefusedReason | null;
  /** How full the stream is, as devices of each priority feel it. */
  readonly room: () => Readonly<Record<Priority, RoomLevel>>;
  readonly slowDownMs: number;
  readonly onTurnedAway: (reason: Reason) => void;
}

/** What a frame costs besides its bytes: a slot, places in a task, a dead letter's headers. Empty ones cost too. */
const FRAME_OVERHEAD_BYTES = 64;

/** Whoever gives way last is read again first. */
const FIRST_TO_LAST = PRIORITIES.toReversed();

/** Spreads frames over the lanes: lane = shard mod lanes, so a device, and an athlete's devices, keep theirs. */
export function createIntake(deps: IntakeDeps): Intake & { readonly isIdle: boolean; readonly unsettledBytes: number } {
  const lanes = deps.createLanes(onSettled);
  const shardOfOrigin = new WeakMap<Origin, number>();
  const waiting = byPriority(() => new Set<Origin>());
  const shareOf = (rung: Readonly<Record<Priority, number>>) =>
    byPriority((priority) => (deps.maxUnsettledBytes * rung[priority]) / 100);
  const stopReadingBytes = shareOf(MEMORY_RUNGS.stopReading);
  const shedBytes = shareOf(MEMORY_RUNGS.shed);
  let waitingCount = 0;
  let unsettledBytes = 0;

  function onSettled(bytes: number): void {
    unsettledBytes -= bytes + FRAME_OVERHEAD_BYTES;
    if (waitingCount === 0) return;
    for (const priority of FIRST_TO_LAST) {
      // Half-way down, so that connections are not stopped and started for every frame.
      if (waiting[priority].size === 0 || unsettledBytes > stopReadingBytes[priority] / 2) continue;
      const resumed = [...waiting[priority]];
      waiting[priority].clear();
      waitingCount -= resumed.length;
      for (const origin of resumed) origin.resume();
    }
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
      if (unsettledBytes <= stopReadingBytes[origin.priority]) return true;
      const others = waiting[origin.priority];
      if (!others.has(origin)) waitingCount += 1;
      others.add(origin);
      return false;
    },
    refusesDevice(priority) {
      const closedFor = deps.closedFor();
      if (closedFor !== null) return closedFor;
      const level = deps.room()[priority];
      return level === 'refused' || level === 'shed' ? 'stream_full' : null;
    },
    refusesFrame(priority) {
      const closedFor = deps.closedFor();
      if (closedFor !== null) return closedFor;
      if (deps.room()[priority] === 'shed') return shedReason(priority, 'stream_full');
      return unsettledBytes > shedBytes[priority] ? shedReason(priority, 'overloaded') : null;
    },
    restMs: (priority) => (deps.room()[priority] === 'roomy' ? 0 : deps.slowDownMs),
    turnedAway: deps.onTurnedAway,
    get isIdle() {
      return unsettledBytes === 0 && lanes.every((lane) => lane.isIdle);
    },
    get unsettledBytes() {
      return unsettledBytes;
    },
  };
}
