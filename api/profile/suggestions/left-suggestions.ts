import type { Clock } from '../../../runtime/clock.ts';
import type { AccountCaller } from '../../caller.ts';
import type { Database } from '../../database/database.ts';
import { LEAST_GAIN, type Suggestion } from './suggest.ts';

type Owner = Pick<AccountCaller, 'account'>;
/** A suggestion as far as it is known again by it. */
type Named = Pick<Suggestion, 'value' | 'sport' | 'suggested'>;

/** What athletes left of what was suggested to them, so that no other device of theirs asks again. */
export function createLeftSuggestions({ database, clock }: { database: Database; clock: Clock }) {
  return {
    async of({ account }: Owner): Promise<Named[]> {
      const rows = database.selectFrom('left_suggestions').select(['value', 'sport', 'suggested']);
      return rows.where('account', '=', account).execute();
    },

    /** Said again, it changes nothing but when it was said. */
    async leave({ account }: Owner, { value, sport, suggested }: Named): Promise<void> {
      const row = { suggested, left_at: new Date(clock.nowMs()) };
      await database
        .insertInto('left_suggestions')
        .values({ account, value, sport, ...row })
        .onConflict((conflict) => conflict.columns(['account', 'value', 'sport']).doUpdateSet(row))
        .execute();
    },
  };
}

export type LeftSuggestions = ReturnType<typeof createLeftSuggestions>;

/**
 * Those that say something else than what was left: more, or less, by as much as makes a suggestion at all. Less as
 * well: what was left may have been a number that nobody could believe, and a true one comes after it.
 */
export function withoutLeft(all: readonly Suggestion[], left: readonly Named[]): Suggestion[] {
  const isSame = (a: number, b: number) => Math.max(a, b) < LEAST_GAIN * Math.min(a, b);
  return all.filter(
    (one) =>
      !left.some(
        ({ value, sport, suggested }) => value === one.value && sport === one.sport && isSame(suggested, one.suggested),
      ),
  );
}
