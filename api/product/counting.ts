import { createHmac, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { DatabaseOrTransaction } from '../database/database.ts';
import { putOutbox } from '../outbox/outbox.ts';
import { dayNumber, dayText, type ProductEvent, type ProductKind, type Way } from './events.ts';

/** In the outbox: an event, {@link ProductEvent}. */
export const PRODUCT_EVENT = 'product.event';
/** In the outbox: what was counted of a person goes, {@link PersonDue}. */
export const PRODUCT_FORGET = 'product.forget';

export interface PersonDue {
  readonly person: string;
}

/**
 * An event that another process is writing at the moment when somebody takes their consent back may arrive after the
 * deletion. It has found the person before, and a request to ClickHouse is given up after seconds: so once more, later.
 */
const FORGET_AGAIN_MS = 10 * 60_000;

interface Happened {
  readonly kind: ProductKind;
  /** Which one, where there may be several: the id of the workout or device. */
  readonly subject?: string;
  readonly way?: Way;
  readonly atMs: number;
}

/** Whoever is counted. */
const COUNTED = ['person', 'salt'] as const;
type Counted = Readonly<Record<(typeof COUNTED)[number], string>>;

/**
 * What an event is about would tell who it is, since ids of workouts and devices stand beside athletes elsewhere: it is
 * named by a digest under a key that only PostgreSQL has, the same for a repeat.
 */
function put(
  transaction: DatabaseOrTransaction,
  { person, salt }: Counted,
  { kind, subject, way, atMs }: Happened,
  nowMs: number,
) {
  const named = subject === undefined ? '' : createHmac('sha256', salt).update(subject).digest('hex').slice(0, 32);
  const event = subject === undefined ? kind : `${kind}:${named}`;
  const due: ProductEvent = { person, event, kind, way: way ?? null, atMs };
  return putOutbox(transaction, PRODUCT_EVENT, due, nowMs);
}

/** In the transaction of what happened. Of an account that did not agree nothing is written. */
export async function countEvent(
  transaction: DatabaseOrTransaction,
  account: string,
  happened: Happened,
): Promise<void> {
  const counted = transaction.selectFrom('product_people').select(COUNTED).where('account', '=', account);
  const found = await counted.executeTakeFirst();
  if (found !== undefined) await put(transaction, found, happened, happened.atMs);
}

/** That somebody is here today; once for each day. */
export async function countDay(transaction: DatabaseOrTransaction, account: string, atMs: number): Promise<void> {
  const day = dayText(dayNumber(atMs));
  const first = await transaction
    .updateTable('product_people')
    .set({ active_on: day })
    .where('account', '=', account)
    .where(sql<boolean>`active_on is distinct from ${day}::date`)
    .returning(COUNTED)
    .executeTakeFirst();
  if (first !== undefined) await put(transaction, first, { kind: 'day_active', subject: day, atMs }, atMs);
}

/**
 * From now on, after somebody agreed. When they signed up and confirmed their address is counted too, whenever that
 * was: without it nobody would know how long they are here.
 */
export async function startCounting(transaction: DatabaseOrTransaction, account: string, nowMs: number): Promise<void> {
  const { created_at, verified_at } = await transaction
    .selectFrom('accounts')
    .select(['created_at', 'verified_at'])
    .where('id', '=', account)
    .executeTakeFirstOrThrow();
  const counted = { person: randomUUID(), salt: randomUUID() };
  await transaction
    .insertInto('product_people')
    .values({ account, ...counted, active_on: null })
    .execute();
  await put(transaction, counted, { kind: 'signed_up', atMs: created_at.getTime() }, nowMs);
  if (verified_at === null) return;
  await put(transaction, counted, { kind: 'verified', atMs: verified_at.getTime() }, nowMs);
  await countDay(transaction, account, nowMs);
}

/** What was counted goes, and nothing more is: after somebody took their consent back, and before an account goes. */
export async function stopCounting(transaction: DatabaseOrTransaction, account: string, nowMs: number): Promise<void> {
  const gone = transaction.deleteFrom('product_people').where('account', '=', account).returning('person');
  const found = await gone.executeTakeFirst();
  if (found === undefined) return;
  const due: PersonDue = { person: found.person };
  await putOutbox(transaction, PRODUCT_FORGET, due, nowMs);
  await putOutbox(transaction, PRODUCT_FORGET, due, nowMs, { delayMs: FORGET_AGAIN_MS });
}
