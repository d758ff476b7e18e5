import { after, before, describe } from 'node:test';
import { createTestApi } from '../../api-for-tests.ts';
import { noPostgresql, openTestPostgresql } from '../../database/postgresql-for-tests.ts';
import { testWorkoutEdits } from './conformance.ts';

describe('joins and splits on a PostgreSQL', { skip: noPostgresql }, () => {
  let database: Awaited<ReturnType<typeof openTestPostgresql>>;
  before(async () => {
    database = await openTestPostgresql();
  });
  after(() => database?.stop());

  testWorkoutEdits((t) => createTestApi(t, { database }));
});
