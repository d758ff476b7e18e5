import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { WriteAnswer, WriteTask } from './file-writing.ts';

/** Garmin's encoder, the slowest, takes a tenth of a millisecond for a sample on an idle core. */
const WRITE_TIMEOUT_MS = 120_000;
/** Typed arrays and the file itself lie outside of it. */
const MAX_HEAP_MIB = 512;

/**
 * Writes an activity as a file in a thread of its own: the largest take seconds, in which the API answers others. Null
 * when the format can say nothing of it. The thread is ended when `signal` aborts; rejects then, and when it fails.
 */
export async function writeInThread(task: WriteTask, signal: AbortSignal): Promise<WriteAnswer> {
  const worker = new Worker(new URL('./write-worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
  });
  const ending = AbortSignal.any([signal, AbortSignal.timeout(WRITE_TIMEOUT_MS)]);
  try {
    const [answer] = (await once(worker, 'message', { signal: ending })) as [WriteAnswer];
    return answer;
  } finally {
    await worker.terminate();
  }
}
