import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { ObjectStore } from '../../../runtime/objects/objects.ts';
import type { Database } from '../../database/database.ts';
import type { DoJob } from '../../jobs/job-queue.ts';
import type { Notifications } from '../../notifications/notifications.ts';
import { forgetParts, partKey } from './parts.ts';
import type { FilesOf } from './person-source.ts';
import { zipOf } from './write-zip.ts';

export const EXPORT_QUEUE = 'write-exports';
/** For so long the file is there. */
export const KEEP_MS = 3 * 24 * 3_600_000;
/** Objects are held in memory as a whole, and so are parts. */
const PART_BYTES = 4 * 1024 * 1024;
/** More is not written: the store of objects is for everybody. */
const MAX_PARTS = 512;

export interface ExportJob {
  readonly export: string;
}

export interface RunExportDeps {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly filesOf: FilesOf;
  readonly notifications: Pick<Notifications, 'notify'>;
  /** Called when something is told to an account. */
  readonly onChanged: (account: string) => void;
}

/** The export is another's, or nobody's: somebody else writes it, or its owner is gone. */
class NotOursError extends Error {
  override name = 'NotOursError';
}

/**
 * Writes an export, part by part into the store of objects. It begins anew each time: what an attempt before has left
 * is removed first, and what this one leaves when it breaks off. Only the last step makes the file known.
 */
export function createRunExport(deps: RunExportDeps): DoJob {
  const { database, objects, clock, log, filesOf, notifications, onChanged } = deps;

  /** Makes the export this attempt's own; null when there is nothing to do. */
  async function begin(id: string) {
    const before = await database
      .selectFrom('exports')
      .innerJoin('accounts', 'accounts.id', 'exports.account')
      .select(['exports.attempt', 'exports.parts', 'account', 'accounts.athlete'])
      .where('exports.id', '=', id)
      .where('state', 'in', ['waiting', 'writing'])
      .executeTakeFirst();
    if (before === undefined) return null;
    await forgetParts(objects, { id, ...before });
    const attempt = before.attempt + 1;
    const { numUpdatedRows } = await database
      .updateTable('exports')
      .set({ state: 'writing', attempt, parts: 0, bytes: '0', progress: 0 })
      .where('id', '=', id)
      .where('attempt', '=', before.attempt)
      .executeTakeFirst();
    return numUpdatedRows === 0n ? null : { ...before, attempt };
  }

  return async function runExport(data, { isLast, signal }) {
    const { export: id } = data as ExportJob;
    const own = await begin(id);
    if (own === null) return;
    const { attempt, account, athlete } = own;
    let [parts, bytes, progress] = [0, 0, 0];

    /** Throws NotOursError when another attempt, or the deletion of the account, has come between. */
    async function note(more: object = {}): Promise<void> {
      const changed = await database
        .updateTable('exports')
        .set({ parts, bytes: String(bytes), progress, ...more })
        .where('id', '=', id)
        .where('attempt', '=', attempt)
        .executeTakeFirst();
      if (changed.numUpdatedRows === 0n) throw new NotOursError(`the export ${id} is not ours any more`);
    }

    /** Known before it is there, so that nothing is there that nobody knows of. */
    async function putPart(part: Uint8Array): Promise<void> {
      if (parts >= MAX_PARTS) throw new RangeError(`an export of more than ${MAX_PARTS * PART_BYTES} bytes`);
      parts++;
      bytes += part.length;
      await note();
      await objects.put(partKey(id, attempt, parts - 1), part);
    }

    /** Ends it and tells its owner, at once; throws NotOursError. */
    async function end(state: 'ready' | 'failed', more: object, written: number | null): Promise<void> {
      const nowMs = clock.nowMs();
      const expiresMs = nowMs + KEEP_MS;
      await database.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('exports')
          .set({ ...more, state, ended_at: new Date(nowMs), expires_at: new Date(expiresMs) })
          .where('id', '=', id)
          .where('attempt', '=', attempt)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) throw new NotOursError(`the export ${id} is not ours any more`);
        const data = { export: id, bytes: written, expiresMs: written === null ? null : expiresMs };
        await notifications.notify(transaction, { account, kind: 'export', key: id, data, eventMs: nowMs });
      });
      onChanged(account);
    }

    try {
      const onProgress = async (share: number) => {
        progress = Math.min(share, 1);
        await note();
      };
      let waiting: Uint8Array[] = [];
      let waitingBytes = 0;
      for await (const piece of zipOf(filesOf({ account, athlete }, signal, onProgress), clock.nowMs())) {
        signal.throwIfAborted();
        waiting.push(piece);
        waitingBytes += piece.length;
        if (waitingBytes < PART_BYTES) continue;
        await putPart(Buffer.concat(waiting));
        [waiting, waitingBytes] = [[], 0];
      }
      await putPart(Buffer.concat(waiting));
      await end('ready', { progress: 1 }, bytes);
      log.info({ export: id, parts, bytes }, 'an export was written');
    } catch (error) {
      await forgetParts(objects, { id, attempt, parts });
      if (error instanceof NotOursError) return;
      // What is too large stays too large.
      if (!isLast && !(error instanceof RangeError)) throw error;
      log.error({ err: error, export: id }, 'an export could not be written');
      await end('failed', { parts: 0 }, null);
    }
  };
}
