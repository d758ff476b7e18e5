/** An object that a row of PostgreSQL tells of. */
export interface StoredObject {
  readonly store: 'photos' | 'uploads';
  readonly key: string;
}

/**
 * Every object that is to be there by what PostgreSQL says, in a steady order: photos with their thumbnails, files that
 * wait to be imported, and exports that are whole. A test of the API holds it to what its own code puts away.
 */
export const STORED_OBJECTS_SQL = `
select 'photos' as store, id || '/' || part as key
  from workout_photos cross join (values ('photo'), ('thumbnail')) as parts (part)
union all
select 'uploads', object from import_files where object is not null
union all
select 'uploads', 'exports/' || id || '/' || attempt || '-' || part
  from exports cross join lateral generate_series(0, parts - 1) as part where state = 'ready'
order by 1, 2`;
