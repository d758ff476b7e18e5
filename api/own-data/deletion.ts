import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ObjectStore } from '../../runtime/objects/objects.ts';
import type { AccountService } from '../accounts/account-service.ts';
import { LETTERS, type Letter } from '../accounts/letters.ts';
import type { Sessions, Whence } from '../accounts/sessions.ts';
import { Uuid } from '../accounts/statements.ts';
import type { AccountCaller } from '../caller.ts';
import type { Database } from '../database/database.ts';
import { createOutbox, type Deliver, putOutbox } from '../outbox/outbox.ts';
import { removePhotos } from '../photos/forget-photos.ts';
import { Problem } from '../problem.ts';
import { stopCounting } from '../product/counting.ts';
import { pageOf, readPage } from '../requests/paging.ts';
import { type ExportParts, FORGET_EXPORT, forgetParts } from './export/parts.ts';
import type { PersonStores } from './person-stores.ts';
import { removeRows } from './remove-rows.ts';
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
}

const DELETE_PERSON = 'delete_person';
/** In the outbox: uploaded files that wait for an import which is gone with its owner. */
const FORGET_UPLOADS = 'forget_uploads';
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/**
 * When all stores are gone through again, after the first time: what was on its way then has come by the second, what a
 * stream or a device brought late by the third, and by the last the oldest frame that is accepted is too old.
 */
export const AGAIN_MS = [10 * MINUTE_MS, DAY_MS, 35 * DAY_MS] as const;
/** From the deletion to when nothing of it is to be done any more. */
export const DONE_AFTER_MS = AGAIN_MS.reduce((sum, ms) => sum + ms, 0);

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
  const { database, clock, log, stores, objects, accounts, sessions, wakeLetters, forgetGuesses } = deps;

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
    const person = { athlete, devices, deletedMs: asked_at.getTime() };
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
        // Those that have sent nothing yet are known here alone, and have credentials all the same.
        const paired = await transaction.selectFrom('devices').select('id').where('account', '=', account).execute();
        // Under what id they were counted is known here alone.
        await stopCounting(transaction, account, nowMs);
        const exports = transaction.selectFrom('exports').select(['id', 'attempt', 'parts']);
        const files = await exports.where('account', '=', account).execute();
        const uploads = await transaction
          .selectFrom('import_files')
          .innerJoin('imports', 'imports.id', 'import_files.import')
          .select('object')
          .where('account', '=', account)
          .where('object', 'is not', null)
          .execute();
        // Their images wait to be taken from the store by what they are called alone: nothing of it names the person.
        await removePhotos(transaction, { account }, nowMs);
        const rows = await removeRows(transaction, { account, athlete, email, emailKey: owner.email_key });
        const removed: Removed = { postgresql: rows };
        await transaction
          .insertInto('deletions')
          .values({
            ...{
              id: deletion,
              athlete,
              devices: paired.map((one) => one.id),
              asked_at: new Date(nowMs),
              passed_at: null,
              done_at: null,
            },
            removed: JSON.stringify(removed),
          })
          .execute();
        await putOutbox(transaction, DELETE_PERSON, { deletion }, nowMs);
        for (const file of files) await putOutbox(transaction, FORGET_EXPORT, file satisfies ExportParts, nowMs);
        if (uploads.length > 0) {
          await putOutbox(transaction, FORGET_UPLOADS, { objects: uploads.map(({ object }) => object) }, nowMs);
        }
        await putOutbox(transaction, LETTERS, { letter: 'deleted', email } satisfies Letter, nowMs);
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
