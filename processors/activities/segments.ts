import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { DirtyParts } from '../../runtime/reducer.ts';
import { type Steps, untilDone } from '../../runtime/steps.ts';
import { ByteReader } from '../roll-ups/byte-reader.ts';
import { ByteWriter } from '../roll-ups/byte-writer.ts';
import { CheckpointError } from './metrics/checkpoint.ts';

/** Before they are compressed; what goes into one value of a bucket, 1 MB, even when nothing of it shrinks. */
const MAX_SEGMENT_BYTES = 768 * 1024;
/** A segment of which less than this is still needed is written anew. */
const LEAST_LIVE_SHARE = 0.5;
/** A millisecond or so of making bytes. */
const RECORDS_PER_STEP = 16;
/** A checksum, so that bytes which went bad are an error and not another state. */
const COMPRESSION = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
} as const;

/** One thing that is kept. Where its newest bytes lie is known to {@link Segments} alone. */
export class KeptRecord<T> {
  readonly item: T;
  segment: Segment<T> | null = null;
  bytes = 0;

  constructor(item: T) {
    this.item = item;
  }
}

interface Segment<T> {
  readonly number: number;
  /** In the order of their bytes; null for one that was dead already when the segment was read. */
  readonly records: readonly (KeptRecord<T> | null)[];
  readonly bytes: number;
  liveBytes: number;
}

const writer = new ByteWriter();

/**
 * Many small values in few parts of a checkpoint. A segment is written once: records that changed go into a new one,
 * and their older bytes are dead. Which records of which segment are alive is said by one small part more, the index,
 * a bit for each. So a checkpoint costs what changed, whatever else the shard knows.
 *
 * A segment that is half dead is written anew (when dead bytes have to go, one with any of them), one without anything
 * alive goes, and the newest ones are joined as long as each is not twice what follows it. There are hence at most two
 * segments for each {@link MAX_SEGMENT_BYTES}, and some more; a record is written again once for each doubling. The
 * bytes are asked for anew then: nothing but the records themselves is in memory. (The idea is that of log-structured
 * file systems: Rosenblum & Ousterhout 1992; the joining is the logarithmic method of Bentley & Saxe 1980.)
 */
export class Segments<T> {
  readonly #name: string;
  readonly #encode: (item: T) => Uint8Array;
  readonly #segments = new Map<number, Segment<T>>();
  #fresh: KeptRecord<T>[] = [];
  #nextNumber = 1;
  #isDirty = false;
  #isErasing = false;
  /** Bytes of records that are being kept, as they were when that began; null while none are. */
  #asBefore: Map<KeptRecord<T>, Uint8Array> | null = null;

  /** `name` begins the names of its parts; `encode` gives the bytes of an item as it is at that moment, never none. */
  constructor(name: string, encode: (item: T) => Uint8Array) {
    this.#name = name;
    this.#encode = encode;
  }

  /**
   * Takes over what an earlier one kept: `decode` makes the item of a record from its bytes. Parts of other names are
   * left alone. Throws CheckpointError when something is missing or damaged.
   */
  restore(parts: ReadonlyMap<string, Uint8Array>, decode: (bytes: Uint8Array) => T): KeptRecord<T>[] {
    const index = parts.get(this.#indexName);
    const own = [...parts.keys()].filter((part) => part.startsWith(`${this.#name}-`));
    if (index === undefined) {
      if (own.length > 0) throw new CheckpointError(`${own[0]} is there, and no index that names it`);
      return [];
    }
    const alive = asCheckpoint(() => readIndex(new ByteReader(zstdDecompressSync(index))));
    if (alive.size !== own.length)
      throw new CheckpointError(`${this.#name} has ${own.length} of ${alive.size} segments`);
    return [...alive].flatMap(([number, isAlive]) => {
      const bytes = parts.get(this.#partName(number));
      if (bytes === undefined) throw new CheckpointError(`${this.#partName(number)} is missing`);
      return this.#restoreSegment(number, bytes, isAlive, decode);
    });
  }

  /** Has a record written with the next call of {@link takeDirty}: a new one, or one whose item changed. */
  put(record: KeptRecord<T>): void {
    this.drop(record);
    this.#fresh.push(record);
  }

  /** The record is needed no more. */
  drop(record: KeptRecord<T>): void {
    const { segment } = record;
    if (segment === null) return;
    segment.liveBytes -= record.bytes;
    record.segment = null;
    this.#isDirty = true;
  }

  /** With the next call of {@link takeDirty} no segment has bytes of a record that is dead. */
  erase(): void {
    this.#isErasing = [...this.#segments.values()].some(({ bytes, liveBytes }) => liveBytes < bytes);
    this.#isDirty ||= this.#isErasing;
  }

  /** The parts that changed since the last call. A record that was put must not have been dropped since. */
  takeDirty(): DirtyParts {
    return untilDone(this.takeDirtyInSteps());
  }

  /**
   * The same in steps, between which items may change when {@link beforeChange} is told first. Until the last step
   * nothing may be put, dropped or erased.
   */
  takeDirtyInSteps(): Steps<DirtyParts> {
    this.#asBefore = new Map();
    return this.#takeInSteps(this.#asBefore);
  }

  /** The item of a record is about to be changed. */
  beforeChange(record: KeptRecord<T>): void {
    if (this.#asBefore !== null) this.#bytesOf(record, this.#asBefore);
  }

  *#takeInSteps(asBefore: Map<KeptRecord<T>, Uint8Array>): Steps<DirtyParts> {
    const dirty: DirtyParts = new Map();
    const waiting: { record: KeptRecord<T>; bytes: Uint8Array }[] = [];
    for (const record of this.#fresh) {
      waiting.push({ record, bytes: this.#bytesOf(record, asBefore) });
      if (waiting.length % RECORDS_PER_STEP === 0) yield;
    }
    const isNothing = this.#fresh.length === 0 && !this.#isDirty;
    this.#fresh = [];
    const joined = isNothing ? [] : this.#takeToJoin(waiting.reduce((sum, { bytes }) => sum + bytes.length, 0));
    for (const record of joined) {
      waiting.push({ record, bytes: this.#bytesOf(record, asBefore) });
      if (waiting.length % RECORDS_PER_STEP === 0) yield;
    }
    this.#asBefore = null;
    if (isNothing) return dirty;
    for (const [number, { liveBytes }] of this.#segments) {
      if (liveBytes > 0) continue;
      this.#segments.delete(number);
      dirty.set(this.#partName(number), null);
    }
    for (let from = 0, to = 0; from < waiting.length; from = to) {
      let bytes = 0;
      while (to < waiting.length && (to === from || bytes + waiting[to].bytes.length <= MAX_SEGMENT_BYTES)) {
        bytes += waiting[to++].bytes.length;
      }
      const number = this.#nextNumber++;
      dirty.set(this.#partName(number), this.#write(number, waiting.slice(from, to)));
      yield;
    }
    dirty.set(this.#indexName, this.#segments.size === 0 ? null : this.#writeIndex());
    this.#isDirty = false;
    this.#isErasing = false;
    return dirty;
  }

  #bytesOf(record: KeptRecord<T>, asBefore: Map<KeptRecord<T>, Uint8Array>): Uint8Array {
    let bytes = asBefore.get(record);
    if (bytes === undefined) {
      bytes = this.#encode(record.item);
      asBefore.set(record, bytes);
    }
    return bytes;
  }

  get #indexName(): string {
    return `${this.#name}_index`;
  }

  #partName(number: number): string {
    return `${this.#name}-${number}`;
  }

  /** Takes the live records out of the segments that are not worth keeping beside `freshBytes` new ones. */
  #takeToJoin(freshBytes: number): KeptRecord<T>[] {
    const taken: Segment<T>[] = [];
    let joinedBytes = freshBytes;
    let isJoining = freshBytes > 0;
    for (const segment of [...this.#segments.values()].reverse()) {
      const { bytes, liveBytes } = segment;
      isJoining &&= liveBytes <= 2 * joinedBytes && joinedBytes + liveBytes <= MAX_SEGMENT_BYTES;
      const isWorthKeeping = liveBytes >= (this.#isErasing ? 1 : LEAST_LIVE_SHARE) * bytes;
      if (!isJoining && isWorthKeeping) continue;
      taken.push(segment);
      if (isJoining) joinedBytes += liveBytes;
    }
    const records = taken.flatMap((segment) =>
      segment.records.filter((record) => record !== null).filter((record) => record.segment === segment),
    );
    for (const record of records) this.drop(record);
    return records;
  }

  #write(number: number, from: readonly { record: KeptRecord<T>; bytes: Uint8Array }[]): Uint8Array {
    const records = from.map(({ record }) => record);
    const bytes = from.reduce((sum, one) => sum + one.bytes.length, 0);
    const segment = { number, records, bytes, liveBytes: bytes };
    this.#segments.set(number, segment);
    writer.varint(from.length);
    for (const one of from) {
      one.record.segment = segment;
      one.record.bytes = one.bytes.length;
      writer.varint(one.bytes.length);
      writer.array(one.bytes);
    }
    return zstdCompressSync(writer.take(), COMPRESSION);
  }

  #writeIndex(): Uint8Array {
    writer.varint(this.#segments.size);
    for (const segment of this.#segments.values()) {
      const { number, records } = segment;
      writer.varint(number);
      writer.varint(records.length);
      for (let from = 0; from < records.length; from += 8) {
        let bits = 0;
        for (let i = from; i < Math.min(from + 8, records.length); i++) {
          if (records[i]?.segment === segment) bits |= 1 << (i - from);
        }
        writer.byte(bits);
      }
    }
    return zstdCompressSync(writer.take(), COMPRESSION);
  }

  #restoreSegment(
    number: number,
    compressed: Uint8Array,
    isAlive: readonly boolean[],
    decode: (bytes: Uint8Array) => T,
  ): KeptRecord<T>[] {
    const values = asCheckpoint(() => readSegment(new ByteReader(zstdDecompressSync(compressed))));
    if (values.length !== isAlive.length) {
      throw new CheckpointError(`${this.#partName(number)} has ${values.length} records, not ${isAlive.length}`);
    }
    const records = values.map((value, nth) => {
      if (!isAlive[nth]) return null;
      const record = new KeptRecord(asCheckpoint(() => decode(value)));
      record.bytes = value.length;
      return record;
    });
    const found = records.filter((record) => record !== null);
    const bytes = values.reduce((all, { length }) => all + length, 0);
    const liveBytes = found.reduce((all, record) => all + record.bytes, 0);
    const segment = { number, records, bytes, liveBytes };
    for (const record of found) record.segment = segment;
    this.#segments.set(number, segment);
    this.#nextNumber = Math.max(this.#nextNumber, number + 1);
    return found;
  }
}

function readIndex(from: ByteReader): Map<number, boolean[]> {
  const alive = new Map<number, boolean[]>();
  for (let left = from.varint(); left > 0; left--) {
    const number = from.varint();
    const length = from.varint();
    const bits = from.bytes(Math.ceil(length / 8));
    alive.set(
      number,
      Array.from({ length }, (_, nth) => (bits[nth >>> 3] & (1 << (nth & 7))) !== 0),
    );
  }
  return alive;
}

function readSegment(from: ByteReader): Uint8Array[] {
  const values = Array.from({ length: from.varint() }, () => from.bytes(from.varint()));
  if (!from.isAtEnd()) throw new CheckpointError('a segment has more bytes than it says');
  return values;
}

/** What zlib, a reader or JSON says of bytes that are not what was written. */
function asCheckpoint<R>(read: () => R): R {
  try {
    return read();
  } catch (error) {
    if (error instanceof CheckpointError || !(error instanceof Error)) throw error;
    throw new CheckpointError(error.message, { cause: error });
  }
}
