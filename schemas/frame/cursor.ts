/**
 * Reads protobuf's wire format in place. The path of a frame decodes straight into typed arrays from one buffer that
 * holds many frames; protobufjs (which the tests hold this to) makes an array for every packed field.
 * https://protobuf.dev/programming-guides/encoding/
 */
export class WireCursor {
  bytes: Uint8Array = new Uint8Array(0);
  pos = 0;
  end = 0;

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.pos = start;
    this.end = end;
  }

  /** Unsigned 32-bit varint. Throws {@link WireError} past the end, or when the value needs more than 32 bits. */
  varint32(): number {
    const bytes = this.bytes;
    let pos = this.pos;
    if (pos >= this.end) throw new WireError('a varint ends early');
    let byte = bytes[pos++];
    if (byte < 0x80) {
      this.pos = pos;
      return byte;
    }
    let value = byte & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      if (pos >= this.end) throw new WireError('a varint ends early');
      byte = bytes[pos++];
      if (shift === 28 && byte > 0x0f) throw new WireError('a varint is over 32 bits');
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.pos = pos;
        return value >>> 0;
      }
    }
    throw new WireError('a varint is over 32 bits');
  }

  /** Unsigned 64-bit varint as a number; beyond 2^53 - 1 it is Infinity, which no rule accepts. */
  varint64(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      if (this.pos >= this.end) throw new WireError('a varint ends early');
      const byte = this.bytes[this.pos++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
      factor *= 128;
    }
    throw new WireError('a varint is over 64 bits');
  }

  fixed32(): number {
    if (this.pos + 4 > this.end) throw new WireError('a fixed32 ends early');
    const { bytes, pos } = this;
    this.pos = pos + 4;
    return (bytes[pos] | (bytes[pos + 1] << 8) | (bytes[pos + 2] << 16) | (bytes[pos + 3] << 24)) >>> 0;
  }

  /** The end of a length-delimited field that starts here. */
  lengthDelimited(): number {
    const length = this.varint32();
    const end = this.pos + length;
    if (end > this.end) throw new WireError('a field is longer than its frame');
    return end;
  }
}

export class WireError extends Error {
  override name = 'WireError';
}

/**
 * Strings that come again and again (devices, sources, firmwares) become the same string object without decoding:
 * found by a hash of their bytes, compared byte by byte. Past `maxStrings` it starts anew, so memory stays bounded.
 */
export function createStringTable(maxStrings: number) {
  const byHash = new Map<number, string>();
  return function intern(bytes: Uint8Array, start: number, end: number): string {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
    const known = byHash.get(hash);
    if (known !== undefined && sameAscii(known, bytes, start, end)) return known;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
    if (byHash.size >= maxStrings) byHash.clear();
    byHash.set(hash, text);
    return text;
  };
}

/** False for anything beyond ASCII: such a string is decoded each time, which is right and only slower. */
function sameAscii(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) {
    if (bytes[start + i] > 0x7f || text.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}
