import { Piscina } from 'piscina';
import { createDecodeFrames, type DecodeOptions } from './decode-frames.ts';
import type { DecodeResult, DecodeTask } from './task.ts';

/** Where a lane's frames are decoded: a worker thread, or in the model test the caller's own. */
export interface DecodeThread {
  /** One task at a time. Rejects when the thread died; its next task starts a new one. */
  decode(task: DecodeTask): Promise<DecodeResult>;
  close(): Promise<void>;
}

type Pool = Piscina<DecodeTask, DecodeResult>;

/** A pool of exactly one thread: a device keeps its thread, and its memory of the device, for as long as it lives. */
export function createDecodeThread(options: DecodeOptions): DecodeThread {
  let current: Pool | null = startPool();

  function startPool(): Pool {
    const pool: Pool = new Piscina({
      filename: new URL('./worker.ts', import.meta.url).href,
      minThreads: 1,
      maxThreads: 1,
      maxQueue: 1,
      concurrentTasksPerWorker: 1,
      workerData: options,
    });
    // A pool whose thread dies while it starts never starts another, and what is asked of it then waits for ever. The
    // pool replaces a thread that dies later in the same turn, so one without any is such a pool.
    pool.on('workerDestroy', () => setImmediate(() => pool.threads.length === 0 && giveUp(pool)));
    return pool;
  }

  /** What waits for this pool is rejected. */
  function giveUp(pool: Pool): void {
    if (current !== pool) return;
    current = null;
    void pool.destroy();
  }

  return {
    decode(task) {
      const buffers = [task.bytes, task.ends.buffer, task.encodings.buffer, task.senderOf.buffer];
      current ??= startPool();
      return current.run(task, { transferList: buffers });
    },
    async close() {
      const pool = current;
      current = null;
      await pool?.destroy();
    },
  };
}

export function createDecodeHere(options: DecodeOptions): DecodeThread {
  const decodeFrames = createDecodeFrames(options);
  return { decode: async (task) => decodeFrames(task), close: async () => undefined };
}
