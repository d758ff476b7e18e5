import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { type Kysely, sql } from 'kysely';
import { StartError } from '../../runtime/service.ts';

/** One numbered step, `012-goals.sql`. Once released its text stays as it is: a change is a new step. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
}

/** Of this project, for PostgreSQL's advisory locks. */
const LOCK = 0x511b;
const FILE = /^(\d{3})-([a-z0-9-]+)\.sql$/;

/** The steps in `folder` by number. Throws StartError for another name, or a number that is missing or there twice. */
export function readMigrations(folder: URL): Migration[] {
  return readdirSync(folder)
    .sort()
    .map((file, i) => {
      const [, number, name] = FILE.exec(file) ?? [];
      if (Number(number) !== i + 1)
        throw new StartError(`${file} is not migration ${i + 1}: NNN-name.sql, without gaps`);
      return { number: i + 1, name, text: readFileSync(new URL(file, folder), 'utf8') };
    });
}

export const migrationsFolder = new URL('./migrations/', import.meta.url);

/**
 * Brings a database up to the last step: all that is missing in one transaction, under a lock, so that of several
 * processes that start at once one does it. Returns the names of the steps made. Throws StartError when a step that
 * was made is another one now, or when the database has steps that this version does not know.
 */
export async function migrate(db: Kysely<never>, migrations: readonly Migration[]): Promise<string[]> {
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(transaction);
    await sql`create table if not exists migrations (
      number integer primary key, name text not null, sha256 text not null,
      applied_at timestamptz not null default now())`.execute(transaction);
    const { rows } = await sql<Applied>`select number, name, sha256 from migrations order by number`.execute(
      transaction,
    );
    assertSame(rows, migrations);
    const missing = migrations.slice(rows.length);
    for (const { number, name, text } of missing) {
      for (const statement of statementsOf(text)) await sql.raw(statement).execute(transaction);
      await sql`insert into migrations (number, name, sha256) values (${number}, ${name}, ${sha256(text)})`.execute(
        transaction,
      );
    }
    return missing.map(({ number, name }) => `${String(number).padStart(3, '0')}-${name}`);
  });
}

function assertSame(applied: readonly Applied[], known: readonly Migration[]): void {
  for (const { number, name, sha256: before } of applied) {
    const now = known[number - 1];
    if (now === undefined) {
      throw new StartError(`the database has migration ${number} (${name}), which is newer than this version`);
    }
    if (now.name !== name || sha256(now.text) !== before) {
      throw new StartError(`migration ${number} (${name}) is not what was applied: a change has to be a new step`);
    }
  }
}

/** A statement ends with the semicolon that ends its line. Comments stand on lines of their own. */
function statementsOf(text: string): string[] {
  const code = text.replace(/^\s*--.*$/gm, '');
  return code
    .split(/;[ \t]*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
