import type { DoJob, JobQueue } from './job-queue.ts';

export interface MemoryQueue extends JobQueue {
  /** Does every job that waits, one after another; those that fail wait on, but for the last attempt. */
  runAll(options?: { isLast?: boolean }): Promise<void>;
  waiting(): { queue: string; data: object }[];
}

/** The twin: jobs wait until a test has them done. What they know of a transaction is that it was there. */
export function createMemoryQueue(): MemoryQueue {
  const workers = new Map<string, DoJob>();
  let jobs: { queue: string; data: object }[] = [];
  return {
    async put(_transaction, queue, data) {
      jobs.push({ queue, data: structuredClone(data) });
    },
    work: (queue, doJob) => void workers.set(queue, doJob),
    start: async () => undefined,
    stop: async () => undefined,
    async runAll({ isLast = false } = {}) {
      const taken = jobs;
      jobs = [];
      for (const job of taken) {
        try {
          await workers.get(job.queue)?.(job.data, { isLast, signal: new AbortController().signal });
        } catch {
          if (!isLast) jobs.push(job);
        }
      }
    },
    waiting: () => jobs,
  };
}
