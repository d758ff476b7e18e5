import { sql } from 'kysely';
import type { Clock, Timer } from '../../runtime/clock.ts';

/** More questions than these are more statements. */
const MAX_ASKS = 64;
/** How long a question waits at most for a statement that was sent before. */
const PATIENCE_MS = 5;

/** A question that many people ask, each about what is theirs. */
export interface Lookup<Ask, Found> {
  readonly clock: Pick<Clock, 'setTimer'>;
  /** One statement: what each found, in the order of the questions. */
  readonly find: (asks: readonly Ask[]) => Promise<readonly Found[]>;
  /** Only questions of one shape go into one statement; all have the same one where it is left out. */
  readonly shapeOf?: (ask: Ask) => string;
}

interface Waiting<Ask, Found> {
  readonly ask: Ask;
  readonly resolve: (found: Found) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Answers questions of many people by one statement: those that come in the same turn of the event loop, and while a
 * statement is under way those that come meanwhile. What was sent takes nobody in, so whoever asks after a change
 * finds it. A statement that is slow holds nobody up for longer than 5 ms but those who are in it, while the pool has a
 * connection; one that fails does so for them alone.
 *
 * A question is: waiting for the end of its turn → perhaps for a statement before it → under way → answered or failed.
 */
export function together<Ask, Found>(lookup: Lookup<Ask, Found>): (ask: Ask) => Promise<Found> {
  const { clock, find, shapeOf = () => '' } = lookup;
  let waiting: Waiting<Ask, Found>[] = [];
  let underWay = 0;
  let patience: Timer | null = null;

  async function look(some: readonly Waiting<Ask, Found>[]): Promise<void> {
    underWay++;
    try {
      const found = await find(some.map(({ ask }) => ask));
      some.forEach(({ resolve }, i) => void resolve(found[i]));
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
    underWay--;
    if (patience !== null) lookForAll();
  }

  function lookForAll(): void {
    patience?.cancel();
    patience = null;
    const all = Map.groupBy(waiting, ({ ask }) => shapeOf(ask));
    waiting = [];
    for (const some of all.values()) {
      for (let from = 0; from < some.length; from += MAX_ASKS) void look(some.slice(from, from + MAX_ASKS));
    }
  }

  function endTurn(): void {
    if (underWay === 0) lookForAll();
    else patience = clock.setTimer(lookForAll, PATIENCE_MS);
  }

  return (ask) =>
    new Promise((resolve, reject) => {
      const count = waiting.push({ ask, resolve, reject });
      if (count === 1) setImmediate(endTurn);
      else if (count >= MAX_ASKS && patience !== null) lookForAll();
    });
}

/** The accounts as a table `asked (account)`, each once, for what is read of each by a lateral query. */
export function askedTable(accounts: readonly string[]) {
  return sql<{ account: string }>`unnest(${[...new Set(accounts)]}::uuid[])`.as<'asked'>(sql`asked(account)`);
}

/** Whose a row is, inside of a query that is lateral to `asked`. */
export const askedAccount = sql<string>`asked.account`;

/** For the `=` of a `where`. */
export const anyOf = (keys: readonly string[]) => sql<string>`any(${keys})`;

/** The rows of each key, in the order of the keys. */
export function rowsOfEach<Row>(keys: readonly string[], rows: readonly Row[], keyOf: (row: Row) => string) {
  const byKey = Map.groupBy(rows, keyOf);
  return keys.map((key) => byKey.get(key) ?? []);
}

/** The row of each key, where it has one. */
export function rowOfEach<Row>(keys: readonly string[], rows: readonly Row[], keyOf: (row: Row) => string) {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key));
}

/**
 * For the `modifyFront` of a statement that is asked again and again: a connection to a PostgreSQL has it parsed and
 * planned once. Its text must be the same however many are asked for.
 */
export const prepared = sql`/* prepared */`;

export const isPrepared = (text: string) => text.startsWith('select /* prepared */');
