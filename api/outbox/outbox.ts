import { sql } from 'kysely';
import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Database, DatabaseOrTransaction } from '../database/database.ts';

/** Thrown by a delivery that can never succeed: the row is dropped, with a line in the log. */
export class UndeliverableError extends Error {
  override name = 'UndeliverableError';
}

/**
 * Does what a row of its kind asks for, outside. It may be called again for a row that it did already; `attempts`
 * counts the calls, from 1.
 */
export type Deliver = (data: unknown, attempts: number) => Promise<void>;

export interface OutboxDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** By kind. Rows of other kinds are left to others. */
  readonly deliver: Readonly<Record<string, Deliver>>;
  /** Rows that are delivered at the same time; one by one without. */
  readonly maxAtOnce?: number;
  /** How often is looked for rows that another process wrote, or that failed. */
  readonly everyMs?: number;
  /** Numbers from 0 up to 1, for the jitter. */
  readonly random?: () => number;
}

export interface Outbox {
  /** Looks for rows from now on; before, only when woken. */
  start(): void;
  /** Looks for what is due soon: call it after a transaction that wrote something. */
  wake(): void;
  /** Does all that is due now; for tests, and for the end. */
  runDue(): Promise<void>;
  stop(): Promise<void>;
}

/** A row is another process's for so long; after that whoever took it counts as dead. */
const LEASE_MS = 60_000;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 600_000;
/** Each wait is up to this share of itself longer, so that what failed together is not tried again together. */
const JITTER = 0.2;
const DEFAULT_EVERY_MS = 1_000;

/**
 * Writes down what has to happen outside, in the transaction of the change that it follows from: both are there, or
 * neither is. With `delayMs` it happens that much later.
 */
export async function putOutbox(
  transaction: DatabaseOrTransaction,
  kind: string,
  data: object,
  nowMs: number,
  { delayMs } = { delayMs: 0 },
): Promise<void> {
  await transaction
    .insertInto('outbox')
    .values({ kind, data: JSON.stringify(data), next_at: new Date(nowMs + delayMs), created_at: new Date(nowMs) })
    .execute();
}

/** Delivers what was written down, at least once each; what fails is tried again later and later. */
export function createOutbox(deps: OutboxDeps): Outbox {
  const { database, clock, log, deliver, maxAtOnce = 1, everyMs = DEFAULT_EVERY_MS, random = Math.random } = deps;
  const kinds = Object.keys(deliver);
  let running: Promise<void> | null = null;
  let isAgainWanted = false;
  let isStopped = false;
  let timer: Timer | null = null;

  /** No transaction is open while something is delivered: PGlite has one connection. */
  async function take() {
    const now = clock.nowMs();
    const due = database
      .selectFrom('outbox')
      .select('id')
      .where('next_at', '<=', new Date(now))
      .where('kind', 'in', kinds)
      .orderBy('next_at')
      .limit(1)
      .forUpdate()
      .skipLocked();
    return database
      .updateTable('outbox')
      .set({ next_at: new Date(now + LEASE_MS), attempts: sql<number>`attempts + 1` })
      .where('id', '=', due)
      .returning(['id', 'kind', 'data', 'attempts'])
      .executeTakeFirst();
  }

  async function deliverOne(): Promise<boolean> {
    const row = await take();
    if (row === undefined) return false;
    const { id, kind, data, attempts } = row;
    try {
      await deliver[kind](data, attempts);
    } catch (err) {
      if (!(err instanceof UndeliverableError)) {
        const leastMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1));
        const retryMs = Math.round(leastMs * (1 + JITTER * random()));
        log.warn({ err, kind, attempts, retryMs }, 'what a change asks for could not be done; it is tried again');
        const next_at = new Date(clock.nowMs() + retryMs);
        await database.updateTable('outbox').set({ next_at }).where('id', '=', id).execute();
        return true;
      }
      log.error({ err, kind }, 'what a change asks for can never be done: given up');
    }
    await database.deleteFrom('outbox').where('id', '=', id).execute();
    return true;
  }

  async function deliverAll(): Promise<void> {
    while (!isStopped && (await deliverOne()));
  }

  async function run(): Promise<void> {
    do {
      isAgainWanted = false;
      await Promise.all(Array.from({ length: maxAtOnce }, deliverAll));
    } while (isAgainWanted && !isStopped);
  }

  function wake(): void {
    isAgainWanted = true;
    if (running !== null || isStopped) return;
    running = run()
      .catch((err) => log.warn({ err }, 'what waits to be done outside could not be read; it is tried again'))
      .finally(() => {
        running = null;
      });
  }

  return {
    start() {
      timer ??= clock.setRepeating(wake, everyMs);
      wake();
    },
    wake,
    async runDue() {
      wake();
      await running;
    },
    async stop() {
      isStopped = true;
      timer?.cancel();
      await running;
    },
  };
}
