import type { Encoding } from '../names.ts';
import { WireCursor, WireError } from './cursor.ts';
import { FIELDS } from './decode.ts';

/** Which frame of its device: all zeros when that could not be read, since neither a boot nor a seq is ever 0. */
export interface FrameIdentity {
  readonly bootLow: number;
  readonly bootHigh: number;
  readonly seq: number;
}

export const UNKNOWN_IDENTITY: FrameIdentity = { bootLow: 0, bootHigh: 0, seq: 0 };

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const JSON_BOOT = /"boot"\s*:\s*"([0-9a-fA-F]{8})([0-9a-fA-F]{8})"/;
const JSON_SEQ = /"seq"\s*:\s*(\d{1,16})\s*[,}]/;

/**
 * What a body that is not decoded yet says it is, for its acknowledgement. It proves nothing: the body may still be
 * dead for any reason. Reads no further than it must, and never throws.
 */
export function peekIdentity(encoding: Encoding, body: Uint8Array): FrameIdentity {
  const identity = encoding === 'json' ? peekJson(body) : peekProtobuf(body);
  const { bootLow, bootHigh, seq } = identity;
  const isWhole = (bootLow !== 0 || bootHigh !== 0) && seq > 0 && Number.isSafeInteger(seq);
  return isWhole ? identity : UNKNOWN_IDENTITY;
}

function peekProtobuf(body: Uint8Array): FrameIdentity {
  const cursor = new WireCursor();
  cursor.reset(body, 0, body.length);
  let bootLow = 0;
  let bootHigh = 0;
  let seq = 0;
  try {
    while (cursor.pos < cursor.end && (seq === 0 || (bootLow === 0 && bootHigh === 0))) {
      const tag = cursor.varint32();
      const wire = tag & 7;
      if (wire === FIXED64 && tag >>> 3 === FIELDS.boot) {
        bootLow = cursor.fixed32();
        bootHigh = cursor.fixed32();
      } else if (wire === VARINT && tag >>> 3 === FIELDS.seq) {
        seq = cursor.varint64();
      } else {
        skip(cursor, wire);
      }
    }
  } catch (error) {
    if (error instanceof WireError) return UNKNOWN_IDENTITY;
    throw error;
  }
  return { bootLow, bootHigh, seq };
}

function skip(cursor: WireCursor, wire: number): void {
  if (wire === VARINT) cursor.varint64();
  else if (wire === BYTES) cursor.pos = cursor.lengthDelimited();
  else if (wire === FIXED64 || wire === FIXED32) cursor.pos += wire === FIXED64 ? 8 : 4;
  else throw new WireError('a field of a kind that frames do not have');
}

/** Looks for the two fields in the text: parsing the whole body twice, and here, would hold up every connection. */
function peekJson(body: Uint8Array): FrameIdentity {
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1');
  const boot = JSON_BOOT.exec(text);
  const seq = JSON_SEQ.exec(text);
  if (boot === null || seq === null) return UNKNOWN_IDENTITY;
  return { bootHigh: Number.parseInt(boot[1], 16), bootLow: Number.parseInt(boot[2], 16), seq: Number(seq[1]) };
}
