import type { Dialect, Kysely } from 'kysely';
import { noPostgresql, startTestPostgresql, type TestPostgresqlServer } from '../../stack/postgresql-for-tests.ts';
import { createTestDatabase, type TestDatabase } from './database-for-tests.ts';
import { migrate, migrationsFolder, readMigrations } from './migrate.ts';
import { createPostgresDialect } from './postgres.ts';

export { noPostgresql };

export type TestPostgresql = TestDatabase & {
  readonly server: TestPostgresqlServer;
  stop(): Promise<void>;
};

/** A server, and a database in it that is up to the last migration. */
export async function openTestPostgresql(): Promise<TestPostgresql> {
  const server = await startTestPostgresql();
  const dialect: Dialect = createPostgresDialect({ url: server.url, maxConnections: 4, timeoutMs: 20_000 });
  const database = createTestDatabase(dialect);
  await migrate(database.kysely as unknown as Kysely<never>, readMigrations(migrationsFolder));
  return {
    ...database,
    server,
    async stop() {
      await database.kysely.destroy();
      await server.stop();
    },
  };
}
