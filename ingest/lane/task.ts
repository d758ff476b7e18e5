import type { Kind } from '../../schemas/channels.ts';
import type { ClockReading } from '../../schemas/clock-offset.ts';
import type { DeadReason } from '../../schemas/reasons.ts';

/**
 * The thread border, in one table: what a lane sends to its worker and gets back. Buffers are transferred, so each
 * side gives up what it hands over.
 */
export interface DecodeTask {
  /** The frames' bytes, one after the other. */
  readonly bytes: ArrayBuffer;
  /** Where each frame ends. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** 0 protobuf, 1 JSON. */
  readonly encodings: Uint8Array<ArrayBuffer>;
  /** Index into `senders` of each frame. */
  readonly senderOf: Uint32Array<ArrayBuffer>;
  readonly senders: readonly Sender[];
  /** When the oldest of the frames came, ms since the epoch; "now" for the age rule. */
  readonly receivedMs: number;
  /** Clock corrections that the worker asked for earlier. */
  readonly offsets: readonly ResolvedOffset[];
}

/** Who the token says is sending. */
export interface Sender {
  readonly device: string;
  readonly athlete: string;
  readonly shard: number;
  readonly importer: boolean;
}

export interface ResolvedOffset {
  readonly device: string;
  readonly bootHex: string;
  readonly offsetMs: number;
  /** Ask again after this, so that a boot in use never expires from the bucket. */
  readonly validUntilMs: number;
}

/** What became of each frame: the number of its batch, or one of these. */
export const DEAD = 0xffff;
export const PARKED = 0xfffe;

export interface DecodeResult {
  readonly batchOf: Uint16Array<ArrayBuffer>;
  readonly batches: readonly DecodedBatch[];
  readonly dead: readonly DeadFrame[];
  /** Frames whose clock correction is not known yet: resolve it, then send them again with it. */
  readonly parked: readonly ParkedFrame[];
  /** Frames whose device clock moved by more than the allowed jump within one boot. */
  readonly clockJumps: number;
}

export interface DecodedBatch {
  readonly shard: number;
  readonly kind: Kind;
  readonly frames: number;
  readonly samples: number;
  readonly nulled: number;
  readonly block: Uint8Array<ArrayBuffer>;
}

export interface DeadFrame {
  readonly frame: number;
  readonly reason: DeadReason;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ParkedFrame {
  readonly frame: number;
  readonly bootHex: string;
  readonly clock: ClockReading;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
