import { after, before, describe } from 'node:test';
import { createTestApi } from './api-for-tests.ts';
import { testSimpleReads } from './conformance-of-reads.ts';
import { noPostgresql, openTestPostgresql } from './database/postgresql-for-tests.ts';

describe('simple reads of a PostgreSQL', { skip: noPostgresql }, () => {
  let database: Awaited<ReturnType<typeof openTestPostgresql>>;
  before(async () => {
    database = await openTestPostgresql();
  });
  after(() => database?.stop());

  testSimpleReads(
    () => database,
    (t) => createTestApi(t, { database }),
  );
});
