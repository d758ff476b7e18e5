import { fromKysely, fromPglite, type JobWithMetadata, PgBoss } from 'pg-boss';
import type { Logger } from '../../runtime/log.ts';
import type { JobDatabase } from './job-database.ts';
import type { DoJob, JobQueue } from './job-queue.ts';

const CONNECTIONS = 3;
const POLL_S = 1;
/** From 5 s, twice as long each time, up to a quarter of an hour: a little more than two days. */
const QUEUE = { retryLimit: 200, retryDelay: 5, retryBackoff: true, retryDelayMax: 900, expireInSeconds: 3_600 };
const STOP_TIMEOUT_MS = 5_000;

/**
 * Jobs in the schema `pgboss` of the accounts' database. PGlite needs no second connection: pg-boss waits for its turn
 * between transactions. `database` resolves once the database is open.
 */
export function createPgBossQueue({ database, log }: { database: Promise<JobDatabase>; log: Logger }): JobQueue {
  const workers = new Map<string, DoJob>();
  const ending = new AbortController();
  const started = Promise.withResolvers<PgBoss>();
  // Who puts a job waits for it; a start that failed is told by `start`.
  started.promise.catch(() => undefined);
  let isStarted = false;

  async function open(): Promise<PgBoss> {
    const where = await database;
    const boss = new PgBoss(
      'url' in where
        ? { connectionString: where.url, max: CONNECTIONS, application_name: 'slipstream-api', schedule: false }
        : { db: fromPglite(where.pglite), backend: 'pglite', schedule: false },
    );
    boss.on('error', (err) => log.warn({ err }, 'the queue of jobs could not be read; it is tried again'));
    await boss.start();
    for (const [queue, doJob] of workers) {
      if ((await boss.getQueue(queue)) === null) await boss.createQueue(queue, QUEUE);
      else await boss.updateQueue(queue, QUEUE);
      const work = { pollingIntervalSeconds: POLL_S, includeMetadata: true } as const;
      await boss.work(queue, work, async ([job]: JobWithMetadata[]) => {
        const { data, retryCount, retryLimit, signal } = job;
        try {
          const isLast = retryCount >= retryLimit;
          await doJob(data, { isLast, signal: AbortSignal.any([signal, ending.signal]) });
        } catch (err) {
          log.warn({ err, queue, retryCount }, 'a job could not be done; it is tried again');
          throw err;
        }
      });
    }
    return boss;
  }

  return {
    async put(transaction, queue, data) {
      await (await started.promise).send(queue, data, { db: fromKysely(transaction) });
    },
    work(queue, doJob) {
      workers.set(queue, doJob);
    },
    async start() {
      isStarted = true;
      try {
        started.resolve(await open());
      } catch (err) {
        started.reject(err);
        throw err;
      }
    },
    async stop() {
      ending.abort(new Error('the process ends'));
      if (!isStarted) return;
      const boss = await started.promise.catch(() => null /* It never started: `start` said why. */);
      await boss?.stop({ graceful: true, timeout: STOP_TIMEOUT_MS });
    },
  };
}
