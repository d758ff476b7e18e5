import { sql, type Transaction } from 'kysely';
import { createBackoff } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import { type Durable, LogUnavailableError, type MessageLog, type PulledMessage } from '../../runtime/stream/stream.ts';
import type { Fact } from '../../schemas/facts.ts';
import type { Names } from '../../schemas/names.ts';
import { parseJson } from '../../schemas/parse-json.ts';
import { type Database, isDatabaseAway, type Tables } from '../database/database.ts';

export interface FactProjectionDeps {
  readonly facts: MessageLog;
  readonly names: Pick<Names, 'fact'>;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the durable, and of what is applied: fixed for ever. */
  readonly name: string;
  readonly kinds: readonly Fact['kind'][];
  /** Whom a fact is about; null for one that nothing follows from here. */
  readonly athleteOf: (fact: Fact) => string | null;
  /**
   * Does what follows from a fact in PostgreSQL, and nothing outside of the transaction. Resolves with the account that
   * something changed for, or null.
   */
  readonly apply: (transaction: Transaction<Tables>, fact: Fact) => Promise<string | null>;
  /** Called when something has changed for an account. */
  readonly onApplied: (account: string) => void;
}

export interface FactProjection {
  start(): void;
  stop(): Promise<void>;
}

/**
 * One fact at a time, whoever pulls: of a record that falls and another that is set in its place the first has to be
 * applied first, and a fact that comes again later than the one after it would be dropped as older.
 */
const DURABLE = { ackWaitMs: 30_000, maxAckPending: 1 };
const PULL = { maxMessages: 1, maxBytes: 1024 * 1024, maxWaitMs: 1_000 };
/** A fact that cannot be applied for another reason than a store that is away is given up after so many attempts. */
const MAX_DELIVERIES = 10;
const AGAIN_MS = 1_000;
const AWAY_DELAYS_MS = [200, 500, 1_000, 2_000, 5_000];

/**
 * Keeps what follows from facts in PostgreSQL: at least once each, applied once each, by entity and revision. Of two
 * revisions the one with the greater (epoch, revision) is newer; what is not newer than what was applied is left out.
 */
export function createFactProjection(deps: FactProjectionDeps): FactProjection {
  const { facts, names, database, clock, log, name, kinds, athleteOf, apply, onApplied } = deps;
  const ending = new AbortController();
  let running: Promise<void> | null = null;
  let durable: Durable | null = null;

  async function applyOnce(fact: Fact, athlete: string): Promise<string | null> {
    return database.transaction().execute(async (transaction) => {
      const { kind, entity, epoch, revision } = fact;
      const newer = await transaction
        .insertInto('applied_facts')
        .values({ projection: name, line: `${kind.split('.', 1)[0]}.${entity}`, athlete, epoch, revision })
        .onConflict((conflict) =>
          conflict
            .columns(['projection', 'line'])
            .doUpdateSet({ epoch, revision })
            .where(sql<boolean>`(applied_facts.epoch, applied_facts.revision) < (excluded.epoch, excluded.revision)`),
        )
        .returning('line')
        .executeTakeFirst();
      return newer === undefined ? null : apply(transaction, fact);
    });
  }

  /** Throws while PostgreSQL is away: the message then stays as it is and comes again. */
  async function take(message: PulledMessage): Promise<void> {
    const fact = parseJson(message.data) as Fact | null;
    try {
      const athlete = fact === null ? null : athleteOf(fact);
      const account = fact === null || athlete === null ? null : await applyOnce(fact, athlete);
      if (account !== null) onApplied(account);
    } catch (err) {
      if (isDatabaseAway(err) || message.deliveries < MAX_DELIVERIES) throw err;
      log.error({ err, subject: message.subject, seq: message.seq }, 'a fact cannot be applied: given up');
    }
    message.ack();
  }

  async function run(signal: AbortSignal): Promise<void> {
    const backoff = createBackoff({ delaysMs: AWAY_DELAYS_MS });
    while (!signal.aborted) {
      try {
        durable ??= await facts.openDurable(name, { ...DURABLE, subjects: kinds.map((kind) => names.fact(kind, '>')) });
        for (const message of await durable.pull(PULL)) {
          await take(message).catch((err) => {
            message.nak(AGAIN_MS);
            throw err;
          });
        }
        backoff.reset();
      } catch (err) {
        if (signal.aborted) return;
        if (!(err instanceof LogUnavailableError)) log.warn({ err, name }, 'facts wait to be applied');
        // Stopping ends the wait.
        await clock.sleep(backoff.nextMs(), signal).catch(() => undefined);
      }
    }
  }

  return {
    start() {
      running ??= run(ending.signal).catch((err) => log.error({ err, name }, 'facts are no longer applied'));
    },
    async stop() {
      ending.abort(new Error('stopped'));
      await durable?.close();
      await running;
    },
  };
}
