import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { STORED_OBJECTS_SQL, type StoredObject } from '../../schemas/sql/stored-objects.ts';
import type { TestApi } from '../openapi-for-tests.ts';

/** What a backup takes from the stores of objects, by what rows tell of, is all that is in them. */
export async function assertStoredObjects({ database, objects, photoObjects }: TestApi): Promise<void> {
  const { rows } = await sql.raw<StoredObject>(STORED_OBJECTS_SQL).execute(database.kysely);
  const told = (store: string) => rows.filter((row) => row.store === store).map(({ key }) => key);
  assert.deepEqual(
    { photos: told('photos').sort(), uploads: told('uploads').sort() },
    { photos: photoObjects.keys(), uploads: objects.keys() },
  );
}
