import { randomBytes } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import type { ObjectStore } from '../../runtime/objects/objects.ts';
import type { AccountCaller } from '../caller.ts';
import { assertHealthConsent } from '../consents/consents.ts';
import type { Database } from '../database/database.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import { Problem } from '../problem.ts';
import { once } from '../requests/idempotency.ts';
import { pageOf, readPage } from '../requests/paging.ts';
import { IMPORT_QUEUE, type ImportJob } from './run-import.ts';
import type { FileState } from './statements.ts';
import type { ImportTables } from './tables.ts';
import type { UploadedFile } from './uploaded-files.ts';

export interface ImportsDeps {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly jobs: Pick<JobQueue, 'put'>;
  readonly clock: Clock;
}

type Owner = Pick<AccountCaller, 'account'>;
type FileRow = Selectable<ImportTables['import_files']>;
type NewFileRow = Omit<FileRow, 'health'>;

/** Imports of one account that are not done yet. */
const MAX_OPEN_IMPORTS = 20;
const DONE: readonly FileRow['state'][] = ['stored', 'refused', 'failed'];

/** What a person uploaded, and what became of it. */
export function createImports({ database, objects, jobs, clock }: ImportsDeps) {
  /**
   * Takes files for the background: all of them, or nothing. They are in the object store before anybody is told of
   * them. Throws what `files` throws, `consent_needed`, `imports_waiting`, `key_reused`.
   */
  async function take(owner: Owner, files: AsyncIterable<UploadedFile>, key: string | undefined) {
    await assertHealthConsent(database, owner.account);
    await assertFew(owner);
    const id = randomBytes(8).toString('hex');
    const rows: NewFileRow[] = [];
    const digests: string[] = [];
    try {
      for await (const { name, unpackedBytes, bytes, ...rest } of files) {
        const place = rows.length;
        const object = bytes === null ? null : `${id}/${place}`;
        const state = bytes === null ? ('refused' as const) : ('waiting' as const);
        const why =
          rest.refused === null ? { reason: null, detail: null } : { reason: rest.refused, detail: rest.detail };
        const unknown = { share: 0, source: null, first_at: null, last_at: null, damage: [] };
        rows.push({ import: id, place, name, bytes: unpackedBytes, object, state, ...why, ...unknown });
        digests.push(`${name} ${unpackedBytes} ${bytes === null ? '' : await digestOf(bytes)}`);
        if (bytes !== null) await objects.put(object!, bytes);
      }
      const scope = `createImport:${owner.account}`;
      const answer = await once({ database, clock }, { scope, key, request: digests }, async (transaction) => {
        const created_at = new Date(clock.nowMs());
        const isDone = rows.every(({ state }) => DONE.includes(state));
        const ended_at = isDone ? created_at : null;
        await transaction.insertInto('imports').values({ id, account: owner.account, created_at, ended_at }).execute();
        await transaction.insertInto('import_files').values(rows).execute();
        if (!isDone) await jobs.put(transaction, IMPORT_QUEUE, { import: id } satisfies ImportJob);
        return { status: 202, headers: { location: `/v1/imports/${id}` }, body: { id } };
      });
      if (answer.body.id !== id) await forget(rows);
      return answer;
    } catch (error) {
      await forget(rows);
      throw error;
    }
  }

  /** What cannot be taken back now, the store forgets by itself. */
  async function forget(rows: readonly NewFileRow[]): Promise<void> {
    await Promise.allSettled(rows.flatMap(({ object }) => (object === null ? [] : [objects.delete(object)])));
  }

  async function assertFew({ account }: Owner): Promise<void> {
    const open = database.selectFrom('imports').where('account', '=', account).where('ended_at', 'is', null);
    const { count } = await open.select(sql<number>`count(*)::int`.as('count')).executeTakeFirstOrThrow();
    if (count >= MAX_OPEN_IMPORTS) throw new Problem('imports_waiting', { detail: `${count} are not done yet` });
  }

  return {
    take,

    /** One page, the newest first. */
    async list({ account }: Owner, query: { limit?: number; cursor?: string }) {
      const { limit, after } = readPage(query, [/^\d{1,15}$/, /^[0-9a-f]{16}$/]);
      let page = database
        .selectFrom('imports')
        .innerJoin('import_files', 'import_files.import', 'imports.id')
        .select([
          ...(['imports.id', 'imports.created_at', 'imports.ended_at'] as const),
          sql<number>`count(*)::int`.as('files'),
          sql<number>`avg(case when state in ('waiting', 'reading') then share else 1 end)`.as('progress'),
        ])
        .where('imports.account', '=', account)
        .groupBy('imports.id')
        .orderBy('imports.created_at', 'desc')
        .orderBy('imports.id', 'desc')
        .limit(limit + 1);
      if (after !== null) {
        page = page.where(
          sql<boolean>`(imports.created_at, imports.id) < (${new Date(Number(after[0]))}, ${after[1]})`,
        );
      }
      const rows = await page.execute();
      const found = pageOf(rows, limit, ({ created_at, id }) => [String(created_at.getTime()), id]);
      const imports = found.page.map(({ files, progress, ...head }) => ({ ...headOf(head), progress, files }));
      return { imports, next: found.next };
    },

    /** Throws `unknown_import`. */
    async one({ account }: Owner, id: string) {
      const own = database.selectFrom('imports').select(['id', 'created_at', 'ended_at']);
      const found = await own.where('account', '=', account).where('id', '=', id).executeTakeFirst();
      if (found === undefined) throw new Problem('unknown_import', { detail: id });
      const rows = await database
        .selectFrom('import_files')
        .selectAll()
        .where('import', '=', id)
        .orderBy('place')
        .execute();
      const [made, earlier] = await Promise.all([workoutsOf(account, rows), earlierOf(account, found, rows)]);
      const files = rows.map((row, i) => {
        const isIn = (before: readonly FileRow[]) => before.some(({ source }) => source === row.source);
        const isRepeated = row.source !== null && (earlier.has(row.source) || isIn(rows.slice(0, i)));
        return { ...fileAnswer(row, made), isRepeated };
      });
      const progress = files.reduce((sum, file) => sum + file.progress, 0) / files.length;
      return { ...headOf(found), progress, files };
    },
  };

  /** Those of the sources that an import before this one had already. */
  async function earlierOf(
    account: string,
    { id, created_at }: { id: string; created_at: Date },
    rows: readonly FileRow[],
  ): Promise<ReadonlySet<string | null>> {
    const sources = rows.flatMap(({ source }) => source ?? []);
    if (sources.length === 0) return new Set();
    const found = await database
      .selectFrom('import_files')
      .innerJoin('imports', 'imports.id', 'import_files.import')
      .select('source')
      .distinct()
      .where('account', '=', account)
      .where('source', 'in', sources)
      .where(sql<boolean>`(imports.created_at, imports.id) < (${created_at}, ${id})`)
      .execute();
    return new Set(found.map(({ source }) => source));
  }

  /** The workouts that some of the files are in. */
  async function workoutsOf(account: string, rows: readonly FileRow[]): Promise<WorkoutOfFiles[]> {
    const stored = rows.filter(({ source }) => source !== null);
    if (stored.length === 0) return [];
    const times = (of: 'first_at' | 'last_at') => stored.map((row) => row[of]!.getTime());
    return database
      .selectFrom('workouts')
      .select(['id', 'sources'])
      .where('account', '=', account)
      .where('state', '=', 'held')
      .where('ended_at', '>=', new Date(Math.min(...times('first_at'))))
      .where('started_at', '<=', new Date(Math.max(...times('last_at'))))
      .where(sql<boolean>`sources && ${stored.map(({ source }) => source)}::text[]`)
      .orderBy('started_at')
      .execute();
  }
}

export type Imports = ReturnType<typeof createImports>;

interface WorkoutOfFiles {
  readonly id: string;
  readonly sources: readonly string[];
}

const headOf = ({ id, created_at, ended_at }: { id: string; created_at: Date; ended_at: Date | null }) => ({
  ...{ id, createdMs: created_at.getTime(), endedMs: ended_at?.getTime() ?? null },
});

function fileAnswer(row: FileRow, made: readonly WorkoutOfFiles[]) {
  const { name, bytes, state, share, source, reason, detail, damage, health } = row;
  const own = made.filter(({ sources }) => source !== null && sources.includes(source));
  const isMerged = own.some(({ sources }) => sources.some((one) => one !== source));
  const told: FileState = state !== 'stored' || own.length === 0 ? state : isMerged ? 'merged' : 'imported';
  const progress = DONE.includes(state) ? 1 : share;
  return { name, bytes, state: told, progress, workouts: own.map(({ id }) => id), reason, detail, damage, health };
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('hex');
}
