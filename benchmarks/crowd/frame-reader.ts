/** So much of a message is looked at: its type, view, number and moment stand there, packed or not. */
export const HEAD_BYTES = 400;
const LONGEST_HEADER_BYTES = 10;

export interface WatchedFrame {
  /** RFC 6455, 5.2. */
  readonly opcode: number;
  readonly payloadBytes: number;
  /** The begin of the payload. It is good until the next frame. */
  readonly head: Buffer;
}

/** Finds the frames of a server (RFC 6455, without masks) in what a socket reads, and keeps but their heads. */
export class FrameReader {
  readonly #header = Buffer.alloc(LONGEST_HEADER_BYTES);
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headerBytes = 0;
  #headBytes = 0;
  #payloadBytes = 0;
  #leftBytes = 0;

  push(chunk: Buffer, onFrame: (frame: WatchedFrame) => void): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#leftBytes === 0) {
        this.#header[this.#headerBytes++] = chunk[at++];
        const wanted = headerBytesOf(this.#header, this.#headerBytes);
        if (this.#headerBytes < wanted) continue;
        this.#payloadBytes = payloadBytesOf(this.#header);
        this.#leftBytes = this.#payloadBytes;
        this.#headBytes = 0;
      }
      const part = Math.min(this.#leftBytes, chunk.length - at);
      if (part > 0 && this.#headBytes < HEAD_BYTES)
        this.#headBytes += chunk.copy(this.#head, this.#headBytes, at, at + part);
      at += part;
      this.#leftBytes -= part;
      if (this.#leftBytes > 0) return;
      this.#headerBytes = 0;
      const head = this.#head.subarray(0, this.#headBytes);
      onFrame({ opcode: this.#header[0] & 0x0f, payloadBytes: this.#payloadBytes, head });
    }
  }
}

function headerBytesOf(header: Buffer, known: number): number {
  if (known < 2) return 2;
  const length = header[1] & 0x7f;
  if (length < 126) return 2;
  return length === 126 ? 4 : LONGEST_HEADER_BYTES;
}

function payloadBytesOf(header: Buffer): number {
  const length = header[1] & 0x7f;
  if (length < 126) return length;
  return length === 126 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
}

/** A frame of a client: its mask is of zeros, which changes nothing. */
export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  const isShort = payload.length < 126;
  const header = Buffer.alloc(isShort ? 6 : 8);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | (isShort ? payload.length : 126);
  if (!isShort) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}
