import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LogMessage } from '../../runtime/stream/stream.ts';
import { createBatchWriter } from '../../schemas/batch/writer.ts';
import { createFrameDecoder } from '../../schemas/frame/decode.ts';
import { encodeFrame, type SensorFrame } from '../../schemas/frame/encode.ts';
import { BATCH_HEADERS, createNames, SCHEMA_VERSION } from '../../schemas/names.ts';
import type { RollUpOptions } from './options.ts';

export const names = createNames();
/** Shortly before a full hour, so that a stream soon has buckets in two. */
export const STREAM_START_MS = Date.UTC(2025, 5, 1, 10, 59, 30);

const decoder = createFrameDecoder();

/** A message of FRAMES with one batch; a tick when there are no frames. A device's athlete is named after it. */
export function messageOf(seq: number, timeMs: number, frames: readonly SensorFrame[]): LogMessage {
  const writer = createBatchWriter('samples');
  for (const frame of frames) {
    const bytes = encodeFrame(frame);
    assert.equal(decoder.decode(bytes, 0, bytes.length), null);
    writer.append(decoder.frame, `athlete-of-${frame.device}`, 0);
  }
  const headers: Record<string, string> = {
    [BATCH_HEADERS.schema]: String(SCHEMA_VERSION),
    [BATCH_HEADERS.kind]: frames.length === 0 ? 'tick' : 'samples',
    [BATCH_HEADERS.instance]: '00000000000000aa',
    [BATCH_HEADERS.batch]: String(seq),
    [BATCH_HEADERS.frames]: String(frames.length),
    [BATCH_HEADERS.samples]: String(writer.rows),
    [BATCH_HEADERS.nulled]: '0',
    [BATCH_HEADERS.receivedMs]: String(timeMs),
  };
  const data = frames.length === 0 ? new Uint8Array() : writer.take();
  return { subject: names.frames(0), seq, timeMs, data, header: (name) => headers[name] ?? '' };
}

/** What a message holds, before it has its place in a stream. */
export interface MessagePlan {
  /** After the message before. */
  readonly afterMs: number;
  readonly frames: readonly SensorFrame[];
}

const anyDelay = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3_000, max: 10_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 10_000, max: 120_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 120_000, max: 3 * 3_600_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -200_000, max: 0 }) },
);

interface FramePlan {
  readonly device: string;
  readonly source: string;
  readonly boot: string;
  readonly delayMs: number;
  readonly stepsMs: readonly number[];
}

const anyFramePlan: fc.Arbitrary<FramePlan> = fc.record({
  device: fc.constantFrom('watch-1', 'watch-2', 'strap', 'bike', 'pod'),
  source: fc.constantFrom('hr', 'gps'),
  boot: fc.constantFrom('00000000000000ff', 'ff00000000000000', '8000000000000001'),
  delayMs: anyDelay,
  stepsMs: fc.array(fc.constantFrom(1, 250, 1_000, 1_000, 4_000), { maxLength: 12 }),
});

/**
 * Messages as a bad network delivers them: live data, backlogs, clocks that run ahead, frames that come again (alone
 * or with others), and ticks. The same (device, boot, source, time) has the same values wherever it turns up.
 */
export const anyStream: fc.Arbitrary<MessagePlan[]> = fc
  .array(
    fc.record({
      afterMs: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 0, max: 8_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_200_000 }) },
      ),
      frames: fc.array(anyFramePlan, { maxLength: 4 }),
      /** A device that restarts again and again: as many frames of one sample, each with a boot of its own. */
      boots: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(12) }),
      /** Frames of earlier messages that come again here. */
      repeats: fc.array(fc.nat(1_000), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((plans) => {
    const sent: SensorFrame[] = [];
    let timeMs = STREAM_START_MS;
    return plans.map(({ afterMs, frames, boots, repeats }) => {
      timeMs += afterMs;
      const restarts = Array.from({ length: boots }, (_, i) => {
        const boot = (i + 1).toString(16).padStart(16, '0');
        return { device: 'strap', source: 'hr', boot, delayMs: 0, stepsMs: [] };
      });
      const again = sent.length === 0 ? [] : repeats.map((nth) => sent[nth % sent.length]);
      const fresh = [...frames, ...restarts].map((plan, i) => frameOf(plan, timeMs, sent.length + i + 1));
      sent.push(...fresh);
      return { afterMs, frames: [...again, ...fresh] };
    });
  });

/** The stream's messages, numbered as a shared stream would: with gaps. */
export function messagesOf(plans: readonly MessagePlan[]): LogMessage[] {
  let timeMs = STREAM_START_MS;
  return plans.map(({ afterMs, frames }, i) => {
    timeMs += afterMs;
    return messageOf(3 * i + 1, timeMs, frames);
  });
}

const VALUES: Readonly<Record<string, (random: number) => number>> = {
  heart_rate: (random) => 40 + (random % 160),
  power: (random) => random % 1_000,
  ambient_temperature: (random) => (random % 8_000) - 4_000,
  latitude: (random) => (random % 1_800_000_000) - 900_000_000,
  distance: (random) => random % 2_000_000_000,
};

function frameOf({ device, source, boot, delayMs, stepsMs }: FramePlan, nowMs: number, seq: number): SensorFrame {
  const timesMs = [nowMs - delayMs];
  for (const stepMs of stepsMs) timesMs.push(timesMs[timesMs.length - 1] + stepMs);
  const columns = Object.entries(VALUES).map(([channel, toValue]) => {
    const values = timesMs.map((timeMs) => {
      const random = hash(`${device} ${source} ${boot} ${timeMs} ${channel}`);
      return random % 5 === 0 ? null : toValue(random >>> 3);
    });
    return [channel, values] as const;
  });
  return { device, boot, seq, source, timesMs, columns: Object.fromEntries(columns) };
}

function hash(text: string): number {
  let hashed = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hashed = Math.imul(hashed ^ text.charCodeAt(i), 0x01000193);
  return (hashed ^ (hashed >>> 13)) >>> 0;
}

/** Bounds that bite, and those of everyday. */
export const anyOptions: fc.Arbitrary<Partial<RollUpOptions>> = fc.record({
  latenessMs: fc.constantFrom(0, 10_000, 60_000),
  idleMs: fc.constantFrom(20_000, 600_000),
  forgetMs: fc.constantFrom(30_000, 2_592_000_000),
  maxOpenBuckets: fc.constantFrom(1, 3, 16),
  maxSeries: fc.constantFrom(16, 32_768),
  maxPartBytes: fc.constantFrom(1_500, 786_432),
  maxRecomputesPerEmit: fc.constantFrom(1, 16),
  maxRecomputeDelayMs: fc.constantFrom(0, 30_000),
  openRowsEveryMs: fc.constantFrom(0, 5_000),
  maxRowsPerWrite: fc.constantFrom(2, 20_000),
});
