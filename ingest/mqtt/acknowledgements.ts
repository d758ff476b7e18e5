import { isForLater, REASON_NAMES, type Reason } from '../../schemas/reasons.ts';
import { pubackCode } from './reason-codes.ts';

const FIRST_RING = 16;
const PENDING = 0;
const STORED = 1;
const FIRST_REASON = 2;
const SLOT_MASK = 0x3fff_ffff;
const PUBACK = 0x40;

const reasonIndex = Object.fromEntries(REASON_NAMES.map((name, index) => [name, index])) as Record<Reason, number>;

/** What follows the packet id in a PUBACK of MQTT 5 that is not a plain success: code, then the reason's name. */
const tails = REASON_NAMES.map((reason) => {
  const name = Buffer.from(reason);
  const properties = Buffer.from([0x1f, name.length >> 8, name.length & 0xff]);
  const code = pubackCode(reason);
  return {
    code: Buffer.from([code]),
    codeAndName: Buffer.concat([Buffer.from([code, properties.length + name.length]), properties, name]),
    closes: isForLater(reason),
  };
});

/** How a connection wants its PUBACKs. MQTT 3.1.1 has no reasons: a publish that is not taken closes the connection. */
export type PubackStyle = 'plain' | 'code' | 'codeAndName';

/**
 * The publishes of one connection that wait for their PUBACK, in order of arrival. A slot is taken on arrival, settled
 * in any order, and leaves from the head, so that the device hears in the order in which it sent (MQTT-4.6.0-2).
 */
export class Acknowledgements {
  private packetIds = new Uint16Array(FIRST_RING);
  private states = new Uint8Array(FIRST_RING);
  private mask = FIRST_RING - 1;
  private head = 0;
  /** How many slots are taken. */
  inFlight = 0;
  /** The refused or shed publish at which a connection of MQTT 3.1.1 has to end. */
  refused: Reason | null = null;
  private readonly style: PubackStyle;

  constructor(style: PubackStyle) {
    this.style = style;
  }

  take(packetId: number): number {
    if (this.inFlight > this.mask) this.grow();
    const slot = (this.head + this.inFlight) & SLOT_MASK;
    this.packetIds[slot & this.mask] = packetId;
    this.states[slot & this.mask] = PENDING;
    this.inFlight += 1;
    return slot;
  }

  settle(slot: number, reason: Reason | null): void {
    this.states[slot & this.mask] = reason === null ? STORED : FIRST_REASON + reasonIndex[reason];
  }

  /** The PUBACKs that are due, as bytes for one write; null when the publish at the head still waits. */
  takeDue(): { bytes: Buffer; count: number } | null {
    const { states, mask, style } = this;
    let count = 0;
    let byteLength = 0;
    for (; count < this.inFlight; count++) {
      const state = states[(this.head + count) & mask];
      if (state === PENDING) break;
      byteLength += 4;
      if (state === STORED) continue;
      const tail = tails[state - FIRST_REASON];
      if (style !== 'plain') {
        byteLength += tail[style].length;
      } else if (tail.closes) {
        this.refused = REASON_NAMES[state - FIRST_REASON];
        byteLength -= 4;
        break;
      }
    }
    return count === 0 ? null : { bytes: this.write(count, byteLength), count };
  }

  private write(count: number, byteLength: number): Buffer {
    const { states, packetIds, mask, style } = this;
    const bytes = Buffer.allocUnsafe(byteLength);
    let at = 0;
    for (let i = 0; i < count; i++) {
      const index = (this.head + i) & mask;
      const tail = style === 'plain' || states[index] === STORED ? null : tails[states[index] - FIRST_REASON][style];
      bytes[at] = PUBACK;
      bytes[at + 1] = 2 + (tail?.length ?? 0);
      bytes[at + 2] = packetIds[index] >> 8;
      bytes[at + 3] = packetIds[index] & 0xff;
      at += 4;
      if (tail !== null) at += tail.copy(bytes, at);
    }
    this.head = (this.head + count) & SLOT_MASK;
    this.inFlight -= count;
    return bytes;
  }

  private grow(): void {
    const size = (this.mask + 1) * 2;
    const packetIds = new Uint16Array(size);
    const states = new Uint8Array(size);
    for (let i = 0; i < this.inFlight; i++) {
      const slot = (this.head + i) & SLOT_MASK;
      packetIds[slot & (size - 1)] = this.packetIds[slot & this.mask];
      states[slot & (size - 1)] = this.states[slot & this.mask];
    }
    this.packetIds = packetIds;
    this.states = states;
    this.mask = size - 1;
  }
}
