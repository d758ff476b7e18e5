import { after, before, describe } from 'node:test';
import { createTestApi } from '../api-for-tests.ts';
import { noPostgresql, openTestPostgresql } from '../database/postgresql-for-tests.ts';
import { AFTER_MS, testHealthStores } from './conformance.ts';

describe('health stores on a PostgreSQL', { skip: noPostgresql }, () => {
  let database: Awaited<ReturnType<typeof openTestPostgresql>>;
  before(async () => {
    database = await openTestPostgresql();
  });
  after(() => database?.stop());

  testHealthStores((t) => createTestApi(t, { database, startMs: AFTER_MS }));
});
