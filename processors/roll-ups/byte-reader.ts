/** Reads what `ByteWriter` wrote. Every call throws RangeError when the bytes end early. */
export class ByteReader {
  readonly #bytes: Buffer;
  #pos = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  #skip(length: number): number {
    const start = this.#pos;
    if (start + length > this.#bytes.length) throw new RangeError('the bytes end early');
    this.#pos = start + length;
    return start;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number is over 56 bits');
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.#skip(4));
  }

  int32(): number {
    return this.#bytes.readInt32LE(this.#skip(4));
  }

  /** Exact below 2^53. */
  int64(): number {
    const low = this.uint32();
    return low + this.int32() * 0x1_0000_0000;
  }

  byte(): number {
    return this.#bytes[this.#skip(1)];
  }

  /** That many bytes, in memory of their own. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const start = this.#skip(length);
    return new Uint8Array(this.#bytes.subarray(start, start + length));
  }

  /** What is left. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.bytes(this.#bytes.length - this.#pos);
  }

  text(): string {
    const length = this.varint();
    const start = this.#skip(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  isAtEnd(): boolean {
    return this.#pos === this.#bytes.length;
  }
}
