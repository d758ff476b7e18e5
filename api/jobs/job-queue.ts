import type { DatabaseOrTransaction } from '../database/database.ts';

/** Does a job. It may be called again for one that it did already; what it throws makes the job come again later. */
export type DoJob = (data: unknown, attempt: JobAttempt) => Promise<void>;

export interface JobAttempt {
  /** Nobody does it again after this. */
  readonly isLast: boolean;
  readonly signal: AbortSignal;
}

/**
 * Work that takes longer than a request, kept in PostgreSQL: a job is done at least once, by one process at a time, and
 * outlives all of them. The real one is pg-boss (`pg-boss-queue.ts`), the twin lives in memory.
 */
export interface JobQueue {
  /** Written in the transaction of the change that it follows from: both are there, or neither is. */
  put(transaction: DatabaseOrTransaction, queue: string, data: object): Promise<void>;
  /** Says who does the jobs of a queue, one at a time in this process; before {@link start}. */
  work(queue: string, doJob: DoJob): void;
  /** Begins to work, once the database is open. */
  start(): Promise<void>;
  /** Ends what is being done; it comes again elsewhere. */
  stop(): Promise<void>;
}
