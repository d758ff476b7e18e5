import type { ObjectStore } from '../../runtime/objects/objects.ts';
import type { Database } from '../database/database.ts';
import type { ExportedFile } from '../own-data/export/exported-file.ts';
import { photoKey } from './forget-photos.ts';

const PAGE = 100;

/** The photos of an account as they are kept, one in memory at a time. What was removed meanwhile is not among them. */
export function createExportedPhotos(deps: { database: Database; objects: Pick<ObjectStore, 'get'> }) {
  const { database, objects } = deps;
  return async function* exportedPhotos(account: string): AsyncGenerator<ExportedFile> {
    for (let after = ''; ; ) {
      const page = await database
        .selectFrom('workout_photos')
        .select(['id', 'workout'])
        .where('account', '=', account)
        .where('id', '>', after)
        .orderBy('id')
        .limit(PAGE)
        .execute();
      for (const { id, workout } of page) {
        const bytes = await objects.get(photoKey(id));
        if (bytes === null) continue;
        yield { name: `photos/${workout}-${id}.jpg`, says: 'A photo', content: only(bytes), count: () => 1 };
      }
      if (page.length < PAGE) return;
      after = page[page.length - 1].id;
    }
  };
}

export type ExportedPhotos = ReturnType<typeof createExportedPhotos>;

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
