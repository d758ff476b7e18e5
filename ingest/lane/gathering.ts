import type { Encoding } from '../../schemas/names.ts';
import type { Origin } from '../origin.ts';
import type { DecodeTask, ResolvedOffset, Sender } from './task.ts';

const MIN_BYTES = 64 * 1024;

/** Frames that wait for their lane's thread, already laid out as its next task. */
export interface Gathering {
  readonly frames: number;
  readonly bytes: number;
  readonly oldestMs: number;
  add(
    frame: { origin: Origin; shard: number; slot: number; encoding: Encoding; bytes: Uint8Array },
    nowMs: number,
  ): void;
  learn(offset: ResolvedOffset): void;
  take(): GatheredTask;
}

export interface GatheredTask {
  readonly task: DecodeTask;
  readonly origins: readonly Origin[];
  readonly slots: readonly number[];
  /** Kept beside the task, whose buffers belong to the thread once it has them. */
  readonly shards: readonly number[];
  readonly encodings: readonly Encoding[];
  /** Bytes of each frame, to give back to the intake's bound. */
  readonly lengths: readonly number[];
}

export function createGathering(): Gathering {
  let buffer = new Uint8Array(MIN_BYTES);
  let bytes = 0;
  let ends: number[] = [];
  let encodings: Encoding[] = [];
  let shards: number[] = [];
  let senderOf: number[] = [];
  let senders: Sender[] = [];
  let senderIndex = new Map<Origin, number>();
  let origins: Origin[] = [];
  let slots: number[] = [];
  let lengths: number[] = [];
  let offsets: ResolvedOffset[] = [];
  let oldestMs = 0;

  function reserve(length: number): void {
    if (bytes + length <= buffer.length) return;
    let size = buffer.length * 2;
    while (size < bytes + length) size *= 2;
    const wider = new Uint8Array(size);
    wider.set(buffer.subarray(0, bytes));
    buffer = wider;
  }

  return {
    get frames() {
      return ends.length;
    },
    get bytes() {
      return bytes;
    },
    get oldestMs() {
      return oldestMs;
    },
    add({ origin, shard, slot, encoding, bytes: frame }, nowMs) {
      if (ends.length === 0) oldestMs = nowMs;
      reserve(frame.length);
      buffer.set(frame, bytes);
      bytes += frame.length;
      ends.push(bytes);
      encodings.push(encoding);
      shards.push(shard);
      let sender = senderIndex.get(origin);
      if (sender === undefined) {
        sender = senders.length;
        senders.push({ device: origin.device, athlete: origin.athlete, shard, importer: origin.importer });
        senderIndex.set(origin, sender);
      }
      senderOf.push(sender);
      origins.push(origin);
      slots.push(slot);
      lengths.push(frame.length);
    },
    learn(offset) {
      offsets.push(offset);
    },
    take() {
      const gathered: GatheredTask = {
        task: {
          bytes: buffer.buffer,
          ends: Uint32Array.from(ends),
          encodings: Uint8Array.from(encodings, (encoding) => (encoding === 'json' ? 1 : 0)),
          senderOf: Uint32Array.from(senderOf),
          senders,
          receivedMs: oldestMs,
          offsets,
        },
        origins,
        slots,
        shards,
        encodings,
        lengths,
      };
      buffer = new Uint8Array(nextSize(bytes));
      bytes = 0;
      ends = [];
      encodings = [];
      shards = [];
      senderOf = [];
      senders = [];
      senderIndex = new Map();
      origins = [];
      slots = [];
      lengths = [];
      offsets = [];
      return gathered;
    },
  };
}

/** Room for as much again: after a burst the buffers get small again, for each is new and has to be collected. */
function nextSize(bytes: number): number {
  return Math.max(MIN_BYTES, 2 ** Math.ceil(Math.log2(bytes)));
}
