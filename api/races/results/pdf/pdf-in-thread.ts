import { once } from 'node:events';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { ResultsDocument } from './results-pdf.ts';

/** Of fifty thousand starters with splits. The pages themselves are some kilobytes each. */
const MAX_HEAP_MIB = 512;
/** A page takes some milliseconds; who reads none for so long has gone without a word. */
const PAGE_TIMEOUT_MS = 30_000;

/**
 * The results as a PDF, written in a thread of its own: thousands of rows take seconds, in which the API answers
 * others. A page is written when the reader wants it, so what waits in memory is a page or two. The thread ends with
 * the stream, and when the reader has gone.
 */
export function resultsPdfStream(document: ResultsDocument): Readable {
  const worker = new Worker(new URL('./pdf-worker.ts', import.meta.url), {
    workerData: document,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
  });
  async function* pages(): AsyncGenerator<Buffer> {
    for (;;) {
      const answered = once(worker, 'message', { signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) });
      worker.postMessage('next');
      const [bytes] = (await answered) as [Uint8Array | null];
      if (bytes === null) return;
      yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
  }
  // A failure between two pages is met by the question for the next one, which nobody answers.
  worker.on('error', () => undefined);
  return Readable.from(pages(), { objectMode: false }).once('close', () => void worker.terminate());
}
