import { after, before, describe } from 'node:test';
import { createTestApi } from '../api-for-tests.ts';
import { noPostgresql, openTestPostgresql } from '../database/postgresql-for-tests.ts';
import { testConsents } from './conformance.ts';

describe('consents on a PostgreSQL', { skip: noPostgresql }, () => {
  let database: Awaited<ReturnType<typeof openTestPostgresql>>;
  before(async () => {
    database = await openTestPostgresql();
  });
  after(() => database?.stop());

  testConsents((t) => createTestApi(t, { database }));
});
