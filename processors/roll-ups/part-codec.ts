import { CHANNELS } from '../../schemas/channels.ts';
import { Bucket, MAX, MIN, N, NEWEST, SLOTS, SUM, VALUE } from './bucket.ts';
import { BUCKET_MS, HOUR_MS } from './bucket-time.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { OffsetSet } from './offset-set.ts';
import type { RollUpOptions } from './options.ts';
import { Part, Series } from './part.ts';

/** Grows with every change of what follows it. */
const FORMAT = 1;
const CHANGED = 1;
const SEALED = 2;

/** A part as bytes: the same state gives the same bytes. Channels stand by name, so the channel table may grow. */
export function encodePart(part: Part, out = new ByteWriter()): Uint8Array {
  out.byte(FORMAT);
  out.varint(CHANNELS.length);
  for (const { name } of CHANNELS) out.text(name);
  out.varint(part.evictedUntilMs / BUCKET_MS);
  for (const inOrderOfUse of [part.idle, part.active]) {
    out.varint(inOrderOfUse.size);
    for (const one of inOrderOfUse) encodeSeries(one, out);
  }
  out.varint(part.marks.size);
  for (const mark of part.marks.values()) {
    out.text(mark.device);
    out.text(mark.source);
    out.signed(mark.hourMs / HOUR_MS);
    out.varint(mark.firstSeq);
    out.varint(mark.lastSeq);
    out.varint(mark.markedMs);
  }
  return out.take();
}

function encodeSeries(series: Series, out: ByteWriter): void {
  out.text(series.device);
  out.text(series.source);
  out.varint(series.lastMs);
  out.varint(series.maxTsMs);
  out.varint(series.closedUntilMs / BUCKET_MS);
  for (const buckets of [series.sealed, series.open]) {
    out.varint(buckets.length);
    for (const bucket of buckets) encodeBucket(bucket, out);
  }
}

function encodeBucket(bucket: Bucket, out: ByteWriter): void {
  out.varint(bucket.startMs / BUCKET_MS);
  out.varint(bucket.version);
  out.byte((bucket.changed ? CHANGED : 0) | (bucket.keys === null ? SEALED : 0));
  out.varint(bucket.samples);
  out.text(bucket.athlete);
  encodePlace(bucket.slots, NEWEST, out);
  if (bucket.keys !== null) {
    out.varint(bucket.keys.length);
    for (const { bootLow, bootHigh, offsets } of bucket.keys) {
      out.uint32(bootLow);
      out.uint32(bootHigh);
      encodeOffsets(offsets, out);
    }
  }
  // The channel's number plus one, and 0 after the last.
  for (let channel = 0; channel < CHANNELS.length; channel++) {
    if (!bucket.has(channel)) continue;
    out.varint(channel + 1);
    encodeChannel(bucket.slots, channel, out);
  }
  out.varint(0);
}

function encodeChannel(slots: readonly number[], channel: number, out: ByteWriter): void {
  const at = SLOTS * channel;
  if (CHANNELS[channel].rollUp === 'stats') {
    out.varint(slots[at + N]);
    out.signed(slots[at + MIN]);
    out.signed(slots[at + MAX]);
    out.signed(slots[at + SUM]);
  } else {
    encodePlace(slots, at, out);
    out.signed(slots[at + VALUE]);
  }
}

function encodePlace(slots: readonly number[], at: number, out: ByteWriter): void {
  out.varint(slots[at]);
  out.uint32(slots[at + 1]);
  out.uint32(slots[at + 2]);
}

/** The number of listed offsets and their differences; or, above all lists, the bitmap. */
function encodeOffsets({ list, bitmap }: OffsetSet, out: ByteWriter): void {
  if (list === null) {
    out.varint(BUCKET_MS + 1);
    for (const word of bitmap!) out.uint32(word);
    return;
  }
  out.varint(list.length);
  let before = 0;
  for (const offsetMs of list) {
    out.varint(offsetMs - before);
    before = offsetMs;
  }
}

/** Reads {@link encodePart}'s bytes. Throws RangeError when they are not such, or name a channel that is not known. */
export function decodePart(bytes: Uint8Array, options: RollUpOptions): Part {
  const from = new ByteReader(bytes);
  const format = from.byte();
  if (format !== FORMAT) throw new RangeError(`roll-up state has format ${format}, this version reads ${FORMAT}`);
  const channels = Array.from({ length: from.varint() }, () => {
    const name = from.text();
    const index = CHANNELS.findIndex((channel) => channel.name === name);
    if (index < 0) throw new RangeError(`roll-up state has a channel ${name} that this version does not know`);
    return index;
  });
  const part = new Part(options);
  part.evictedUntilMs = from.varint() * BUCKET_MS;
  for (let left = from.varint(); left > 0; left--) part.restore(decodeSeries(part, from, channels), part.idle);
  for (let left = from.varint(); left > 0; left--) part.restore(decodeSeries(part, from, channels), part.active);
  for (let left = from.varint(); left > 0; left--) {
    part.marks.restore({
      device: from.text(),
      source: from.text(),
      hourMs: from.signed() * HOUR_MS,
      firstSeq: from.varint(),
      lastSeq: from.varint(),
      markedMs: from.varint(),
    });
  }
  if (!from.isAtEnd()) throw new RangeError('roll-up state is longer than it should be');
  return part;
}

function decodeSeries(part: Part, from: ByteReader, channels: readonly number[]): Series {
  const series = new Series(part, from.text(), from.text(), 0);
  series.lastMs = from.varint();
  series.maxTsMs = from.varint();
  series.closedUntilMs = from.varint() * BUCKET_MS;
  for (let left = from.varint(); left > 0; left--) series.addSealed(decodeBucket(from, channels));
  for (let left = from.varint(); left > 0; left--) series.open.push(decodeBucket(from, channels));
  return series;
}

function decodeBucket(from: ByteReader, channels: readonly number[]): Bucket {
  const bucket = new Bucket(from.varint() * BUCKET_MS);
  bucket.version = from.varint();
  const flags = from.byte();
  bucket.changed = (flags & CHANGED) !== 0;
  bucket.samples = from.varint();
  bucket.athlete = from.text();
  decodePlace(bucket.slots, NEWEST, from);
  if ((flags & SEALED) !== 0) {
    bucket.seal();
  } else {
    for (let left = from.varint(); left > 0; left--) {
      bucket.keys!.push({ bootLow: from.uint32(), bootHigh: from.uint32(), offsets: decodeOffsets(from) });
    }
  }
  for (let number = from.varint(); number > 0; number = from.varint()) {
    decodeChannel(bucket.slots, channels[number - 1], from);
  }
  return bucket;
}

function decodeChannel(slots: number[], channel: number, from: ByteReader): void {
  const at = SLOTS * channel;
  if (CHANNELS[channel].rollUp === 'stats') {
    slots[at + N] = from.varint();
    slots[at + MIN] = from.signed();
    slots[at + MAX] = from.signed();
    slots[at + SUM] = from.signed();
  } else {
    decodePlace(slots, at, from);
    slots[at + VALUE] = from.signed();
  }
}

function decodePlace(slots: number[], at: number, from: ByteReader): void {
  slots[at] = from.varint();
  slots[at + 1] = from.uint32();
  slots[at + 2] = from.uint32();
}

function decodeOffsets(from: ByteReader): OffsetSet {
  const length = from.varint();
  if (length <= BUCKET_MS) {
    const list = Array.from({ length }, () => from.varint());
    for (let i = 1; i < length; i++) list[i] += list[i - 1];
    return OffsetSet.of(list);
  }
  return OffsetSet.ofBitmap(() => from.uint32());
}
