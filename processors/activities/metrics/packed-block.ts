/** Seconds in one block: a block that is full never changes again, so a checkpoint keeps it once. */
export const BLOCK_S = 512;

/**
 * A full block of seconds in as few bits as its greatest and its least value leave (frame of reference: Goldstein,
 * Ramakrishnan & Shaft 1998): any seconds can be read without the others. In words of 16 bits: the least value, then
 * {@link BITS_MASK} bits for each second and whether the lowest bit is left out, then what each second is above the
 * least. Values are turned by one bit before, so that the flag is their lowest: it costs a bit only in a block that has
 * seconds with and without it.
 */
const HEADER_WORDS = 2;
const BITS_MASK = 0x1f;
const HAS_ONE_FLAG = 0x20;
/** Of {@link BITS_MASK}: more would not be 16-bit numbers. */
const MOST_BITS = 16;

const turned = (value: number) => ((value << 1) & 0xffff) | (value >>> 15);
const turnedBack = (value: number) => (value >>> 1) | ((value & 1) << 15);

/** The words of a block; `seconds` holds {@link BLOCK_S} of them. */
export function packBlock(seconds: Uint16Array): Uint16Array<ArrayBuffer> {
  let [least, most, set, unset] = [0xffff, 0, 0, 0];
  for (let i = 0; i < BLOCK_S; i++) {
    const value = turned(seconds[i]);
    least = Math.min(least, value);
    most = Math.max(most, value);
    set |= value;
    unset |= ~value;
  }
  const hasOneFlag = (set & unset & 1) === 0;
  const shift = hasOneFlag ? 1 : 0;
  const bits = 32 - Math.clz32((most - least) >>> shift);
  const words = new Uint16Array(HEADER_WORDS + wordsOf(bits));
  words[0] = least;
  words[1] = bits | (hasOneFlag ? HAS_ONE_FLAG : 0);
  for (let i = 0, at = 16 * HEADER_WORDS; i < BLOCK_S; i++, at += bits) {
    const above = ((turned(seconds[i]) - least) >>> shift) << (at & 15);
    words[at >>> 4] |= above;
    if (above > 0xffff) words[(at >>> 4) + 1] |= above >>> 16;
  }
  return words;
}

/** False for words that are not one block. */
export function isBlock(words: Uint16Array): boolean {
  if (words.length < HEADER_WORDS) return false;
  const bits = words[1] & BITS_MASK;
  return bits <= MOST_BITS && words.length === HEADER_WORDS + wordsOf(bits);
}

/**
 * Copies the seconds from the `i`th to before the `end`th, of the block that begins at the word `start`, to `into` from
 * `to` on. The last block needs a word after it.
 */
export function unpack(words: Uint16Array, start: number, i: number, end: number, into: Uint16Array, to: number): void {
  const [least, form] = [words[start], words[start + 1]];
  const bits = form & BITS_MASK;
  const shift = form >>> 5;
  const mask = (1 << bits) - 1;
  const first = 16 * (start + HEADER_WORDS);
  for (let at = first + i * bits, n = end - i; n > 0; n--, to++, at += bits) {
    const word = at >>> 4;
    const above = ((words[word] | (words[word + 1] << 16)) >>> (at & 15)) & mask;
    into[to] = turnedBack(least + (above << shift));
  }
}

function wordsOf(bits: number): number {
  return (BLOCK_S * bits) / 16;
}
