import { createHash } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { Type } from 'typebox';
import type { Clock } from '../../runtime/clock.ts';
import type { ObjectStore } from '../../runtime/objects/objects.ts';
import { PHOTO_LIMITS } from '../../schemas/photo-limits.ts';
import type { AccountCaller } from '../caller.ts';
import type { Database, DatabaseOrTransaction } from '../database/database.ts';
import { Problem } from '../problem.ts';
import { requireMatch, tagOf } from '../requests/etag.ts';
import { type KeptAnswer, once } from '../requests/idempotency.ts';
import { readShared } from '../sharing/shared-row.ts';
import { askToForget, photoKey, thumbnailKey } from './forget-photos.ts';
import { createPutImages } from './put-images.ts';
import { type Reencode, UnusableImageError } from './reencode.ts';
import type { PhotoChange } from './statements.ts';
import type { PhotoTables } from './tables.ts';

export interface PhotosDeps {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly reencode: Reencode;
  readonly wakeOutbox: () => void;
}

type Owner = Pick<AccountCaller, 'account'>;
type Own = Pick<PhotoRow, 'account' | 'workout'>;
type PhotoRow = Selectable<PhotoTables['workout_photos']>;
export type PhotoSize = 'photo' | 'thumbnail';

/** Of one account, as it is kept: the store is for everybody. */
export const MAX_ACCOUNT_BYTES = 256 * 1024 * 1024;

const keyOf = { photo: photoKey, thumbnail: thumbnailKey };
export const photoTag = ({ version }: Pick<PhotoRow, 'version'>) => tagOf('photo', version);

/** The photos of a person's workouts. Each throws `unknown_workout` and `unknown_photo`, also for somebody else's. */
export function createPhotos({ database, objects, clock, reencode, wakeOutbox }: PhotosDeps) {
  const putImages = createPutImages({ database, objects, clock, wakeOutbox });

  const ofWorkout = (from: DatabaseOrTransaction, { account, workout }: Own) =>
    from.selectFrom('workout_photos').where('account', '=', account).where('workout', '=', workout);

  const inOrder = (from: DatabaseOrTransaction, own: Own): Promise<PhotoRow[]> =>
    ofWorkout(from, own).selectAll().orderBy('place').orderBy('id').execute();

  /** In a transaction it is held until the end, so that its photos change one after the other. */
  async function workoutOf({ account }: Owner, id: string, transaction?: DatabaseOrTransaction): Promise<Own> {
    let own = (transaction ?? database)
      .selectFrom('workouts')
      .select(['account', 'id as workout'])
      .where('account', '=', account)
      .where('id', '=', id)
      .where('state', '=', 'held');
    if (transaction !== undefined) own = own.forUpdate();
    const found = await own.executeTakeFirst();
    if (found === undefined) throw new Problem('unknown_workout', { detail: id });
    return found;
  }

  /** Throws `too_many_photos`. Gives the place of the next one. */
  async function assertRoom(from: DatabaseOrTransaction, own: Own, moreBytes: number): Promise<number> {
    const { count, next } = await ofWorkout(from, own)
      .select([sql<number>`count(*)::int`.as('count'), sql<number>`coalesce(max(place) + 1, 0)`.as('next')])
      .executeTakeFirstOrThrow();
    if (count >= PHOTO_LIMITS.maxOfWorkout) {
      throw new Problem('too_many_photos', { detail: `the workout has ${count}` });
    }
    const { bytes } = await from
      .selectFrom('workout_photos')
      .where('account', '=', own.account)
      .select(sql<number>`coalesce(sum(stored_bytes), 0)::float8`.as('bytes'))
      .executeTakeFirstOrThrow();
    if (bytes + moreBytes <= MAX_ACCOUNT_BYTES) return next;
    throw new Problem('too_many_photos', { detail: `all of them have ${bytes} bytes, of ${MAX_ACCOUNT_BYTES}` });
  }

  const countPhotos = (transaction: DatabaseOrTransaction, { account, workout }: Own) =>
    transaction
      .updateTable('workouts')
      .set({
        photos: sql<number>`(select count(*)::int from workout_photos as own
          where own.account = workouts.account and own.workout = workouts.id)`,
      })
      .where('account', '=', account)
      .where('id', '=', workout)
      .execute();

  /** In the transaction of a change, with the others of its workout. Throws what says why not. */
  async function take(transaction: DatabaseOrTransaction, owner: Owner, named: Named, ifMatch: string | undefined) {
    const own = await workoutOf(owner, named.id, transaction);
    const all = await inOrder(transaction, own);
    const row = all.find(({ id }) => id === named.photo);
    if (row === undefined) throw new Problem('unknown_photo', { detail: named.photo });
    requireMatch(ifMatch, photoTag(row));
    return { own, all, row };
  }

  /** Of a photo that there is: reads it. Nothing is read of what the caller has already. */
  const imageOf = (id: string, size: PhotoSize) => async (): Promise<Uint8Array> => {
    const bytes = await objects.get(keyOf[size](id));
    if (bytes === null) throw new Problem('unknown_photo', { detail: id });
    return bytes;
  };

  /** Of a workout that everybody may see; of every other one nothing is known. */
  async function sharedOf(id: string): Promise<Own> {
    const row = await readShared(database, id);
    if (row === null) throw new Problem('unknown_workout', { detail: id });
    return { account: row.account, workout: id };
  }

  return {
    /** As the last of the workout; under the same key once. Throws what says why not, and nothing stays then. */
    async add(owner: Owner, workout: string, readImage: () => Promise<Uint8Array>, key: string | undefined) {
      await assertRoom(database, await workoutOf(owner, workout), 0);
      const image = await readImage();
      const kept = await reencode(image).catch((error) => Promise.reject(asProblem(error)));
      const { bytes, thumbnail, width, height } = kept;
      const images = await putImages(kept);
      const request = [workout, createHash('sha256').update(image).digest('hex')];
      const scope = `addPhoto:${owner.account}`;
      try {
        return await once({ database, clock }, { scope, key, request }, async (transaction) => {
          const own = await workoutOf(owner, workout, transaction);
          const stored_bytes = bytes.length + thumbnail.length;
          const place = await assertRoom(transaction, own, stored_bytes);
          await images.keep(transaction);
          const about = { place, width, height, bytes: bytes.length, stored_bytes };
          const row = await transaction
            .insertInto('workout_photos')
            .values({ ...own, ...about, id: images.id, created_at: new Date(clock.nowMs()) })
            .returningAll()
            .executeTakeFirstOrThrow();
          await countPhotos(transaction, own);
          const headers = { location: `/v1/workouts/${workout}/photos/${row.id}`, etag: photoTag(row) };
          return { status: 201, headers, body: answerOf(row) } satisfies KeptAnswer<PhotoAnswer>;
        });
      } finally {
        // Those that were kept nobody takes away; a repeat under its key has kept nothing.
        await images.letGo();
      }
    },

    /** One query. */
    async list({ account }: Owner, workout: string): Promise<{ photos: PhotoAnswer[] }> {
      const rows = await database
        .selectFrom('workouts')
        .leftJoin('workout_photos as own', (join) =>
          join.onRef('own.account', '=', 'workouts.account').onRef('own.workout', '=', 'workouts.id'),
        )
        .selectAll('own')
        .where('workouts.account', '=', account)
        .where('workouts.id', '=', workout)
        .where('workouts.state', '=', 'held')
        .orderBy('own.place')
        .orderBy('own.id')
        .execute();
      if (rows.length === 0) throw new Problem('unknown_workout', { detail: workout });
      return { photos: rows.filter((row) => row.id !== null).map((row) => answerOf(row as PhotoRow)) };
    },

    /** One query, then the image. Throws `unknown_photo`. */
    async image({ account }: Owner, { id, photo }: Named, size: PhotoSize) {
      const found = await database
        .selectFrom('workout_photos as own')
        .innerJoin('workouts', (join) =>
          join.onRef('own.account', '=', 'workouts.account').onRef('own.workout', '=', 'workouts.id'),
        )
        .select('own.id')
        .where('own.id', '=', photo)
        .where('own.account', '=', account)
        .where('own.workout', '=', id)
        .where('workouts.state', '=', 'held')
        .executeTakeFirst();
      if (found === undefined) throw new Problem('unknown_photo', { detail: photo });
      return imageOf(photo, size);
    },

    /** Changes what is named, from the version that was seen; others keep their order. */
    async change(
      owner: Owner,
      named: Named,
      { caption, place }: Type.Static<typeof PhotoChange>,
      ifMatch: string | undefined,
    ): Promise<PhotoAnswer> {
      return database.transaction().execute(async (transaction) => {
        const { all, row } = await take(transaction, owner, named, ifMatch);
        const others = all.filter(({ id }) => id !== row.id);
        const before = all.indexOf(row);
        const now = Math.min(place ?? before, others.length);
        if (now === before && (caption ?? row.caption) === row.caption) return answerOf(row);
        for (const [at, { id, place: old }] of others.toSpliced(now, 0, row).entries()) {
          if (at === old) continue;
          await transaction.updateTable('workout_photos').set({ place: at }).where('id', '=', id).execute();
        }
        const changed = await transaction
          .updateTable('workout_photos')
          .set({ caption: caption ?? row.caption, version: row.version + 1 })
          .where('id', '=', row.id)
          .returningAll()
          .executeTakeFirstOrThrow();
        return answerOf(changed);
      });
    },

    /** Its row at once, its images as soon as the store is there. */
    async remove(owner: Owner, named: Named, ifMatch: string | undefined): Promise<void> {
      await database.transaction().execute(async (transaction) => {
        const { own, row } = await take(transaction, owner, named, ifMatch);
        await transaction.deleteFrom('workout_photos').where('id', '=', row.id).execute();
        await countPhotos(transaction, own);
        await askToForget(transaction, [row], clock.nowMs());
      });
      wakeOutbox();
    },

    /** What others are told: not when it came, nor how often it was changed. */
    async listShared(workout: string) {
      const rows = await inOrder(database, await sharedOf(workout));
      return { photos: rows.map(({ id, caption, width, height }) => ({ id, caption, width, height })) };
    },

    async sharedImage({ id, photo }: Named, size: PhotoSize) {
      const found = ofWorkout(database, await sharedOf(id))
        .select('id')
        .where('id', '=', photo);
      if ((await found.executeTakeFirst()) === undefined) throw new Problem('unknown_photo', { detail: photo });
      return imageOf(photo, size);
    },
  };
}

export type Photos = ReturnType<typeof createPhotos>;

/** The workout, and one of its photos. */
interface Named {
  readonly id: string;
  readonly photo: string;
}

function answerOf({ id, caption, width, height, bytes, created_at, version }: PhotoRow) {
  return { id, caption, width, height, bytes, createdMs: created_at.getTime(), version };
}
type PhotoAnswer = ReturnType<typeof answerOf>;

const PROBLEM_OF = {
  unsupported: 'unsupported_image',
  too_large: 'upload_too_large',
  damaged: 'refused_upload',
} as const;

function asProblem(error: unknown): unknown {
  if (!(error instanceof UnusableImageError)) return error;
  const { reason, message, rule } = error;
  const errors = [{ parameter: 'body', message, ...(rule !== undefined && { rule }) }];
  return new Problem(PROBLEM_OF[reason], { detail: `body: ${message}`, errors }, { cause: error });
}
