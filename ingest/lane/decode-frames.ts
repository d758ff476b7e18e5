import { type BatchWriter, createBatchWriter } from '../../schemas/batch/writer.ts';
import type { Kind } from '../../schemas/channels.ts';
import { type AcceptedTimes, checkTimes, MAX_DEVICE_TIME_MS } from '../../schemas/clock-offset.ts';
import { contentHash, type FrameColumns } from '../../schemas/frame/columns.ts';
import { createFrameDecoder } from '../../schemas/frame/decode.ts';
import { jsonFrameToProtobuf } from '../../schemas/frame/json.ts';
import { bootFromHex, bootToHex, FILE_SOURCE_PATTERN, SOURCE_PATTERN } from '../../schemas/identity.ts';
import type { DeadReason } from '../../schemas/reasons.ts';
import { DeviceMemories } from './device-memory.ts';
import {
  DEAD,
  type DeadFrame,
  type DecodedBatch,
  type DecodeResult,
  type DecodeTask,
  PARKED,
  type ParkedFrame,
  type Sender,
} from './task.ts';

export interface DecodeOptions extends AcceptedTimes {
  readonly maxBatchBytes: number;
  /** How far a device's clock may move against ours within a boot before it is flagged. */
  readonly maxClockJumpMs: number;
  readonly maxDevices: number;
}

interface OpenBatch {
  readonly writer: BatchWriter;
  /** Its number in the result, or -1 while no frame of this task is in it. */
  number: number;
  frames: number;
  nulled: number;
}

/**
 * The path of a frame inside a worker thread: decode, check identity, correct the clock, check age and conflict, append
 * to the batch of its shard. Frames never leave the order in which they came within their shard and kind.
 */
export function createDecodeFrames(options: DecodeOptions) {
  const decoder = createFrameDecoder();
  const { frame } = decoder;
  const devices = new DeviceMemories(options.maxDevices);
  const open: Record<Kind, OpenBatch[]> = { samples: [], rr: [], events: [] };
  let batches: DecodedBatch[] = [];
  let touched: { shard: number; kind: Kind; batch: OpenBatch }[] = [];
  let batchCount = 0;
  let clockJumps = 0;

  return function decodeFrames(task: DecodeTask): DecodeResult {
    for (const { device, bootHex, offsetMs, validUntilMs } of task.offsets) {
      const { bootLow, bootHigh } = bootFromHex(bootHex);
      devices.of(device).learnOffset(bootLow, bootHigh, offsetMs, validUntilMs);
    }
    const bytes = new Uint8Array(task.bytes);
    const count = task.ends.length;
    const batchOf = new Uint16Array(count);
    const dead: DeadFrame[] = [];
    const parked: ParkedFrame[] = [];
    dropLeftovers();
    batches = [];
    touched = [];
    batchCount = 0;
    clockJumps = 0;
    for (let i = 0, start = 0; i < count; i++) {
      const end = task.ends[i];
      const sender = task.senders[task.senderOf[i]];
      const reason = decodeOne(bytes, start, end, task.encodings[i]) ?? checkIdentity(sender);
      const offsetMs = reason === null ? correction(task.receivedMs) : 0;
      const late = reason ?? (Number.isNaN(offsetMs) ? null : checkFrame(offsetMs, task.receivedMs));
      if (late !== null) {
        batchOf[i] = DEAD;
        dead.push({ frame: i, reason: late, bytes: bytes.slice(start, end) });
      } else if (Number.isNaN(offsetMs)) {
        batchOf[i] = PARKED;
        parked.push(parkedFrame(i, bytes.slice(start, end), task.receivedMs));
      } else {
        batchOf[i] = append(sender, offsetMs);
      }
      start = end;
    }
    for (const { shard, kind, batch } of touched) if (batch.number >= 0) close(shard, kind, batch);
    return { batchOf, batches, dead, parked, clockJumps };
  };

  function decodeOne(bytes: Uint8Array, start: number, end: number, encoding: number): DeadReason | null {
    if (encoding === 0) return decoder.decode(bytes, start, end);
    const body = jsonFrameToProtobuf(bytes.subarray(start, end));
    return typeof body === 'string' ? body : decoder.decode(body, 0, body.length);
  }

  function checkIdentity(sender: Sender): DeadReason | null {
    if (frame.device !== sender.device) return 'foreign_device';
    const isAllowed = isFileSource(frame)
      ? sender.importer && FILE_SOURCE_PATTERN.test(frame.source)
      : SOURCE_PATTERN.test(frame.source);
    if (!isAllowed) return 'bad_source';
    return frame.timesMs[frame.count - 1] > MAX_DEVICE_TIME_MS ? 'frame_from_future' : null;
  }

  /** The frozen offset of the frame's boot, or NaN when it is not known here. Files keep their own times. */
  function correction(nowMs: number): number {
    if (isFileSource(frame)) return 0;
    const offsetMs = devices.of(frame.device).offsetMs(frame.bootLow, frame.bootHigh, nowMs);
    if (!Number.isNaN(frame.sentMs) && Math.abs(nowMs - frame.sentMs - offsetMs) > options.maxClockJumpMs) clockJumps++;
    return offsetMs;
  }

  function checkFrame(offsetMs: number, nowMs: number): DeadReason | null {
    const { timesMs, count } = frame;
    const memory = devices.of(frame.device);
    if (!isFileSource(frame)) {
      const reason = checkTimes(timesMs[0] + offsetMs, timesMs[count - 1] + offsetMs, nowMs, options);
      if (reason !== null) return reason;
      // After the times: a frame that is dead anyway uses up none of the device's sources.
      if (!memory.useSource(frame.source)) return 'too_many_sources';
    }
    return memory.conflicts(frame.bootLow, frame.seq, contentHash(frame)) ? 'frame_conflict' : null;
  }

  function parkedFrame(index: number, bytes: Uint8Array<ArrayBuffer>, receivedMs: number): ParkedFrame {
    return {
      frame: index,
      bootHex: bootToHex(frame.bootLow, frame.bootHigh),
      clock: { receivedMs, sentMs: frame.sentMs, lastTimeMs: frame.timesMs[frame.count - 1] },
      bytes,
    };
  }

  function append(sender: Sender, offsetMs: number): number {
    const { shard } = sender;
    let batch = open[frame.kind][shard];
    if (batch === undefined) {
      batch = { writer: createBatchWriter(frame.kind), number: -1, frames: 0, nulled: 0 };
      open[frame.kind][shard] = batch;
    }
    if (batch.number < 0) {
      batch.number = batchCount++;
      touched.push({ shard, kind: frame.kind, batch });
    }
    const { number } = batch;
    batch.writer.append(frame, sender.athlete, offsetMs);
    batch.frames++;
    batch.nulled += frame.nulled;
    if (batch.writer.bytes >= options.maxBatchBytes) close(shard, frame.kind, batch);
    return number;
  }

  /** A task that threw leaves open batches behind. All of its frames are refused, so their rows go too. */
  function dropLeftovers(): void {
    for (const { batch } of touched) {
      if (batch.number < 0) continue;
      batch.writer.take();
      reset(batch);
    }
  }

  function close(shard: number, kind: Kind, batch: OpenBatch): void {
    const samples = batch.writer.rows;
    const { frames, nulled, number } = batch;
    batches[number] = { shard, kind, frames, samples, nulled, block: batch.writer.take() };
    reset(batch);
  }

  function reset(batch: OpenBatch): void {
    batch.number = -1;
    batch.frames = 0;
    batch.nulled = 0;
  }
}

function isFileSource(frame: FrameColumns): boolean {
  return frame.source.charCodeAt(4) === 0x3a && frame.source.startsWith('file:');
}
