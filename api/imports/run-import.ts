import type { Selectable, Transaction, Updateable } from 'kysely';
import type { HealthRow } from '../../files/health/coalesce.ts';
import type { HealthVerdict, Verdict } from '../../files/import-verdict.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { ObjectStore } from '../../runtime/objects/objects.ts';
import { hasHealthConsent } from '../consents/consents.ts';
import type { Database, Tables } from '../database/database.ts';
import { keepExported } from '../health-stores/keep-records.ts';
import type { DoJob } from '../jobs/job-queue.ts';
import type { Notifications } from '../notifications/notifications.ts';
import type { ImportNews } from '../notifications/own-data-words.ts';
import { ImporterError, type ImportFile } from './importer.ts';
import type { ImportTables } from './tables.ts';

export const IMPORT_QUEUE = 'imports';

export interface ImportJob {
  readonly import: string;
}

export interface RunImportDeps {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly importFile: ImportFile;
  readonly clock: Clock;
  readonly notifications: Pick<Notifications, 'notify'>;
  /** Called when something is told to an account. */
  readonly onChanged: (account: string) => void;
}

type FileRow = Selectable<ImportTables['import_files']>;
type Set = Updateable<ImportTables['import_files']>;

interface Owner {
  readonly account: string;
  readonly athlete: string;
}

/** From one note of the progress to the next. */
const NOTE_EVERY_MS = 1_000;

/**
 * Imports the files that wait, one after another. What is done stays done, so a job that breaks off goes on where it
 * was; a file of which a part was sent is sent again, under the same keys, until all of it is stored.
 */
export function createRunImport(deps: RunImportDeps): DoJob {
  const { database, objects, importFile, clock, notifications, onChanged } = deps;

  const set = ({ import: id, place }: FileRow, columns: Set) =>
    database.updateTable('import_files').set(columns).where('import', '=', id).where('place', '=', place).execute();

  async function runFile(file: FileRow, { account, athlete }: Owner, signal: AbortSignal): Promise<void> {
    if (!(await hasHealthConsent(database, account))) {
      // Taken back since the upload: nothing is taken any more.
      await set(file, { state: 'failed', reason: 'consent_needed', detail: null, object: null });
      await objects.delete(file.object!);
      return;
    }
    const bytes = await objects.get(file.object!);
    if (bytes === null) {
      // The store forgets what waited for too long.
      await set(file, { state: 'failed', reason: 'gone', detail: null, object: null });
      return;
    }
    await set(file, { state: 'reading' });
    let notedMs = clock.monotonicMs();
    let noting: Promise<unknown> = Promise.resolve();
    const onProgress = (share: number) => {
      if (clock.monotonicMs() - notedMs < NOTE_EVERY_MS) return;
      notedMs = clock.monotonicMs();
      noting = noting.then(() => set(file, { share: Math.min(1, share) }));
      // It is waited for below; until then nobody looks.
      noting.catch(() => undefined);
    };
    const onRows = (rows: readonly HealthRow[]) => keepExported(database, account, rows, clock.nowMs());
    const verdict = await importFile({ bytes, athlete, signal, onProgress, onRows });
    await noting;
    await set(file, { ...columnsOf(verdict), object: null });
    await objects.delete(file.object!);
  }

  /** Ends it and tells its owner, at once: a job that comes again after that has nothing to do. */
  async function end(id: string, { account }: Owner): Promise<void> {
    const nowMs = clock.nowMs();
    const isEnded = await database.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('imports')
        .set({ ended_at: new Date(nowMs) })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      const data = await countEnds(transaction, id);
      await notifications.notify(transaction, { account, kind: 'import', key: id, data, eventMs: nowMs });
      return true;
    });
    if (isEnded) onChanged(account);
  }

  return async function runImport(data, { isLast, signal }) {
    const { import: id } = data as ImportJob;
    const owner = await database
      .selectFrom('imports')
      .innerJoin('accounts', 'accounts.id', 'imports.account')
      .select(['accounts.id as account', 'accounts.athlete'])
      .where('imports.id', '=', id)
      .executeTakeFirst();
    // The account is gone, and the import with it.
    if (owner === undefined) return;
    const files = await database
      .selectFrom('import_files')
      .selectAll()
      .where('import', '=', id)
      .where('state', 'in', ['waiting', 'reading'])
      .orderBy('place')
      .execute();
    for (const file of files) {
      signal.throwIfAborted();
      try {
        await runFile(file, owner, signal);
      } catch (error) {
        if (!isLast || !(error instanceof ImporterError)) throw error;
        await set(file, { state: 'failed', reason: 'not_taken', detail: null });
      }
    }
    await end(id, owner);
  };
}

/** How many files of an import came to each end. */
async function countEnds(transaction: Transaction<Tables>, id: string): Promise<ImportNews> {
  const rows = await transaction
    .selectFrom('import_files')
    .select(['state', ({ fn }) => fn.countAll<string>().as('count')])
    .where('import', '=', id)
    .groupBy('state')
    .execute();
  const countOf = (state: FileRow['state']) => Number(rows.find((row) => row.state === state)?.count ?? 0);
  return { import: id, stored: countOf('stored'), refused: countOf('refused'), failed: countOf('failed') };
}

function columnsOf(verdict: Verdict): Set {
  if (verdict.kind === 'refused') return { state: 'refused', reason: verdict.reason, detail: verdict.detail };
  if (verdict.kind === 'health') return columnsOfExport(verdict);
  const { activities, source } = verdict;
  const damage = activities.flatMap((one) => [
    ...one.damage.map(({ reason }) => reason),
    ...Object.keys(one.sent.dead),
  ]);
  return {
    ...{ state: 'stored', share: 1, source, damage: [...new Set<string>(damage)] },
    first_at: new Date(Math.min(...activities.map(({ startMs }) => startMs))),
    last_at: new Date(Math.max(...activities.map(({ endMs }) => endMs))),
  };
}

function columnsOfExport({ records, workouts, notTaken, damage, sent, span }: HealthVerdict): Set {
  const reasons = [...damage.map(({ reason }) => reason), ...Object.keys(sent.dead)];
  return {
    ...{ state: 'stored', share: 1, damage: [...new Set<string>(reasons)] },
    health: JSON.stringify({ records, workouts, notTaken }),
    ...(span !== null && { first_at: new Date(span.startMs), last_at: new Date(span.endMs) }),
  };
}
