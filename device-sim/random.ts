import { createHash } from 'node:crypto';

/** A repeatable source of chance. Each purpose has its own, so that one more draw here changes nothing elsewhere. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number, both ends included. */
  integer(min: number, max: number): number;
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  /** Normally distributed around 0 with deviation 1. */
  gaussian(): number;
  /** Throws RangeError when the list is empty. */
  pick<T>(list: readonly T[]): T;
  /** A boot: 16 hex digits, not all zero. */
  boot(): string;
}

/** The same seed and purpose give the same draws on every machine. sfc32 (PractRand), started from a SHA-256. */
export function createRandom(seed: string, purpose: string): Random {
  const start = createHash('sha256').update(seed).update('\0').update(purpose).digest();
  let a = start.readInt32LE(0);
  let b = start.readInt32LE(4);
  let c = start.readInt32LE(8);
  let counter = start.readInt32LE(12);

  function word(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
  const next = () => word() / 0x1_0000_0000;
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));

  return {
    next,
    integer,
    between: (min, max) => min + next() * (max - min),
    chance: (probability) => next() < probability,
    // Box and Muller; 1 − next() is never 0, so the logarithm is finite.
    gaussian: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('nothing to pick from');
      return list[integer(0, list.length - 1)];
    },
    boot() {
      const hex = word().toString(16).padStart(8, '0') + word().toString(16).padStart(8, '0');
      return /^0+$/.test(hex) ? '0000000000000001' : hex;
    },
  };
}
