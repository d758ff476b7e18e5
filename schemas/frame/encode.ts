import protobuf from 'protobufjs/minimal.js';
import { ALL_CHANNELS, type Channel } from '../channels.ts';
import { FIELDS, isSigned } from './decode.ts';

/** A frame as a device, a test or the JSON body holds it. Values are integers in the channel's stored units. */
export interface SensorFrame {
  readonly device: string;
  /** 16 hex digits, not all zero. */
  readonly boot: string;
  /** From 1. */
  readonly seq: number;
  readonly source: string;
  readonly sentMs?: number;
  /** Device time of each sample, ms since the epoch, strictly increasing. */
  readonly timesMs: readonly number[];
  /** By channel name; null is a lost sample. */
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
  readonly firmware?: string;
  readonly traceId?: string;
}

const channelByName = new Map(ALL_CHANNELS.map((channel) => [channel.name, channel]));

/** The frame's protobuf bytes. Throws RangeError on a channel that is not in the table or a boot that is not hex. */
export function encodeFrame(frame: SensorFrame): Uint8Array {
  const writer = protobuf.Writer.create();
  const tag = (field: number, wire: number) => writer.uint32((field << 3) | wire);
  tag(FIELDS.device, 2).string(frame.device);
  if (!/^[0-9a-fA-F]{16}$/.test(frame.boot)) throw new RangeError('a boot is 16 hex digits');
  tag(FIELDS.boot, 1).fixed32(Number.parseInt(frame.boot.slice(8), 16));
  writer.fixed32(Number.parseInt(frame.boot.slice(0, 8), 16));
  tag(FIELDS.seq, 0).uint64(frame.seq);
  tag(FIELDS.source, 2).string(frame.source);
  if (frame.sentMs !== undefined) tag(FIELDS.sentMs, 0).uint64(frame.sentMs);
  const baseMs = frame.timesMs[0] ?? 0;
  tag(FIELDS.baseMs, 0).uint64(baseMs);
  tag(FIELDS.dtMs, 2).fork();
  frame.timesMs.forEach((timeMs, i) => {
    writer.uint32(i === 0 ? 0 : timeMs - frame.timesMs[i - 1]);
  });
  writer.ldelim();
  if (frame.firmware) tag(FIELDS.firmware, 2).string(frame.firmware);
  if (frame.traceId) tag(FIELDS.traceId, 2).string(frame.traceId);
  for (const [name, values] of Object.entries(frame.columns)) {
    const channel = channelByName.get(name);
    if (channel === undefined) throw new RangeError(`no channel is named ${name}`);
    encodeColumn(writer, channel, values);
  }
  return writer.finish();
}

/** A lost sample keeps its place: it repeats the value before, which costs one byte, and its validity bit is 0. */
function encodeColumn(writer: protobuf.Writer, channel: Channel, values: readonly (number | null)[]): void {
  writer.uint32((channel.field << 3) | 2).fork();
  let before = 0;
  for (const value of values) {
    const wire = channel.delta ? ((value ?? before) - before) | 0 : (value ?? 0);
    before = value ?? before;
    if (isSigned(channel)) writer.sint32(wire);
    else writer.uint32(wire);
  }
  writer.ldelim();
  if (values.every((value) => value !== null)) return;
  const bitmap = new Uint8Array((values.length + 7) >> 3);
  values.forEach((value, i) => {
    if (value !== null) bitmap[i >> 3] |= 1 << (i & 7);
  });
  writer.uint32(((channel.field + 1) << 3) | 2).bytes(bitmap);
}
