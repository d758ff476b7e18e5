import { type Text, toText } from './digits.ts';

const SLOTS = 4_096;

/**
 * Decimal digits of a boot's 64 bits read as signed, as QuestDB's LONG has them. A device keeps its boot for a long
 * time, so the slow way (BigInt) is taken once and remembered in a table of fixed size.
 */
export function createBootDigits(): (low: number, high: number) => Text {
  const lows = new Uint32Array(SLOTS);
  const highs = new Uint32Array(SLOTS);
  const digits: (Text | undefined)[] = new Array(SLOTS).fill(undefined);
  return (low, high) => {
    const slot = (low ^ (high >>> 7)) & (SLOTS - 1);
    const known = digits[slot];
    if (known !== undefined && lows[slot] === low && highs[slot] === high) return known;
    const signed = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
    const text = toText(signed.toString());
    lows[slot] = low;
    highs[slot] = high;
    digits[slot] = text;
    return text;
  };
}
