import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import type { NotedDeletion } from '../../runtime/deletion-log.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ObjectStore } from '../../runtime/objects/objects.ts';
import { AGAIN_MS, DONE_AFTER_MS } from '../../schemas/deleted-athlete.ts';
import type { AccountService } from '../accounts/account-service.ts';
import type { Sessions, Whence } from '../accounts/sessions.ts';
import { Uuid } from '../accounts/statements.ts';
import type { AccountCaller } from '../caller.ts';
import type { Database } from '../database/database.ts';
import { createOutbox, type Deliver, putOutbox } from '../outbox/outbox.ts';
import { Problem } from '../problem.ts';
import { pageOf, readPage } from '../requests/paging.ts';
import { type ExportParts, FORGET_EXPORT, forgetParts } from './export/parts.ts';
import type { PersonStores } from './person-stores.ts';
import { DELETE_PERSON, FORGET_UPLOADS, removePerson } from './remove-person.ts';
import { addRemoved, type Removed } from './removed.ts';

export interface DeletionDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stores: PersonStores;
  /** Where their exports lie, and files that wait to be imported. */
  readonly objects: Pick<ObjectStore, 'delete'>;
  readonly accounts: Pick<AccountService, 'assertPassword'>;
  readonly sessions: Pick<Sessions, 'forgetCallers'>;
  /** Called after letters were written. */
  readonly wakeLetters: () => void;
  /** Forgets wrong guesses at an address. */
  readonly forgetGuesses: (emailKey: string) => Promise<void>;
  /** Writes a deletion down apart from every store, before any but PostgreSQL is touched. May be called again. */
  readonly note: (noted: NotedDeletion) => Promise<void>;
}

/** What its owner keeps of a deletion: they cannot ask for it again. */
export interface DeletionReceipt {
  readonly deletion: string;
  readonly askedMs: number;
  readonly doneMs: number;
  /** Rows that are gone already. */
  readonly removed: Removed;
}

/**
 * Deleting a person: asked → tombstone and nothing in PostgreSQL, at once and in one transaction → marked (tokens of
 * devices revoked, replays warned) → removed from every store → gone through again … → done, and their names forgotten.
 */
export function createDeletion(deps: DeletionDeps) {
  const { database, clock, log, stores, objects, accounts, sessions, wakeLetters, forgetGuesses, note } = deps;

  const deliver: Deliver = async (data) => {
    const { deletion } = data as { deletion: string };
    const row = await database
      .selectFrom('deletions')
      .select(['athlete', 'devices', 'asked_at', 'passes', 'removed'])
      .where('id', '=', deletion)
      .executeTakeFirst();
    if (row === undefined || row.athlete === null) return;
    const { athlete, passes, asked_at } = row;
    const devices = [...new Set([...row.devices, ...(await stores.devicesOf(athlete))])].sort();
    const person = { athlete, devices, deletedMs: asked_at.getTime(), deletion };
    await note(person);
    // Kept before anything is removed: afterwards no store knows whose the devices were.
    await database.updateTable('deletions').set({ devices }).where('id', '=', deletion).execute();
    const marked = await stores.mark(person);
    const found = await stores.remove(person);
    const removed = addRemoved(row.removed as Removed, passes === 0 ? addRemoved(marked, found) : found);
    const againMs: number | undefined = AGAIN_MS[passes];
    const nowMs = clock.nowMs();
    await database.transaction().execute(async (transaction) => {
      const isLast = againMs === undefined;
      await transaction
        .updateTable('deletions')
        .set({
          ...{ passes: passes + 1, passed_at: new Date(nowMs), removed: JSON.stringify(removed) },
          ...(isLast && { done_at: new Date(nowMs), athlete: null, devices: [] }),
        })
        .where('id', '=', deletion)
        .execute();
      if (!isLast) await putOutbox(transaction, DELETE_PERSON, { deletion }, nowMs, { delayMs: againMs });
    });
    log.info({ deletion, passes: passes + 1, removed: found }, 'what is known of a person was removed');
  };

  const deliveries = {
    [DELETE_PERSON]: deliver,
    [FORGET_EXPORT]: (data: unknown) => forgetParts(objects, data as ExportParts),
    [FORGET_UPLOADS]: async (data: unknown) => {
      for (const object of (data as { objects: readonly string[] }).objects) await objects.delete(object);
    },
  };
  const outbox = createOutbox({ database, clock, log, deliver: deliveries });

  return {
    outbox,

    /** Begins at once, and says under which id operators find it. Throws `wrong_credentials`. */
    async ask({ account, athlete }: AccountCaller, password: string, from: Whence): Promise<DeletionReceipt> {
      const { email } = await accounts.assertPassword(account, password, from);
      const deletion = randomUUID();
      const nowMs = clock.nowMs();
      const { emailKey, removed } = await database.transaction().execute(async (transaction) => {
        const own = transaction.selectFrom('accounts').select('email_key').where('id', '=', account).forUpdate();
        const owner = await own.executeTakeFirst();
        if (owner === undefined) throw new Problem('bad_token');
        const person = { account, athlete, email, emailKey: owner.email_key };
        const removed = await removePerson(transaction, person, { deletion, askedMs: nowMs, nowMs });
        return { emailKey: owner.email_key, removed };
      });
      sessions.forgetCallers(account);
      await forgetGuesses(emailKey);
      outbox.wake();
      wakeLetters();
      return { deletion, askedMs: nowMs, doneMs: nowMs + DONE_AFTER_MS, removed };
    },

    /** Proofs, the newest first: what was removed where and when, and nothing of whom. */
    async list(asked: Parameters<typeof readPage>[0]) {
      const { limit, after } = readPage(asked, [/^\d{1,14}$/, new RegExp(Uuid.pattern)]);
      let query = database
        .selectFrom('deletions')
        .select(['id', 'asked_at', 'passes', 'passed_at', 'done_at', 'removed'])
        .orderBy('asked_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1);
      if (after !== null) {
        const [askedMs, id] = after;
        query = query.where(sql<boolean>`(asked_at, id) < (${new Date(Number(askedMs))}, ${id}::uuid)`);
      }
      const keyOf = ({ asked_at, id }: { asked_at: Date; id: string }) => [String(asked_at.getTime()), id];
      const { page, next } = pageOf(await query.execute(), limit, keyOf);
      const deletions = page.map(({ id, asked_at, passes, passed_at, done_at, removed }) => ({
        ...{ id, askedMs: asked_at.getTime(), passes, passedMs: passed_at?.getTime() ?? null },
        ...{ doneMs: done_at?.getTime() ?? null, removed: removed as Removed },
      }));
      return { deletions, next };
    },
  };
}

export type Deletion = ReturnType<typeof createDeletion>;
