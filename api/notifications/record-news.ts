import type { Transaction } from 'kysely';
import type { Fact, RecordFact } from '../../schemas/facts.ts';
import type { Tables } from '../database/database.ts';
import type { NewRecord, RecordNews } from './kinds.ts';
import type { Notifications } from './notifications.ts';

/** Of the projection of facts; fixed for ever. */
export const NEWS_PROJECTION = 'notifications';
/** Records come one after another while an activity goes on: they are sent when it is over, or after so long. */
const MAX_LIVE_MS = 6 * 3_600_000;

export const newsKinds = ['record.set', 'record.withdrawn', 'workout.finished', 'workout.withdrawn'] as const;

/** Whom a fact is about. */
export function athleteOfNews(fact: Fact): string | null {
  if ('record' in fact) return fact.record.athlete;
  return 'activity' in fact ? fact.activity.athlete : null;
}

/**
 * What facts mean for who has an account: the records that an activity set are one notification, which grows with each
 * of them, loses those that do not last, and is withdrawn with the last one.
 */
export function createRecordNews(notifications: Pick<Notifications, 'notify' | 'withdraw' | 'find' | 'hasten'>) {
  async function isOver(transaction: Transaction<Tables>, activity: string): Promise<boolean> {
    const told = transaction
      .selectFrom('applied_facts')
      .select('line')
      .where('projection', '=', NEWS_PROJECTION)
      .where('line', '=', `workout.${activity}`);
    return (await told.executeTakeFirst()) !== undefined;
  }

  async function applyRecord(transaction: Transaction<Tables>, account: string, fact: RecordFact): Promise<void> {
    const { entity, record, eventTimeMs } = fact;
    const { activity, sport } = record;
    const of = { account, kind: 'record', key: activity } as const;
    const known = (await notifications.find(transaction, of)) as RecordNews | null;
    const { [entity]: before, ...others } = known?.records ?? {};
    if (fact.kind === 'record.withdrawn') {
      if (before === undefined) return;
      if (Object.keys(others).length === 0) return notifications.withdraw(transaction, of);
      const data = { activity, sport, records: others };
      return notifications.notify(transaction, { ...of, data, eventMs: eventTimeMs });
    }
    const data: RecordNews = { activity, sport, records: { ...others, [entity]: newRecord(fact, before) } };
    const wait = (await isOver(transaction, activity)) ? {} : { waitMs: MAX_LIVE_MS };
    await notifications.notify(transaction, { ...of, data, eventMs: eventTimeMs, ...wait });
  }

  return async function applyFact(transaction: Transaction<Tables>, fact: Fact): Promise<string | null> {
    const athlete = athleteOfNews(fact);
    const owner = transaction.selectFrom('accounts').select('id').where('athlete', '=', athlete);
    const account = (await owner.executeTakeFirst())?.id;
    if (account === undefined) return null;
    if ('record' in fact) await applyRecord(transaction, account, fact);
    if (fact.kind === 'workout.finished') {
      await notifications.hasten(transaction, { account, kind: 'record', key: fact.entity });
    }
    return account;
  };
}

/** An effort that got better while it went on has still beaten what was there before the activity. */
function newRecord({ record }: RecordFact, before: NewRecord | undefined): NewRecord {
  const { kind, name, value, replaces, activity } = record;
  if (replaces?.activity === activity) return { kind, name, value, before: before?.before ?? null };
  return { kind, name, value, before: replaces?.value ?? null };
}
