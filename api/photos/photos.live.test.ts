import { after, before, describe } from 'node:test';
import { createTestApi } from '../api-for-tests.ts';
import { noPostgresql, openTestPostgresql } from '../database/postgresql-for-tests.ts';
import { testPhotos } from './conformance.ts';

describe('photos, on a PostgreSQL', { skip: noPostgresql }, () => {
  let database: Awaited<ReturnType<typeof openTestPostgresql>>;
  before(async () => {
    database = await openTestPostgresql();
  });
  after(() => database?.stop());

  testPhotos((t) => createTestApi(t, { database }));
});
