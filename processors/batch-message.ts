import type { LogMessage } from '../runtime/stream/stream.ts';
import { BatchError } from '../schemas/batch/block-map.ts';
import { createBatchReader, type SampleBatch } from '../schemas/batch/reader.ts';
import { KINDS, type Kind } from '../schemas/channels.ts';
import { BATCH_HEADERS, type Names, SCHEMA_VERSION } from '../schemas/names.ts';
import { type SinkMessage, StoreRefusedError } from './sink.ts';

/** What a message of FRAMES is. `newer`: made by a version whose columns this one cannot know. */
export type BatchMessage =
  | { readonly type: 'batch'; readonly message: SinkMessage }
  | { readonly type: 'tick' }
  | { readonly type: 'newer'; readonly version: number }
  | { readonly type: 'malformed'; readonly detail: string };

/** Reads the headers; the payload is only looked at to see that it holds as many rows as they say. */
export function readBatchMessage(message: LogMessage, names: Names): BatchMessage {
  const kind = message.header(BATCH_HEADERS.kind);
  if (kind === 'tick') return { type: 'tick' };
  const version = readCount(message, BATCH_HEADERS.schema);
  if (version > SCHEMA_VERSION) return { type: 'newer', version };
  const parsed: SinkMessage = {
    seq: message.seq,
    kind: kind as Kind,
    payload: message.data,
    instance: message.header(BATCH_HEADERS.instance),
    shard: names.parseFrames(message.subject) ?? Number.NaN,
    batch: readCount(message, BATCH_HEADERS.batch),
    frames: readCount(message, BATCH_HEADERS.frames),
    samples: readCount(message, BATCH_HEADERS.samples),
    nulled: readCount(message, BATCH_HEADERS.nulled),
    receivedMs: readCount(message, BATCH_HEADERS.receivedMs),
  };
  const detail = faultOf(parsed, version);
  return detail === null ? { type: 'batch', message: parsed } : { type: 'malformed', detail };
}

function faultOf(message: SinkMessage, version: number): string | null {
  if (!(KINDS as readonly string[]).includes(message.kind)) return 'its kind is unknown';
  if (!/^[0-9a-f]{16}$/.test(message.instance)) return 'its instance is not 16 hex digits';
  const { shard, batch, frames, samples, nulled, receivedMs } = message;
  const counts = { version, shard, batch, frames, samples, nulled, receivedMs };
  for (const [name, value] of Object.entries(counts)) if (Number.isNaN(value)) return `its ${name} is not a count`;
  const rows = rowsOfBlock(message.payload);
  return rows === samples ? null : `its header says ${samples} samples, its block ${rows}`;
}

function readCount(message: LogMessage, header: string): number {
  const text = message.header(header);
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

/**
 * Reads the whole block of a message; it holds until the next is read. Throws StoreRefusedError when it is not one of a
 * kind and version known here.
 */
export function createSinkBatchReader(): (message: SinkMessage) => SampleBatch {
  const read = createBatchReader();
  return ({ kind, payload }) => orRefused(() => read(kind, payload));
}

/** What `read` answers; throws StoreRefusedError when what it reads is no block of a kind and version known here. */
export function orRefused<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof BatchError)) throw cause;
    throw new StoreRefusedError(cause.message, { cause });
  }
}

/** The second number of a Native block; NaN when there is none. */
function rowsOfBlock(payload: Uint8Array): number {
  let value = 0;
  let numbers = 0;
  for (let at = 0, scale = 1; at < payload.length && at < 10; at++) {
    value += (payload[at] & 0x7f) * scale;
    scale *= 128;
    if (payload[at] >= 0x80) continue;
    if (++numbers === 2) return value;
    value = 0;
    scale = 1;
  }
  return Number.NaN;
}
