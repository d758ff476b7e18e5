import { randomBytes } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import type { ObjectStore } from '../../runtime/objects/objects.ts';
import type { Database, DatabaseOrTransaction } from '../database/database.ts';
import { Problem } from '../problem.ts';
import { FORGET_PHOTOS, photoKey, thumbnailKey } from './forget-photos.ts';
import type { KeptPhoto } from './reencode.ts';

export interface PutImagesDeps {
  readonly database: Database;
  readonly objects: Pick<ObjectStore, 'put'>;
  readonly clock: Clock;
  readonly wakeOutbox: () => void;
}

/** Longer than any request lasts. */
const FORGET_AFTER_MS = 600_000;

/** Images that are in the store, for as long as nobody says that they stay. */
export interface LooseImages {
  readonly id: string;
  /** In the transaction that writes their row: they stay with it. Throws `busy` where they are being taken away. */
  keep(transaction: DatabaseOrTransaction): Promise<void>;
  /** Takes them away, whenever the store can. Not throwing; nothing happens to those that were kept. */
  letGo(): Promise<void>;
}

/**
 * Puts images into the store so that they stay only with a row. That they are to be taken away is written into the
 * outbox before they are there; the transaction that writes their row takes that back. So whatever ends a process in
 * between, ten minutes later the store is as if nobody had come.
 */
export function createPutImages({ database, objects, clock, wakeOutbox }: PutImagesDeps) {
  return async function putImages({ bytes, thumbnail }: KeptPhoto): Promise<LooseImages> {
    const id = randomBytes(16).toString('hex');
    const nowMs = clock.nowMs();
    const { id: asked } = await database
      .insertInto('outbox')
      .values({
        ...{ kind: FORGET_PHOTOS, data: JSON.stringify({ photos: [id] }) },
        ...{ next_at: new Date(nowMs + FORGET_AFTER_MS), created_at: new Date(nowMs) },
      })
      .returning('id')
      .executeTakeFirstOrThrow();

    const images: LooseImages = {
      id,
      async keep(transaction) {
        const taken = transaction.deleteFrom('outbox').where('id', '=', asked).where('attempts', '=', 0);
        const { numDeletedRows } = await taken.executeTakeFirst();
        if (numDeletedRows === 0n) throw new Problem('busy', { detail: 'it took too long' }, { retryAfterS: 5 });
      },
      async letGo() {
        const next_at = new Date(clock.nowMs());
        const sooner = database.updateTable('outbox').set({ next_at }).where('id', '=', asked);
        // Where the database is away too, it happens in ten minutes.
        await sooner.execute().catch(() => undefined);
        wakeOutbox();
      },
    };
    try {
      await objects.put(photoKey(id), bytes);
      await objects.put(thumbnailKey(id), thumbnail);
      return images;
    } catch (error) {
      await images.letGo();
      throw error;
    }
  };
}
