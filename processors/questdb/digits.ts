/** A 64-bit integer in decimal has at most 19 digits and a sign. */
export const MAX_INTEGER_BYTES = 20;

const ZERO = 48;
const MINUS = 45;
const BILLION = 1_000_000_000;
const MILLION = 1_000_000;

export function writeBytes(out: Uint8Array, at: number, bytes: Uint8Array): number {
  // For a dozen bytes this loop beats `set`, which costs a call out of the compiled code.
  for (let i = 0; i < bytes.length; i++) out[at + i] = bytes[i];
  return at + bytes.length;
}

/** Decimal digits of a safe integer; answers where they end. */
export function writeInteger(out: Uint8Array, at: number, value: number): number {
  if (value >= 0 && value < 10) {
    out[at] = ZERO + value;
    return at + 1;
  }
  if (value < 0) {
    out[at] = MINUS;
    return writeInteger(out, at + 1, -value);
  }
  if (value < BILLION) {
    const end = at + digitsOf(value);
    fill(out, at, end, value);
    return end;
  }
  const high = Math.floor(value / BILLION);
  const middle = writeInteger(out, at, high);
  fill(out, middle, middle + 9, value - high * BILLION);
  return middle + 9;
}

/** ms since the epoch: usually 13 digits, cut into halves that are small integers. */
export function writeTimeMs(out: Uint8Array, at: number, timeMs: number): number {
  if (timeMs < BILLION) return writeInteger(out, at, timeMs);
  const high = Math.floor(timeMs / MILLION);
  const middle = writeInteger(out, at, high);
  fill(out, middle, middle + 6, timeMs - high * MILLION);
  return middle + 6;
}

/** Digits of `value` (below 2^31) into all of [at, end), zeros in front. */
function fill(out: Uint8Array, at: number, end: number, value: number): void {
  let rest = value | 0;
  for (let i = end - 1; i >= at; i--) {
    const next = (rest / 10) | 0;
    out[i] = ZERO + rest - next * 10;
    rest = next;
  }
}

function digitsOf(value: number): number {
  if (value < 100) return 2;
  if (value < 1_000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  return value < 100_000_000 ? 8 : 9;
}
