const MIN_BYTES = 1024;

/** Writes numbers and texts one after the other into a buffer that grows by doubling. */
export class ByteWriter {
  #out = Buffer.alloc(MIN_BYTES);
  #pos = 0;

  #room(bytes: number): void {
    if (this.#pos + bytes <= this.#out.length) return;
    let length = this.#out.length;
    while (length < this.#pos + bytes) length *= 2;
    const grown = Buffer.alloc(length);
    grown.set(this.#out.subarray(0, this.#pos));
    this.#out = grown;
  }

  /** A whole number, 0 ≤ value ≤ 2^53 − 1, in LEB128. Throws RangeError for anything else. */
  varint(value: number): void {
    if (this.#pos + 8 > this.#out.length) this.#room(8);
    const out = this.#out;
    let pos = this.#pos;
    let rest = value;
    if (rest !== rest >>> 0) {
      if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a whole number: ${value}`);
      for (; rest > 0xffff_ffff; rest = Math.floor(rest / 0x80)) out[pos++] = (rest % 0x80) | 0x80;
    }
    for (; rest >= 0x80; rest >>>= 7) out[pos++] = rest | 0x80;
    out[pos++] = rest;
    this.#pos = pos;
  }

  /** A whole number of either sign, up to 2^52. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  uint32(value: number): void {
    this.#room(4);
    const out = this.#out;
    out[this.#pos++] = value;
    out[this.#pos++] = value >>> 8;
    out[this.#pos++] = value >>> 16;
    out[this.#pos++] = value >>> 24;
  }

  byte(value: number): void {
    this.#room(1);
    this.#out[this.#pos++] = value;
  }

  /** The array's bytes; little-endian, as every machine is that Node runs on here. */
  array({ buffer, byteOffset, byteLength }: Uint8Array | Uint32Array | Int32Array): void {
    this.#room(byteLength);
    this.#out.set(new Uint8Array(buffer, byteOffset, byteLength), this.#pos);
    this.#pos += byteLength;
  }

  text(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.varint(bytes);
    this.#room(bytes);
    this.#pos += this.#out.write(text, this.#pos, 'utf8');
  }

  /** What was written, in memory of its own; the writer is then empty. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#pos);
    bytes.set(this.#out.subarray(0, this.#pos));
    this.#pos = 0;
    return bytes;
  }
}
