import type { LogMessage } from '../runtime/stream/stream.ts';
import { createBatchWriter } from '../schemas/batch/writer.ts';
import { kindOf } from '../schemas/channels.ts';
import { createFrameDecoder } from '../schemas/frame/decode.ts';
import { encodeFrame, type SensorFrame } from '../schemas/frame/encode.ts';
import { BATCH_HEADERS, createNames, SCHEMA_VERSION } from '../schemas/names.ts';
import { readBatchMessage } from './batch-message.ts';
import type { SinkMessage } from './sink.ts';

const decoder = createFrameDecoder();
const names = createNames();

export interface TestBatch {
  readonly frames: readonly SensorFrame[];
  readonly instance?: string;
  readonly shard?: number;
  readonly batch: number;
  readonly athlete?: string;
  readonly offsetMs?: number;
  readonly receivedMs?: number;
  /** In place of a block of the frames. */
  readonly payload?: Uint8Array;
}

/** A message of FRAMES as ingest writes it: subject, headers and payload. */
export function batchMessage({
  frames,
  instance = '00000000000000aa',
  shard = 0,
  batch,
  athlete,
  offsetMs = 0,
  receivedMs = 1_800_000_000_000,
  payload,
}: TestBatch): { subject: string; headers: Record<string, string>; data: Uint8Array; msgId: string } {
  const kind = kindOf(frames[0].source);
  const writer = createBatchWriter(kind);
  let samples = 0;
  for (const frame of frames) {
    const bytes = encodeFrame(frame);
    const reason = decoder.decode(bytes, 0, bytes.length);
    if (reason !== null) throw new Error(`the test's frame is not valid: ${reason}`);
    writer.append(decoder.frame, athlete ?? `athlete of ${frame.device}`, offsetMs);
    samples += frame.timesMs.length;
  }
  return {
    subject: names.frames(shard),
    data: payload ?? writer.take(),
    msgId: `${instance}.${shard}.${batch}`,
    headers: {
      [BATCH_HEADERS.schema]: String(SCHEMA_VERSION),
      [BATCH_HEADERS.kind]: kind,
      [BATCH_HEADERS.instance]: instance,
      [BATCH_HEADERS.batch]: String(batch),
      [BATCH_HEADERS.frames]: String(frames.length),
      [BATCH_HEADERS.samples]: String(samples),
      [BATCH_HEADERS.nulled]: '0',
      [BATCH_HEADERS.receivedMs]: String(receivedMs),
    },
  };
}

/** The same as the log hands it out. */
export function logMessage(batch: TestBatch, seq = 1): LogMessage {
  const { subject, headers, data } = batchMessage(batch);
  return { subject, seq, timeMs: 0, data, header: (name) => headers[name] ?? '' };
}

/** The same as a sink gets it. */
export function sinkMessage(batch: TestBatch, seq = 1): SinkMessage {
  const read = readBatchMessage(logMessage(batch, seq), names);
  if (read.type !== 'batch') throw new Error(`the test's batch is ${read.type}`);
  return read.message;
}
