import { ALL_CHANNELS, type Channel, kindOf } from '../channels.ts';
import type { DeadReason } from '../reasons.ts';
import {
  columnsOf,
  createFrameColumns,
  type FrameColumn,
  type FrameColumns,
  MAX_SAMPLES_PER_FRAME,
} from './columns.ts';
import { createStringTable, WireCursor, WireError } from './cursor.ts';

/** Protobuf field numbers of a SensorFrame; the channels' own come from the channel table. */
export const FIELDS = {
  device: 1,
  boot: 2,
  seq: 3,
  source: 4,
  sentMs: 5,
  baseMs: 6,
  dtMs: 7,
  firmware: 8,
  traceId: 9,
} as const;

const MAX_STRING_BYTES = 64;
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** By field number: the column whose values, or whose validity bitmap, the field holds. */
function indexColumns(frame: FrameColumns) {
  const valuesOf: (FrameColumn | undefined)[] = [];
  const validityOf: (FrameColumn | undefined)[] = [];
  for (const column of Object.values(frame.columns).flat()) {
    valuesOf[column.channel.field] = column;
    validityOf[column.channel.field + 1] = column;
  }
  return { valuesOf, validityOf };
}

/**
 * Decodes SensorFrames one after the other into the same columns. `decode` answers null when the frame is whole and
 * every value is inside its limits (or NULL), else the reason that makes it dead; it never throws.
 */
export function createFrameDecoder() {
  const frame = createFrameColumns();
  const cursor = new WireCursor();
  const intern = createStringTable(65_536);
  const { valuesOf, validityOf } = indexColumns(frame);
  const columns = Object.values(frame.columns).flat();
  const validity = new Map<FrameColumn, { start: number; end: number }>();
  let baseMs = 0;
  let presentColumns = 0;

  function decode(bytes: Uint8Array, start: number, end: number): DeadReason | null {
    clear();
    cursor.reset(bytes, start, end);
    try {
      while (cursor.pos < end) {
        const tag = cursor.varint32();
        const reason = readField(tag >>> 3, tag & 7);
        if (reason !== null) return reason;
      }
    } catch (error) {
      if (error instanceof WireError) return 'undecodable_frame';
      throw error;
    }
    return finish(bytes);
  }

  function clear(): void {
    frame.device = '';
    frame.source = '';
    frame.firmware = '';
    frame.traceId = '';
    frame.seq = 0;
    frame.bootLow = 0;
    frame.bootHigh = 0;
    frame.sentMs = Number.NaN;
    frame.count = 0;
    frame.nulled = 0;
    baseMs = 0;
    presentColumns = 0;
    for (const column of columns) {
      column.present = false;
      column.length = 0;
    }
    if (validity.size > 0) validity.clear();
  }

  function readField(field: number, wire: number): DeadReason | null {
    const column = valuesOf[field];
    if (column !== undefined) return readColumn(column, wire);
    if (validityOf[field] !== undefined) {
      if (wire !== BYTES) return 'undecodable_frame';
      const end = cursor.lengthDelimited();
      validity.set(validityOf[field], { start: cursor.pos, end });
      cursor.pos = end;
      return null;
    }
    switch (field) {
      case FIELDS.device:
      case FIELDS.source:
      case FIELDS.firmware:
      case FIELDS.traceId:
        return wire === BYTES ? readString(field) : 'undecodable_frame';
      case FIELDS.boot:
        if (wire !== FIXED64) return 'undecodable_frame';
        frame.bootLow = cursor.fixed32();
        frame.bootHigh = cursor.fixed32();
        return null;
      case FIELDS.seq:
      case FIELDS.sentMs:
      case FIELDS.baseMs:
        return wire === VARINT ? readInteger(field) : 'undecodable_frame';
      case FIELDS.dtMs:
        return readTimes(wire);
      default:
        return 'unknown_field';
    }
  }

  function readString(field: number): DeadReason | null {
    const end = cursor.lengthDelimited();
    if (end - cursor.pos > MAX_STRING_BYTES) return 'undecodable_frame';
    const text = intern(cursor.bytes, cursor.pos, end);
    cursor.pos = end;
    if (field === FIELDS.device) frame.device = text;
    else if (field === FIELDS.source) frame.source = text;
    else if (field === FIELDS.firmware) frame.firmware = text;
    else frame.traceId = text;
    return null;
  }

  function readInteger(field: number): DeadReason | null {
    const value = cursor.varint64();
    if (field === FIELDS.sentMs) frame.sentMs = value;
    else if (field === FIELDS.baseMs) baseMs = value;
    else frame.seq = value;
    return Number.isSafeInteger(value) ? null : 'undecodable_frame';
  }

  /** Times are differences: the first from the base time, each other from the one before. */
  function readTimes(wire: number): DeadReason | null {
    if (wire !== BYTES && wire !== VARINT) return 'undecodable_frame';
    const end = wire === BYTES ? cursor.lengthDelimited() : cursor.pos + 1;
    while (cursor.pos < end) {
      if (frame.count >= MAX_SAMPLES_PER_FRAME) return 'frame_too_large';
      frame.timesMs[frame.count++] = cursor.varint32();
    }
    return cursor.pos === end || wire === VARINT ? null : 'undecodable_frame';
  }

  /** Packed values, or a single one (which the protobuf specification lets an encoder write instead). */
  function readColumn(column: FrameColumn, wire: number): DeadReason | null {
    if (wire !== BYTES && wire !== VARINT) return 'undecodable_frame';
    const end = wire === BYTES ? cursor.lengthDelimited() : cursor.pos + 1;
    const { values, channel } = column;
    const signed = isSigned(channel);
    if (!column.present) presentColumns++;
    column.present = true;
    let length = column.length;
    while (cursor.pos < end) {
      if (length >= MAX_SAMPLES_PER_FRAME) return 'frame_too_large';
      const raw = cursor.varint32();
      // Unsigned values beyond Int32 are beyond every limit too, so clamping keeps "out of range" true.
      values[length++] = signed ? (raw >>> 1) ^ -(raw & 1) : Math.min(raw, 0x7fffffff);
    }
    column.length = length;
    return cursor.pos === end || wire === VARINT ? null : 'undecodable_frame';
  }

  function finish(bytes: Uint8Array): DeadReason | null {
    // proto3 leaves zeros out, so a zero is the same as a missing field: boots and seqs start above it.
    const noBoot = frame.bootLow === 0 && frame.bootHigh === 0;
    if (frame.device === '' || frame.source === '' || noBoot || frame.seq === 0 || baseMs === 0) return 'no_identity';
    if (frame.count === 0) return 'empty_frame';
    if (!accumulateTimes()) return 'times_not_increasing';
    frame.kind = kindOf(frame.source);
    let present = 0;
    const own = columnsOf(frame);
    for (let c = 0; c < own.length; c++) {
      const column = own[c];
      if (!column.present) {
        if (validity.size > 0 && validity.has(column)) return 'column_length';
        continue;
      }
      present++;
      if (column.length !== frame.count) return 'column_length';
      const reason = finishColumn(column, bytes);
      if (reason !== null) return reason;
    }
    // Fields are counted as they come, so those that are not the kind's own cost nothing to find.
    if (present < presentColumns) return 'bad_source';
    return present === 0 ? 'empty_frame' : null;
  }

  function accumulateTimes(): boolean {
    const { timesMs, count } = frame;
    timesMs[0] += baseMs;
    for (let i = 1; i < count; i++) {
      if (timesMs[i] === 0) return false;
      timesMs[i] += timesMs[i - 1];
    }
    return true;
  }

  /** Undoes differences, applies the validity bitmap and the channel's limits. */
  function finishColumn(column: FrameColumn, bytes: Uint8Array): DeadReason | null {
    const { values, missing, channel, length } = column;
    const { min, max } = channel;
    if (channel.delta) {
      let sum = 0;
      for (let i = 0; i < length; i++) {
        // Modulo 2^32, so that a jump from one end of the earth to the other is a difference too.
        sum = (sum + values[i]) | 0;
        values[i] = sum;
      }
    }
    const bitmap = validity.size > 0 ? validity.get(column) : undefined;
    if (bitmap !== undefined && bitmap.end - bitmap.start !== (length + 7) >> 3) return 'column_length';
    for (let i = 0; i < length; i++) {
      if (bitmap !== undefined && (bytes[bitmap.start + (i >> 3)] & (1 << (i & 7))) === 0) missing[i] = 1;
      else if (values[i] >= min && values[i] <= max) missing[i] = 0;
      else if (channel.outOfRange === 'dead') return 'value_out_of_range';
      else {
        missing[i] = 1;
        frame.nulled++;
      }
    }
    return null;
  }

  return { frame, decode };
}
export type FrameDecoder = ReturnType<typeof createFrameDecoder>;

/** Columns that can be negative, or hold differences, travel zigzag-encoded (`sint32`); the rest as `uint32`. */
export function isSigned(channel: { min: number; delta: boolean }): boolean {
  return channel.delta || channel.min < 0;
}

/** The text of `frame.proto`, for device makers; a test keeps the file equal to this. */
export function frameProto(): string {
  const column = (channel: Channel) =>
    [
      `  // ${channel.description}: ${channel.unit} × ${channel.scale}${channel.delta ? ', as differences' : ''}`,
      `  repeated ${isSigned(channel) ? 'sint32' : 'uint32'} ${channel.name} = ${channel.field} [packed = true];`,
      `  bytes ${channel.name}_valid = ${channel.field + 1};`,
    ].join('\n');
  return `// Made from the channel table (schemas/channels.ts). See docs/frames.md for the meaning of each field.
syntax = "proto3";
package slipstream.v1;

message SensorFrame {
  string device = ${FIELDS.device};
  fixed64 boot = ${FIELDS.boot};
  uint64 seq = ${FIELDS.seq};
  string source = ${FIELDS.source};
  // The device's clock when it sends, ms since the epoch.
  optional uint64 sent_ms = ${FIELDS.sentMs};
  // The device's clock, ms since the epoch.
  uint64 base_ms = ${FIELDS.baseMs};
  // The first from base_ms, each other from the one before.
  repeated uint32 dt_ms = ${FIELDS.dtMs} [packed = true];
  string firmware = ${FIELDS.firmware};
  string trace_id = ${FIELDS.traceId};

${ALL_CHANNELS.map(column).join('\n')}
}
`;
}
