import { after, before, describe } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { createSilentLog } from '../../runtime/log.ts';
import type { Tables } from '../database/database.ts';
import { noPostgresql, openTestPostgresql, type TestPostgresql } from '../database/postgresql-for-tests.ts';
import { type QueueUnderTest, testJobQueue } from './conformance.ts';
import type { JobDatabase } from './job-database.ts';
import { createPgBossQueue } from './pg-boss-queue.ts';

function queuesOf(database: QueueUnderTest['database'], where: JobDatabase): QueueUnderTest {
  return {
    database,
    open(t) {
      const queue = createPgBossQueue({ database: Promise.resolve(where), log: createSilentLog() });
      t.after(queue.stop);
      return queue;
    },
  };
}

describe('jobs on a PostgreSQL', { skip: noPostgresql }, () => {
  let database: TestPostgresql;
  before(async () => {
    database = await openTestPostgresql();
  });
  after(() => database?.stop());
  testJobQueue(async () => queuesOf(database.kysely, { url: database.server.url }));
});

describe('jobs on PGlite', () => {
  let pglite: PGlite;
  before(async () => {
    pglite = await PGlite.create();
  });
  after(() => pglite.close());
  testJobQueue(async () => {
    return queuesOf(new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) }), { pglite });
  });
});
