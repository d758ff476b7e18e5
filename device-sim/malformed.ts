import { CHANNELS } from '../schemas/channels.ts';
import { MAX_SAMPLES_PER_FRAME } from '../schemas/frame/columns.ts';
import { encodeFrame, type SensorFrame } from '../schemas/frame/encode.ts';
import type { DeadReason } from '../schemas/reasons.ts';
import type { Random } from './random.ts';

/** A frame that no server may take, and why not. */
export interface Malformed {
  readonly kind: string;
  readonly reason: DeadReason;
  /** Same (boot, seq) and times as a good frame that went before it. */
  readonly isConflict: boolean;
  /** The bytes to send; `sentMs` is the device's clock when they leave. */
  encode(sentMs: number): Uint8Array;
}

type Maker = { reason: DeadReason; make(frame: SensorFrame, random: Random): (sentMs: number) => Uint8Array };

const TEN_YEARS_MS = 10 * 365 * 86_400_000;
/** Field 2000, a varint of 1: nothing that a SensorFrame has. */
const UNKNOWN_FIELD = Uint8Array.from([0x80, 0x7d, 0x01]);

/** `frame` is a good frame with at least two samples and an identity that no other frame has. */
const MAKERS: Record<string, Maker> = {
  truncated: {
    reason: 'undecodable_frame',
    // The last byte belongs to a length-delimited column, which then is longer than its frame.
    make: (frame) => (sentMs) => encodeFrame({ ...frame, sentMs }).subarray(0, -1),
  },
  'unknown-field': {
    reason: 'unknown_field',
    make: (frame) => (sentMs) => Buffer.concat([encodeFrame({ ...frame, sentMs }), UNKNOWN_FIELD]),
  },
  'column-length': {
    reason: 'column_length',
    make(frame) {
      const [name, values] = Object.entries(frame.columns)[0];
      const columns = { ...frame.columns, [name]: values.slice(1) };
      return (sentMs) => encodeFrame({ ...frame, sentMs, columns });
    },
  },
  'position-out-of-range': {
    reason: 'value_out_of_range',
    make(frame, random) {
      const outside = frame.timesMs.map(() => 900_000_000);
      outside[random.integer(0, outside.length - 1)] = 900_000_001;
      const columns = { ...frame.columns, latitude: outside };
      return (sentMs) => encodeFrame({ ...frame, sentMs, columns });
    },
  },
  'times-not-increasing': {
    reason: 'times_not_increasing',
    make(frame, random) {
      const timesMs = [...frame.timesMs];
      const at = random.integer(1, timesMs.length - 1);
      timesMs[at] = timesMs[at - 1];
      for (let i = at + 1; i < timesMs.length; i++) timesMs[i] = Math.max(timesMs[i], timesMs[i - 1] + 1);
      return (sentMs) => encodeFrame({ ...frame, sentMs, timesMs });
    },
  },
  'no-column': {
    reason: 'empty_frame',
    make: (frame) => (sentMs) => encodeFrame({ ...frame, sentMs, columns: {} }),
  },
  'no-identity': {
    reason: 'no_identity',
    make: (frame) => (sentMs) => encodeFrame({ ...frame, sentMs, seq: 0 }),
  },
  'foreign-device': {
    reason: 'foreign_device',
    make: (frame) => (sentMs) => encodeFrame({ ...frame, sentMs, device: `${frame.device.slice(0, 56)}-other` }),
  },
  'too-many-samples': {
    reason: 'frame_too_large',
    make(frame) {
      const timesMs = Array.from({ length: MAX_SAMPLES_PER_FRAME + 1 }, (_, i) => frame.timesMs[0] + i);
      const columns = { battery: timesMs.map(() => 500) };
      return (sentMs) => encodeFrame({ ...frame, sentMs, timesMs, columns });
    },
  },
  'too-old': {
    reason: 'frame_too_old',
    make: (frame) => (sentMs) =>
      encodeFrame({ ...frame, sentMs, timesMs: frame.timesMs.map((timeMs) => timeMs - TEN_YEARS_MS) }),
  },
  'from-future': {
    reason: 'frame_from_future',
    make: (frame) => (sentMs) =>
      encodeFrame({ ...frame, sentMs, timesMs: frame.timesMs.map((timeMs) => timeMs + TEN_YEARS_MS) }),
  },
};

export const CONFLICT_KIND = 'conflict';
export const MALFORMED_KINDS: readonly string[] = [...Object.keys(MAKERS), CONFLICT_KIND];

/** A frame of one of the kinds of `MALFORMED_KINDS` but the conflict. Throws RangeError on another kind. */
export function malform(kind: string, frame: SensorFrame, random: Random): Malformed {
  const maker = MAKERS[kind];
  if (maker === undefined) throw new RangeError(`no way to malform is named ${kind}`);
  return { kind, reason: maker.reason, isConflict: false, encode: maker.make(frame, random) };
}

/** A good frame with the identity and times of `frame` and one other value; `other` are its columns. */
export function conflictWith(frame: SensorFrame): { malformed: Malformed; other: SensorFrame } {
  const [name, values] = Object.entries(frame.columns)[0];
  const channel = CHANNELS.find((row) => row.name === name);
  const low = channel?.min ?? values.find((value) => value !== null) ?? 0;
  // The first value of the column moves by one, or appears where it was lost; it stays inside the channel's limits.
  const first = values[0] === null || values[0] <= low ? low + 1 : values[0] - 1;
  const other = { ...frame, columns: { ...frame.columns, [name]: [first, ...values.slice(1)] } };
  const encode = (sentMs: number) => encodeFrame({ ...other, sentMs });
  return { malformed: { kind: CONFLICT_KIND, reason: 'frame_conflict', isConflict: true, encode }, other };
}
