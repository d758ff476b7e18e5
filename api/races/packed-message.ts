import { deflateRawSync } from 'node:zlib';

/** JSON begins with a brace. */
export const PACKED_MARK = 1;
/** Shorter ones hardly become smaller. */
const LEAST_BYTES = 400;
const packed = new WeakMap<Uint8Array, Uint8Array>();

/**
 * A message as it is sent to those who asked for `?encoding=deflate`: a byte of 1, then the message as DEFLATE (RFC
 * 1951); or the message itself when it is short. It is packed once for all who share it.
 */
export function packedMessage(message: Uint8Array): Uint8Array {
  if (message.length < LEAST_BYTES) return message;
  let known = packed.get(message);
  if (known === undefined) {
    known = Buffer.concat([Uint8Array.of(PACKED_MARK), deflateRawSync(message)]);
    packed.set(message, known);
  }
  return known;
}
