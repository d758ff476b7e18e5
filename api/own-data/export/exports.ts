import { randomBytes } from 'node:crypto';
import type { Clock, Timer } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { ObjectStore } from '../../../runtime/objects/objects.ts';
import type { AccountService } from '../../accounts/account-service.ts';
import { writeAudit } from '../../accounts/audit.ts';
import { LETTERS, type Letter } from '../../accounts/letters.ts';
import type { Whence } from '../../accounts/sessions.ts';
import type { AccountCaller } from '../../caller.ts';
import type { Database } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/database.ts';
import type { JobQueue } from '../../jobs/job-queue.ts';
import { putOutbox } from '../../outbox/outbox.ts';
import { Problem } from '../../problem.ts';
import { forgetParts, readParts } from './parts.ts';
import { EXPORT_QUEUE, type ExportJob } from './run-export.ts';

export interface ExportsDeps {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly jobs: Pick<JobQueue, 'put'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly accounts: Pick<AccountService, 'assertPassword'>;
  /** Called after a letter was written. */
  readonly wakeLetters: () => void;
}

type Owner = Pick<AccountCaller, 'account'>;

/** Files of one person at a time, with those that failed: more are asked for when one of them is removed. */
const MAX_KEPT = 5;
const SWEEP_MS = 3_600_000;
const MAX_SWEPT = 100;

/** All that is kept of a person as one file: asked for → waiting → writing → ready → removed after three days. */
export function createExports({ database, objects, jobs, clock, log, accounts, wakeLetters }: ExportsDeps) {
  const kept = ({ account }: Owner) =>
    database
      .selectFrom('exports')
      .selectAll()
      .where('account', '=', account)
      .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', new Date(clock.nowMs()))]));

  async function list(owner: Owner) {
    return { exports: (await kept(owner).orderBy('created_at', 'desc').execute()).map(answerOf) };
  }

  async function one(owner: Owner, id: string) {
    const found = await kept(owner).where('id', '=', id).executeTakeFirst();
    if (found === undefined) throw new Problem('unknown_export', { detail: id });
    return found;
  }

  /** Files whose time is over. What cannot be removed now is tried again. */
  async function forgetOld(): Promise<void> {
    const over = database.selectFrom('exports').select(['id', 'attempt', 'parts']).limit(MAX_SWEPT);
    for (const row of await over.where('expires_at', '<=', new Date(clock.nowMs())).execute()) {
      await forgetParts(objects, row);
      await database.deleteFrom('exports').where('id', '=', row.id).execute();
    }
  }

  let sweeping: Timer | null = null;
  return {
    list,
    forgetOld,
    start(): void {
      sweeping ??= clock.setRepeating(() => {
        forgetOld().catch((err) => log.warn({ err }, 'exports that are over stay; it is tried again'));
      }, SWEEP_MS);
    },
    async stop(): Promise<void> {
      sweeping?.cancel();
    },

    /** Throws `wrong_credentials`, `export_under_way`, `too_many_exports`. */
    async ask(owner: Owner, password: string, from: Whence) {
      const { account } = owner;
      await accounts.assertPassword(account, password, from);
      const { exports } = await list(owner);
      if (exports.some(({ state }) => state === 'waiting' || state === 'writing'))
        throw new Problem('export_under_way');
      if (exports.length >= MAX_KEPT) throw new Problem('too_many_exports');
      const id = randomBytes(8).toString('hex');
      const nowMs = clock.nowMs();
      try {
        await database.transaction().execute(async (transaction) => {
          await transaction
            .insertInto('exports')
            .values({ id, account, state: 'waiting', created_at: new Date(nowMs), ended_at: null, expires_at: null })
            .execute();
          const entry = { atMs: nowMs, actor: `account:${account}`, account, address: from.ip };
          await writeAudit(transaction, { ...entry, act: 'export_asked', detail: { export: id } });
          await jobs.put(transaction, EXPORT_QUEUE, { export: id } satisfies ExportJob);
          const { email } = await transaction
            .selectFrom('accounts')
            .select('email')
            .where('id', '=', account)
            .executeTakeFirstOrThrow();
          // Told whatever they chose to be told of: it may not be them.
          await putOutbox(transaction, LETTERS, { letter: 'export_asked', email } satisfies Letter, nowMs);
        });
      } catch (error) {
        if (isUniqueViolation(error)) throw new Problem('export_under_way', {}, { cause: error });
        throw error;
      }
      wakeLetters();
      return answerOf(await one(owner, id));
    },

    read: async (owner: Owner, id: string) => answerOf(await one(owner, id)),

    /** The file. Throws `unknown_export`, `export_not_ready`. */
    async open(owner: Owner, id: string, { ip }: Whence) {
      const found = await one(owner, id);
      if (found.state !== 'ready') throw new Problem('export_not_ready', { detail: found.state });
      const { account } = owner;
      const entry = { atMs: clock.nowMs(), actor: `account:${account}`, account, address: ip };
      await writeAudit(database, { ...entry, act: 'export_downloaded', detail: { export: id } });
      return { bytes: Number(found.bytes), createdMs: found.created_at.getTime(), parts: readParts(objects, found) };
    },
  };

  type Row = Awaited<ReturnType<typeof one>>;

  function answerOf({ id, state, progress, bytes, created_at, ended_at, expires_at }: Row) {
    return {
      ...{ id, state, progress: state === 'ready' ? 1 : progress, bytes: Number(bytes) },
      ...{ createdMs: created_at.getTime(), endedMs: ended_at?.getTime() ?? null },
      expiresMs: expires_at?.getTime() ?? null,
    };
  }
}

export type Exports = ReturnType<typeof createExports>;
