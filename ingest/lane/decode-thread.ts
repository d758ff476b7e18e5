import { Piscina } from 'piscina';
import { createDecodeFrames, type DecodeOptions } from './decode-frames.ts';
import type { DecodeResult, DecodeTask } from './task.ts';

/** Where a lane's frames are decoded: a worker thread, or in the model test the caller's own. */
export interface DecodeThread {
  /** One task at a time. Rejects when the thread died; its next task starts a new one. */
  decode(task: DecodeTask): Promise<DecodeResult>;
  close(): Promise<void>;
}

/** A pool of exactly one thread: a device keeps its thread, and its memory of the device, for as long as it lives. */
export function createDecodeThread(options: DecodeOptions): DecodeThread {
  const pool = new Piscina<DecodeTask, DecodeResult>({
    filename: new URL('./worker.ts', import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
    maxQueue: 1,
    concurrentTasksPerWorker: 1,
    workerData: options,
  });
  return {
    decode(task) {
      const buffers = [task.bytes, task.ends.buffer, task.encodings.buffer, task.senderOf.buffer];
      return pool.run(task, { transferList: buffers });
    },
    close: () => pool.destroy(),
  };
}

export function createDecodeHere(options: DecodeOptions): DecodeThread {
  const decodeFrames = createDecodeFrames(options);
  return { decode: async (task) => decodeFrames(task), close: async () => undefined };
}
