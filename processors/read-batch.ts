import type { LogMessage } from '../runtime/stream/stream.ts';
import { BatchError } from '../schemas/batch/block-map.ts';
import { createBatchReader, type SampleBatch } from '../schemas/batch/reader.ts';
import type { Kind } from '../schemas/channels.ts';
import type { Names } from '../schemas/names.ts';
import { readBatchMessage } from './batch-message.ts';

/**
 * A message as reducers see it. What is malformed, and a `batch` that is null because its block is none, are left out
 * by them as in the raw tables: the sinks keep it as a dead letter.
 */
export type ReadMessage =
  | { readonly type: 'tick' | 'malformed' }
  | { readonly type: 'batch'; readonly kind: Kind; readonly batch: SampleBatch | null };

/** Throws on a schema that is newer than this process, which stops the shard until the process is upgraded. */
export type ReadBatch = (message: LogMessage) => ReadMessage;

/**
 * Reads messages for all reducers of a process. They fold a message in one after the other, so its block is decoded
 * once for all of them; what was read holds until another message is.
 */
export function createReadBatch(names: Names): ReadBatch {
  const readBlock = createBatchReader();
  let last: LogMessage | null = null;
  let answer: ReadMessage = { type: 'tick' };

  function read(message: LogMessage): ReadMessage {
    const found = readBatchMessage(message, names);
    if (found.type === 'newer') {
      throw new Error(`message ${message.seq} has schema ${found.version}: upgrade this process`);
    }
    if (found.type !== 'batch') return { type: found.type };
    const { kind } = found.message;
    try {
      return { type: 'batch', kind, batch: readBlock(kind, message.data) };
    } catch (error) {
      if (!(error instanceof BatchError)) throw error;
      return { type: 'batch', kind, batch: null };
    }
  }

  return (message) => {
    if (message !== last) {
      last = null;
      answer = read(message);
      last = message;
    }
    return answer;
  };
}
