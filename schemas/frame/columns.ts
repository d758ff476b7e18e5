import { type Channel, channelsOf, type Kind } from '../channels.ts';

/** More samples than this in one frame is a dead letter: ten minutes at 1 Hz with room, bounded memory for the rest. */
export const MAX_SAMPLES_PER_FRAME = 1024;

/** One channel of a frame: `values[i]` counts only where `missing[i]` is 0. */
export interface FrameColumn {
  readonly channel: Channel;
  present: boolean;
  /** Entries filled so far; equal to the frame's `count` once the frame is whole. */
  length: number;
  readonly values: Int32Array;
  readonly missing: Uint8Array;
}

/**
 * A decoded frame as columns. One of these is made for each decoder and filled again for every frame, so decoding
 * allocates nothing: read what you need before the next frame is decoded.
 */
export interface FrameColumns {
  device: string;
  /** The boot as two unsigned 32-bit halves: a 64-bit BigInt for each frame would cost more than the decoding. */
  bootLow: number;
  bootHigh: number;
  seq: number;
  source: string;
  kind: Kind;
  firmware: string;
  traceId: string;
  /** The device's clock when sending, ms since the epoch; NaN when the frame does not say. */
  sentMs: number;
  count: number;
  /** Device time of each sample, ms since the epoch. */
  readonly timesMs: Float64Array;
  /** By kind of frame, then by channel index; those of other kinds than the frame's are not present. */
  readonly columns: Readonly<Record<Kind, readonly FrameColumn[]>>;
  /** Values that became NULL because they were outside their channel's limits. */
  nulled: number;
}

export function createFrameColumns(): FrameColumns {
  return {
    device: '',
    bootLow: 0,
    bootHigh: 0,
    seq: 0,
    source: '',
    kind: 'samples',
    firmware: '',
    traceId: '',
    sentMs: Number.NaN,
    count: 0,
    timesMs: new Float64Array(MAX_SAMPLES_PER_FRAME),
    columns: {
      samples: channelsOf('samples').map(createColumn),
      rr: channelsOf('rr').map(createColumn),
      events: channelsOf('events').map(createColumn),
    },
    nulled: 0,
  };
}

function createColumn(channel: Channel): FrameColumn {
  return {
    channel,
    present: false,
    length: 0,
    values: new Int32Array(MAX_SAMPLES_PER_FRAME),
    missing: new Uint8Array(MAX_SAMPLES_PER_FRAME),
  };
}

export function columnsOf(frame: FrameColumns): readonly FrameColumn[] {
  return frame.columns[frame.kind];
}

/**
 * 52 bits over what the frame says: source, times and values, but not when or how it was sent. Two frames with one
 * identity and different hashes are in conflict. Two rounds of 32-bit multiplicative mixing with different constants.
 */
export function contentHash(frame: FrameColumns): number {
  let a = 0x9e3779b1;
  let b = 0x85ebca77;
  const mix = (value: number) => {
    a = Math.imul(a ^ value, 0x01000193);
    b = Math.imul((b << 13) | (b >>> 19), 5) + Math.imul(value, 0xcc9e2d51);
  };
  for (let i = 0; i < frame.source.length; i++) mix(frame.source.charCodeAt(i));
  for (let i = 0; i < frame.firmware.length; i++) mix(frame.firmware.charCodeAt(i));
  mix(frame.count);
  mix(Math.floor(frame.timesMs[0] / 0x1_0000_0000));
  for (let i = 0; i < frame.count; i++) mix(frame.timesMs[i] | 0);
  const columns = columnsOf(frame);
  for (let c = 0; c < columns.length; c++) {
    const column = columns[c];
    if (!column.present) continue;
    mix(c + 1);
    for (let i = 0; i < frame.count; i++) mix(column.missing[i] === 0 ? column.values[i] : 0x7fffffff);
  }
  return (a >>> 0) + ((b >>> 12) & 0xfffff) * 0x1_0000_0000;
}
