import type { ObjectStore } from '../../runtime/objects/objects.ts';
import type { Database, DatabaseOrTransaction } from '../database/database.ts';
import { type Deliver, putOutbox } from '../outbox/outbox.ts';

/** In the outbox: images that no row tells of, or soon may not. */
export const FORGET_PHOTOS = 'forget_photos';

export const photoKey = (id: string) => `${id}/photo`;
export const thumbnailKey = (id: string) => `${id}/thumbnail`;

/** Ids in one row of the outbox; the objects of each are two. */
const BATCH = 100;

/**
 * Takes rows of photos away, of a workout or of all workouts of an account, and asks for their images to be taken from
 * the store after it.
 */
export async function removePhotos(
  transaction: DatabaseOrTransaction,
  { account, workout }: { account: string; workout?: string },
  nowMs: number,
): Promise<void> {
  let own = transaction.deleteFrom('workout_photos').where('account', '=', account);
  if (workout !== undefined) own = own.where('workout', '=', workout);
  await askToForget(transaction, await own.returning('id').execute(), nowMs);
}

export async function askToForget(
  transaction: DatabaseOrTransaction,
  photos: readonly { readonly id: string }[],
  nowMs: number,
): Promise<void> {
  for (let i = 0; i < photos.length; i += BATCH) {
    const ids = photos.slice(i, i + BATCH).map(({ id }) => id);
    await putOutbox(transaction, FORGET_PHOTOS, { photos: ids }, nowMs);
  }
}

/** Gone afterwards, but for those that have a row. Ids are drawn once, so what has none now gets none later. */
export function createForgetPhotos(deps: { database: Database; objects: Pick<ObjectStore, 'delete'> }): Deliver {
  const { database, objects } = deps;
  return async function forgetPhotos(data) {
    const { photos } = data as { photos: string[] };
    const kept = await database.selectFrom('workout_photos').select('id').where('id', 'in', photos).execute();
    for (const id of photos) {
      if (kept.some((one) => one.id === id)) continue;
      await objects.delete(photoKey(id));
      await objects.delete(thumbnailKey(id));
    }
  };
}
