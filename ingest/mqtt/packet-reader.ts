const FIRST_CARRY_BYTES = 512;
const KEPT_CARRY_BYTES = 4_096;
/** A fixed header: the type, then up to four bytes of length (MQTT 5, 2.1.4). */
const MAX_HEADER_BYTES = 5;

export interface PacketHandler {
  /** One whole packet lies in `bytes` from `start` to `end`; what follows its fixed header begins at `body`. */
  packet(bytes: Uint8Array, start: number, body: number, end: number): void;
  /** The bytes are no MQTT: nothing more is read. */
  broken(reason: 'malformed_packet' | 'packet_too_large'): void;
}

/**
 * Cuts a stream of bytes into packets. Packets that lie whole in a chunk are handed on where they lie; one that ends
 * in a later chunk is carried over, in a buffer that grows with what has come, not with what was announced.
 *
 * reading → held (`hold`: the rest of the chunk is kept) → reading (`release`) … → broken or ended
 */
export class PacketReader {
  maxPacketBytes: number;
  private readonly handler: PacketHandler;
  private carry: Buffer | null = null;
  private carried = 0;
  private isHeld = false;
  private isBroken = false;
  private isParsing = false;
  private rest: Uint8Array | null = null;

  constructor(handler: PacketHandler, maxPacketBytes: number) {
    this.handler = handler;
    this.maxPacketBytes = maxPacketBytes;
  }

  get isMidPacket(): boolean {
    return this.carried > 0;
  }

  /** Hands on no further packet, not even of the present chunk, until `release`. */
  hold(): void {
    this.isHeld = true;
  }

  release(): void {
    this.isHeld = false;
    // Inside `packet` the loop that called it goes on by itself.
    if (this.isParsing || this.rest === null) return;
    const rest = this.rest;
    this.rest = null;
    this.push(rest);
  }

  /** Nothing more is handed on; what was kept is given up. */
  end(): void {
    this.isBroken = true;
    this.rest = null;
    this.carry = null;
    this.carried = 0;
  }

  push(chunk: Uint8Array): void {
    if (this.isBroken) return;
    if (this.isHeld) {
      // The socket is paused by then, so this is at most what was on its way.
      this.rest = this.rest === null ? chunk : Buffer.concat([this.rest, chunk]);
      return;
    }
    this.isParsing = true;
    let pos = this.carried > 0 ? this.completeCarried(chunk) : 0;
    if (this.carried === 0) pos = this.parse(chunk, pos, chunk.length);
    this.isParsing = false;
    if (pos === chunk.length || this.isBroken) return;
    if (this.isHeld) this.rest = chunk.subarray(pos);
    else this.keep(chunk, pos, chunk.length);
  }

  /** Position of the first byte that belongs to no packet yet. */
  private parse(bytes: Uint8Array, from: number, end: number): number {
    let pos = from;
    while (!this.isHeld && !this.isBroken && end - pos >= 2) {
      let body = pos + 2;
      let length = bytes[pos + 1];
      if (length > 0x7f) {
        length &= 0x7f;
        for (let shift = 7; ; shift += 7) {
          if (body >= end) return pos;
          const byte = bytes[body++];
          length |= (byte & 0x7f) << shift;
          if (byte < 0x80) {
            // The shortest form is the only one (MQTT 5, 1.5.5).
            if (byte === 0) return this.break('malformed_packet', pos);
            break;
          }
          if (shift === 21) return this.break('malformed_packet', pos);
        }
      }
      const packetEnd = body + length;
      if (packetEnd - pos > this.maxPacketBytes) return this.break('packet_too_large', pos);
      if (packetEnd > end) return pos;
      this.handler.packet(bytes, pos, body, packetEnd);
      pos = packetEnd;
    }
    return pos;
  }

  /** Adds to the carried packet until it is whole and hands it on. Answers how much of the chunk that took. */
  private completeCarried(chunk: Uint8Array): number {
    let pos = 0;
    while (pos < chunk.length) {
      const missing = this.missingBytes();
      const take = Math.min(missing, chunk.length - pos);
      this.keep(chunk, pos, pos + take);
      pos += take;
      const carry = this.carry!;
      const isWhole = this.parse(carry, 0, this.carried) > 0;
      if (this.isBroken) break;
      if (!isWhole) continue;
      this.carried = 0;
      if (carry.length > KEPT_CARRY_BYTES) this.carry = null;
      break;
    }
    return pos;
  }

  /** One byte at a time until the length is known. */
  private missingBytes(): number {
    const carry = this.carry!;
    let length = 0;
    for (let at = 1; at < MAX_HEADER_BYTES && at < this.carried; at++) {
      length |= (carry[at] & 0x7f) << (7 * (at - 1));
      if (carry[at] < 0x80) return at + 1 + length - this.carried;
    }
    return 1;
  }

  private keep(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.carried + end - start;
    if (this.carry === null || this.carry.length < needed) {
      const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_CARRY_BYTES, 2 ** Math.ceil(Math.log2(needed))));
      this.carry?.copy(grown, 0, 0, this.carried);
      this.carry = grown;
    }
    this.carry.set(bytes.subarray(start, end), this.carried);
    this.carried = needed;
  }

  private break(reason: 'malformed_packet' | 'packet_too_large', pos: number): number {
    this.isBroken = true;
    this.handler.broken(reason);
    return pos;
  }
}
