import { bootToHex } from '../../schemas/identity.ts';

/**
 * The binary messages between a phone and ingest, as the phone writes and reads them. Up: 0x01 token, 0x02 frame. Down:
 * 0x81 welcome, 0x82 acknowledgements, 0x83 goodbye, 0x84 slow down, 0x85 command.
 */
const HELLO = 0x01;
const FRAME = 0x02;
export const WELCOME = 0x81;
export const ACKS = 0x82;
export const GOODBYE = 0x83;
export const SLOW_DOWN = 0x84;

export const helloMessage = (token: string) => Buffer.concat([Buffer.from([HELLO]), Buffer.from(token)]);
export const frameMessage = (frame: Uint8Array) => Buffer.concat([Buffer.from([FRAME]), frame]);

/** One frame's answer: the frame's number in the connection, what it was called, and 0 or the code of a reason. */
export interface Ack {
  readonly ordinal: number;
  readonly boot: string;
  readonly seq: number;
  readonly status: number;
}

const ACK_BYTES = 4 + 8 + 8 + 1;

/** Throws RangeError unless the message is a whole number of acknowledgements. */
export function readAcks(message: Buffer): Ack[] {
  if ((message.length - 1) % ACK_BYTES !== 0) throw new RangeError('acknowledgements of a broken length');
  const acks: Ack[] = [];
  for (let at = 1; at < message.length; at += ACK_BYTES) {
    acks.push({
      ordinal: message.readUInt32LE(at),
      boot: bootToHex(message.readUInt32LE(at + 4), message.readUInt32LE(at + 8)),
      seq: Number(message.readBigUInt64LE(at + 12)),
      status: message[at + 20],
    });
  }
  return acks;
}
