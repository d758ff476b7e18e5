/** A 64-bit integer in decimal has at most 19 digits and a sign. */
export const MAX_INTEGER_BYTES = 20;
/** Everything is written in words of four bytes: so many may be touched beyond the end of what was written. */
export const OVERRUN_BYTES = 3;

const MINUS = 45;
const TEN_THOUSAND = 10_000;
const HUNDRED_MILLION = 100_000_000;

/** Bytes that are written again and again, cut into words. */
export interface Text {
  readonly words: Int32Array;
  readonly length: number;
}

export function toText(ascii: string): Text {
  const words = Int32Array.from({ length: Math.ceil(ascii.length / 4) }, (_, i) =>
    wordOf(ascii.slice(4 * i, 4 * i + 4)),
  );
  return { words, length: ascii.length };
}

/** At most four characters, the first in the lowest byte. */
function wordOf(ascii: string): number {
  let word = 0;
  for (let i = 0; i < ascii.length; i++) word |= ascii.charCodeAt(i) << (8 * i);
  return word;
}

/** The numbers below 10,000 as one word each: with zeros in front, and without together with how many are left. */
const padded = new Int32Array(TEN_THOUSAND);
const trimmed = new Int32Array(TEN_THOUSAND);
const lengths = new Uint8Array(TEN_THOUSAND);
for (let value = 0; value < TEN_THOUSAND; value++) {
  const digits = String(value);
  padded[value] = wordOf(digits.padStart(4, '0'));
  trimmed[value] = wordOf(digits);
  lengths[value] = digits.length;
}

export function writeText(out: DataView, at: number, { words, length }: Text): number {
  for (let i = 0; i < words.length; i++) out.setInt32(at + 4 * i, words[i], true);
  return at + length;
}

/** Copies what stands at `from`, far enough behind `at` that they do not touch. */
export function copyText(out: DataView, at: number, from: number, length: number): number {
  for (let i = 0; i < length; i += 4) out.setInt32(at + i, out.getInt32(from + i, true), true);
  return at + length;
}

/** Decimal digits of a safe integer; answers where they end. */
export function writeInteger(out: DataView, at: number, value: number): number {
  if (value < 0) {
    out.setUint8(at, MINUS);
    return writeInteger(out, at + 1, -value);
  }
  if (value < TEN_THOUSAND) {
    out.setInt32(at, trimmed[value], true);
    return at + lengths[value];
  }
  if (value < HUNDRED_MILLION) {
    const high = (value / TEN_THOUSAND) | 0;
    out.setInt32(at, trimmed[high], true);
    const middle = at + lengths[high];
    out.setInt32(middle, padded[value - high * TEN_THOUSAND], true);
    return middle + 4;
  }
  const high = Math.floor(value / HUNDRED_MILLION);
  const middle = writeInteger(out, at, high);
  const rest = value - high * HUNDRED_MILLION;
  const four = (rest / TEN_THOUSAND) | 0;
  out.setInt32(middle, padded[four], true);
  out.setInt32(middle + 4, padded[rest - four * TEN_THOUSAND], true);
  return middle + 8;
}
