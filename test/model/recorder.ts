import { rowKey, rowsOf } from '../../processors/batch-rows.ts';
import { bucketStartMs } from '../../processors/roll-ups/bucket-time.ts';
import { rollUpKey } from '../../processors/roll-ups/roll-up-row.ts';
import type { MessageLog } from '../../runtime/stream/stream.ts';
import { BATCH_HEADERS, type Names } from '../../schemas/names.ts';

/**
 * Reads FRAMES along with everybody, before anything of it is trimmed, and remembers the buckets whose rows are
 * contested: a key came with two contents, because an ingest that had restarted could not know that it was a conflict.
 */
export function recordFrames(frames: MessageLog, names: Names) {
  const stopping = new AbortController();
  const contents = new Map<string, string>();
  const contested = new Set<string>();
  const counts = { messages: 0, lastSeq: 0 };

  async function read(): Promise<void> {
    const from = { subjects: [names.framesFilter], fromSeq: 1, signal: stopping.signal };
    for await (const message of frames.readFrom(from)) {
      counts.messages++;
      counts.lastSeq = message.seq;
      if (message.header(BATCH_HEADERS.kind) !== 'samples') continue;
      for (const row of rowsOf({ kind: 'samples', payload: message.data })) {
        const content = JSON.stringify([row.seq, row.values]);
        const before = contents.get(rowKey(row));
        if (before === undefined) contents.set(rowKey(row), content);
        else if (before !== content) contested.add(rollUpKey({ ...row, tsMs: bucketStartMs(row.tsMs) }));
      }
    }
  }
  const reading = read();

  return {
    contested: contested as ReadonlySet<string>,
    counts: counts as Readonly<typeof counts>,
    async stop(): Promise<void> {
      stopping.abort();
      await reading;
    },
  };
}
