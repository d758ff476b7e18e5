import type { FrameIdentity } from './frame/peek-identity.ts';
import type { Encoding } from './names.ts';
import { isForLater, type Reason } from './reasons.ts';

/**
 * The binary messages between a phone and ingest over WebSocket. The first byte says what a message is; integers are
 * little-endian; text at the end of a message has no length.
 *
 *     up    0x01 hello         version u8 · length of client u8 · client · token
 *           0x02 frame         one SensorFrame in protobuf
 *           0x03 frame         one frame in JSON
 *     down  0x81 welcome       version u8 · frames in flight u32 · bytes of a message u32
 *           0x82 acks          one or more: ordinal u32 · boot u64 · seq u64 · status u8 · length of reason u8 · reason
 *           0x83 goodbye       reason; the close frame follows
 *           0x84 slow down     ms u32
 *           0x85 command       length of name u8 · name · payload
 *
 * The version is that of everything after the first two bytes of a hello and outside of a goodbye: those stay as they
 * are, so that any server can tell any device that it does not speak its version. A device skips messages of a kind
 * that it does not know, and bytes after those that it knows in a welcome or a slow down: a server may add both.
 */
export const FRAMING_VERSION = 1;

const HELLO = 0x01;
const PROTOBUF_FRAME = 0x02;
const JSON_FRAME = 0x03;
const WELCOME = 0x81;
const ACKS = 0x82;
const GOODBYE = 0x83;
const SLOW_DOWN = 0x84;
const COMMAND = 0x85;

/** Tells a device's connections apart: a new one takes over from an older one with the same name. */
const CLIENT_PATTERN = /^[A-Za-z0-9_-]{0,64}$/;

export interface Hello {
  /** Often ''. */
  readonly client: string;
  /** In an open deployment: the device's id. */
  readonly token: string;
}

export interface Welcome {
  /** Frames that may wait for their ack; one more ends the connection. */
  readonly maxInFlightFrames: number;
  readonly maxMessageBytes: number;
}

/** Done with the frame (stored, or dead: kept aside with the reason), or not taken: the device keeps it. */
const STATUSES = ['stored', 'dead', 'refused'] as const;

/** The answer to one frame. Boot and seq are 0 when the frame's bytes do not tell; the ordinal is always right. */
export interface Ack extends FrameIdentity {
  /** The frame's number in its connection, from 0, modulo 2^32. */
  readonly ordinal: number;
  readonly status: (typeof STATUSES)[number];
  /** The reason's name; '' for a stored frame. A later server may have reasons that this table has not. */
  readonly reason: string;
}

/** A command to a device: on the bus, and inside a WebSocket message. */
export interface Command {
  /** Topic levels below `commands/`, `[A-Za-z0-9_/-]{1,64}`. */
  readonly name: string;
  readonly payload: Uint8Array;
}

export type UpMessage =
  | ({ readonly kind: 'hello' } & Hello)
  | { readonly kind: 'frame'; readonly encoding: Encoding; readonly body: Uint8Array };

export type DownMessage =
  | ({ readonly kind: 'welcome' } & Welcome)
  | { readonly kind: 'acks'; readonly acks: readonly Ack[] }
  | { readonly kind: 'goodbye'; readonly reason: string }
  | { readonly kind: 'slow-down'; readonly forMs: number }
  | { readonly kind: 'command'; readonly command: Command }
  /** From a later server. */
  | { readonly kind: 'unknown' };

// --- up

/** Throws RangeError when the client's name is not one. */
export function encodeHello({ client, token }: Hello): Buffer {
  if (!CLIENT_PATTERN.test(client)) throw new RangeError(`a client's name is up to 64 letters, digits, _ and -`);
  return Buffer.concat([Buffer.from([HELLO, FRAMING_VERSION, client.length]), Buffer.from(client + token)]);
}

export function encodeFrameMessage(encoding: Encoding, body: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(1 + body.length);
  message[0] = encoding === 'json' ? JSON_FRAME : PROTOBUF_FRAME;
  message.set(body, 1);
  return message;
}

/** What a device said, or why it said nothing that is allowed. A frame's body is a view of the message. */
export function readUp(bytes: Uint8Array): UpMessage | 'malformed_packet' | 'protocol_error' | 'not_supported' {
  switch (bytes[0]) {
    case HELLO:
      return readHello(bytes);
    case PROTOBUF_FRAME:
      return { kind: 'frame', encoding: 'protobuf', body: bytes.subarray(1) };
    case JSON_FRAME:
      return { kind: 'frame', encoding: 'json', body: bytes.subarray(1) };
    default:
      return bytes.length === 0 ? 'malformed_packet' : 'protocol_error';
  }
}

function readHello(bytes: Uint8Array): UpMessage | 'malformed_packet' | 'not_supported' {
  if (bytes.length > 1 && bytes[1] !== FRAMING_VERSION) return 'not_supported';
  const tokenAt = 3 + bytes[2];
  if (bytes.length < 3 || bytes.length < tokenAt) return 'malformed_packet';
  const client = textOf(bytes, 3, tokenAt);
  if (!CLIENT_PATTERN.test(client)) return 'malformed_packet';
  return { kind: 'hello', client, token: textOf(bytes, tokenAt) };
}

// --- down

export function encodeWelcome({ maxInFlightFrames, maxMessageBytes }: Welcome): Buffer {
  const message = Buffer.alloc(10);
  message[0] = WELCOME;
  message[1] = FRAMING_VERSION;
  message.writeUInt32LE(maxInFlightFrames, 2);
  message.writeUInt32LE(maxMessageBytes, 6);
  return message;
}

const ACK_BYTES = 4 + 8 + 8 + 1 + 1;
const HIGH = 0x1_0000_0000;

/** The ack of a frame that is stored (null), or ended for this reason. */
export function ackOf(ordinal: number, { bootLow, bootHigh, seq }: FrameIdentity, reason: Reason | null): Ack {
  const status = reason === null ? 'stored' : isForLater(reason) ? 'refused' : 'dead';
  return { ordinal, bootLow, bootHigh, seq, status, reason: reason ?? '' };
}

export function encodeAcks(acks: readonly Ack[]): Buffer {
  const byteLength = acks.reduce((sum, { reason }) => sum + ACK_BYTES + reason.length, 1);
  const message = Buffer.allocUnsafe(byteLength);
  message[0] = ACKS;
  let at = 1;
  for (const { ordinal, bootLow, bootHigh, seq, status, reason } of acks) {
    message.writeUInt32LE(ordinal, at);
    message.writeUInt32LE(bootLow, at + 4);
    message.writeUInt32LE(bootHigh, at + 8);
    message.writeUInt32LE(seq % HIGH, at + 12);
    message.writeUInt32LE(Math.floor(seq / HIGH), at + 16);
    message[at + 20] = STATUSES.indexOf(status);
    message[at + 21] = reason.length;
    at += ACK_BYTES + message.write(reason, at + ACK_BYTES, 'latin1');
  }
  return message;
}

export function encodeGoodbye(reason: string): Buffer {
  return Buffer.concat([Buffer.from([GOODBYE]), Buffer.from(reason, 'latin1')]);
}

export function encodeSlowDown(forMs: number): Buffer {
  const message = Buffer.alloc(5);
  message[0] = SLOW_DOWN;
  message.writeUInt32LE(forMs, 1);
  return message;
}

export function encodeCommandMessage(command: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([COMMAND]), command]);
}

/** What the server said; null when the bytes are none of its messages. */
export function readDown(bytes: Uint8Array): DownMessage | null {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (message[0]) {
    case undefined:
      return null;
    case WELCOME:
      if (message.length < 10 || message[1] !== FRAMING_VERSION) return null;
      return { kind: 'welcome', maxInFlightFrames: message.readUInt32LE(2), maxMessageBytes: message.readUInt32LE(6) };
    case ACKS:
      return readAcks(message);
    case GOODBYE:
      return { kind: 'goodbye', reason: textOf(message, 1) };
    case SLOW_DOWN:
      return message.length < 5 ? null : { kind: 'slow-down', forMs: message.readUInt32LE(1) };
    case COMMAND: {
      const command = decodeCommand(message.subarray(1));
      return command && { kind: 'command', command };
    }
    default:
      return { kind: 'unknown' };
  }
}

function readAcks(message: Buffer): DownMessage | null {
  const acks: Ack[] = [];
  let at = 1;
  while (at < message.length) {
    const end = at + ACK_BYTES + (message[at + ACK_BYTES - 1] ?? 0);
    const status = STATUSES[message[at + 20]];
    const seq =
      end > message.length ? Number.NaN : message.readUInt32LE(at + 12) + message.readUInt32LE(at + 16) * HIGH;
    if (status === undefined || !Number.isSafeInteger(seq)) return null;
    acks.push({
      ordinal: message.readUInt32LE(at),
      bootLow: message.readUInt32LE(at + 4),
      bootHigh: message.readUInt32LE(at + 8),
      seq,
      status,
      reason: textOf(message, at + ACK_BYTES, end),
    });
    at = end;
  }
  return acks.length === 0 ? null : { kind: 'acks', acks };
}

// --- commands

const COMMAND_NAME = /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/;
const MAX_COMMAND_NAME_LENGTH = 64;

/** One byte with the name's length, the name, the payload. Throws RangeError when the name is not one. */
export function encodeCommand({ name, payload }: Command): Buffer {
  if (!isCommandName(name)) throw new RangeError(`a command's name is up to 64 letters, digits, _, - and /: ${name}`);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name, 'latin1'), payload]);
}

/** Null when the bytes are no command. */
export function decodeCommand(bytes: Uint8Array): Command | null {
  const length = bytes[0];
  if (length === undefined || bytes.length < 1 + length) return null;
  const name = textOf(bytes, 1, 1 + length);
  return isCommandName(name) ? { name, payload: bytes.subarray(1 + length) } : null;
}

function isCommandName(name: string): boolean {
  return name.length <= MAX_COMMAND_NAME_LENGTH && COMMAND_NAME.test(name);
}

function textOf(bytes: Uint8Array, start: number, end = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}
