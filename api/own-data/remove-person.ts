import type { Transaction } from 'kysely';
import { LETTERS, type Letter } from '../accounts/letters.ts';
import type { Tables } from '../database/database.ts';
import { putOutbox } from '../outbox/outbox.ts';
import { removePhotos } from '../photos/forget-photos.ts';
import { stopCounting } from '../product/counting.ts';
import { type ExportParts, FORGET_EXPORT } from './export/parts.ts';
import { type Owner, removeRows } from './remove-rows.ts';
import type { Removed } from './removed.ts';

/** In the outbox: a deletion, whose stores are to be gone through. */
export const DELETE_PERSON = 'delete_person';
/** In the outbox: uploaded files that wait for an import which is gone with its owner. */
export const FORGET_UPLOADS = 'forget_uploads';

/**
 * Takes a person out of PostgreSQL, writes the deletion down, and asks for all other stores to be gone through after
 * it. Says how many rows are gone. The account's row is to be locked by the transaction.
 */
export async function removePerson(
  transaction: Transaction<Tables>,
  owner: Owner,
  { deletion, askedMs, nowMs }: { deletion: string; askedMs: number; nowMs: number },
): Promise<Removed> {
  const { account, athlete, email } = owner;
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
  const rows = await removeRows(transaction, owner);
  const removed: Removed = { postgresql: rows };
  const devices = paired.map(({ id }) => id);
  const untouched = { passed_at: null, done_at: null, removed: JSON.stringify(removed) };
  await transaction
    .insertInto('deletions')
    .values({ id: deletion, athlete, devices, asked_at: new Date(askedMs), ...untouched })
    .execute();
  await putOutbox(transaction, DELETE_PERSON, { deletion }, nowMs);
  for (const file of files) await putOutbox(transaction, FORGET_EXPORT, file satisfies ExportParts, nowMs);
  if (uploads.length > 0) {
    await putOutbox(transaction, FORGET_UPLOADS, { objects: uploads.map(({ object }) => object) }, nowMs);
  }
  await putOutbox(transaction, LETTERS, { letter: 'deleted', email } satisfies Letter, nowMs);
  return removed;
}
