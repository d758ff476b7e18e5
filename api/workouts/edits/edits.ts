import { randomUUID } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../../runtime/clock.ts';
import type { AccountCaller } from '../../caller.ts';
import type { Database, DatabaseOrTransaction } from '../../database/database.ts';
import { putOutbox } from '../../outbox/outbox.ts';
import { invalidParameter, Problem } from '../../problem.ts';
import { requireMatch } from '../../requests/etag.ts';
import { type KeptAnswer, once } from '../../requests/idempotency.ts';
import { type WorkoutRow, workoutTag } from '../answer.ts';
import type { ChangeAct } from '../tables.ts';
import { EDIT_WORKOUTS, type EditsDue } from './deliver-edits.ts';
import { assertJoinable, assertSplittable } from './rules.ts';
import type { EditKind, WorkoutEditTables } from './tables.ts';

export interface WorkoutEditsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly wakeOutbox: () => void;
}

type Owner = Pick<AccountCaller, 'account'>;
type EditRow = Selectable<WorkoutEditTables['workout_edits']>;
/** As CONFIG has room for. */
export const MAX_EDITS = 200;

/**
 * Makes one workout of several, or two of one. Nothing is reckoned here: how the athlete's time is to be cut is told to
 * processors, which find the activities again in the stored samples, and their facts change the history
 * (docs/decisions/052).
 */
export function createWorkoutEdits({ database, clock, wakeOutbox }: WorkoutEditsDeps) {
  const holding = (from: DatabaseOrTransaction, { account }: Owner) =>
    from.selectFrom('workout_edits').selectAll().where('account', '=', account).where('undone_at', 'is', null);

  /** One edit of an account at a time. */
  const lock = (transaction: DatabaseOrTransaction, { account }: Owner) =>
    transaction.selectFrom('accounts').select('id').where('id', '=', account).forUpdate().execute();

  const measured = (from: DatabaseOrTransaction, { account }: Owner) =>
    from.selectFrom('workouts').selectAll().where('account', '=', account).where('state', '=', 'held');

  async function assertRoom(transaction: DatabaseOrTransaction, owner: Owner, kind: EditKind, more: number) {
    const known = await holding(transaction, owner).where('kind', '=', kind).execute();
    if (known.length + more > MAX_EDITS) throw new Problem('too_many_edits', { detail: `${MAX_EDITS} are the most` });
  }

  /** Tells processors, and says in each workout's history what its owner did. */
  async function settle(
    transaction: DatabaseOrTransaction,
    { account }: Owner,
    { act, rows, span }: { act: ChangeAct; rows: readonly WorkoutRow[]; span: Omit<EditsDue, 'account'> },
  ): Promise<void> {
    const ids = rows.map(({ id }) => id);
    const at = new Date(clock.nowMs());
    if (rows.length > 0) {
      // Whoever looked before has to look again.
      const grown = { version: sql<number>`version + 1` };
      await transaction
        .updateTable('workouts')
        .set(grown)
        .where('account', '=', account)
        .where('id', 'in', ids)
        .execute();
      const after = JSON.stringify({ workouts: ids, ...(act === 'split' && { atMs: span.splitMs }) });
      const change = { account, at, actor: 'owner', act, before: '{}', after };
      await transaction
        .insertInto('workout_changes')
        .values(ids.map((workout) => ({ ...change, workout })))
        .execute();
    }
    const { fromMs, untilMs } = span;
    await putOutbox(transaction, EDIT_WORKOUTS, { account, fromMs, untilMs } satisfies EditsDue, clock.nowMs());
  }

  const insert = (transaction: DatabaseOrTransaction, row: Omit<EditRow, 'id' | 'created_at' | 'undone_at'>) =>
    transaction
      .insertInto('workout_edits')
      .values({ ...row, id: randomUUID(), created_at: new Date(clock.nowMs()), undone_at: null })
      .returningAll()
      .executeTakeFirstOrThrow();

  const undoIn = (transaction: DatabaseOrTransaction, ids: readonly string[]) =>
    transaction
      .updateTable('workout_edits')
      .set({ undone_at: new Date(clock.nowMs()) })
      .where('id', 'in', ids)
      .execute();

  /** Whether the history shows what was asked for. */
  async function withState(from: DatabaseOrTransaction, owner: Owner, rows: readonly EditRow[]) {
    const firsts = rows.map((row) => (row.kind === 'split' ? row.from_at : row.until_at));
    const begun = firsts.length === 0 ? [] : await measured(from, owner).where('started_at', 'in', firsts).execute();
    const starts = new Set(begun.map(({ started_at }) => started_at.getTime()));
    return rows.map((row) => {
      // Where a split is, one begins; where two were joined, none does.
      const isDone =
        starts.has((row.kind === 'split' ? row.from_at : row.until_at).getTime()) === (row.kind === 'split');
      return {
        ...{ id: row.id, kind: row.kind, workouts: row.workouts },
        ...{ fromMs: row.from_at.getTime(), untilMs: row.until_at.getTime(), createdMs: row.created_at.getTime() },
        state: isDone ? ('done' as const) : ('waiting' as const),
      };
    });
  }

  return {
    /**
     * Makes one of several, under the same key once. Where a split lies between two of them it is undone. Throws
     * `unknown_workout`, `changed_meanwhile`, `too_many_edits` and `invalid_request`.
     */
    async join(owner: Owner, asked: readonly { id: string; version: number }[], key: string | undefined) {
      const scope = `joinWorkouts:${owner.account}`;
      const answer = await once({ database, clock }, { scope, key, request: asked }, async (transaction) => {
        await lock(transaction, owner);
        const ids = asked.map(({ id }) => id);
        if (new Set(ids).size < ids.length)
          throw invalidParameter('workouts', 'one of them is named twice', 'named_twice');
        const rows = await measured(transaction, owner).where('id', 'in', ids).forUpdate().execute();
        asked.forEach(({ id, version }) => {
          const row = rows.find((one) => one.id === id);
          if (row === undefined) throw new Problem('unknown_workout', { detail: id });
          if (row.version !== version)
            throw new Problem('changed_meanwhile', { detail: `${id} is ${row.version} now` });
        });
        rows.sort((a, b) => a.started_at.getTime() - b.started_at.getTime());
        const [first, last] = [rows[0], rows[rows.length - 1]];
        const between = await measured(transaction, owner)
          .where('source', '=', 'stream')
          .where('started_at', '>', first.started_at)
          .where('started_at', '<', last.started_at)
          .where('id', 'not in', ids)
          .execute();
        assertJoinable(rows, between, ids);
        const known = await holding(transaction, owner).execute();
        const made: EditRow[] = [];
        await assertRoom(transaction, owner, 'join', rows.length - 1);
        for (const [i, row] of rows.entries()) {
          if (i === 0) continue;
          const before = rows[i - 1];
          const own = { account: owner.account, kind: 'join' as const, workouts: [before.id, row.id] };
          const split = known.find((one) => one.kind === 'split' && one.from_at.getTime() === row.started_at.getTime());
          if (split !== undefined) await undoIn(transaction, [split.id]);
          else made.push(await insert(transaction, { ...own, from_at: before.ended_at, until_at: row.started_at }));
        }
        const span = { fromMs: first.started_at.getTime(), untilMs: last.ended_at.getTime() };
        await settle(transaction, owner, { act: 'joined', rows, span });
        const body = { edits: await withState(transaction, owner, made) };
        return { status: 202, headers: {}, body } satisfies KeptAnswer<object>;
      });
      wakeOutbox();
      return answer.body;
    },

    /** Makes two of one. Throws `unknown_workout`, `if_match_needed`, `changed_meanwhile`, `invalid_request`. */
    async split(owner: Owner, id: string, atMs: number, ifMatch: string | undefined) {
      const edit = await database.transaction().execute(async (transaction) => {
        await lock(transaction, owner);
        const row = await measured(transaction, owner).where('id', '=', id).forUpdate().executeTakeFirst();
        if (row === undefined) throw new Problem('unknown_workout', { detail: id });
        requireMatch(ifMatch, workoutTag(row));
        const moment = new Date(Math.floor(atMs / 1_000) * 1_000);
        assertSplittable(row, moment.getTime());
        const known = await holding(transaction, owner)
          .where('from_at', '<=', moment)
          .where('until_at', '>=', moment)
          .executeTakeFirst();
        if (known !== undefined) {
          const why = `it is ${known.kind === 'join' ? 'where two were joined' : 'split there'}`;
          throw invalidParameter('atMs', why, 'edited_there');
        }
        await assertRoom(transaction, owner, 'split', 1);
        const own = { account: owner.account, kind: 'split' as const, workouts: [id] };
        const made = await insert(transaction, { ...own, from_at: moment, until_at: moment });
        const span = {
          ...{ fromMs: row.started_at.getTime(), untilMs: row.ended_at.getTime() },
          splitMs: moment.getTime(),
        };
        await settle(transaction, owner, { act: 'split', rows: [row], span });
        return (await withState(transaction, owner, [made]))[0];
      });
      wakeOutbox();
      return edit;
    },

    /** Those that hold, the newest first. */
    async list(owner: Owner) {
      const rows = await holding(database, owner)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(2 * MAX_EDITS)
        .execute();
      return { edits: await withState(database, owner, rows) };
    },

    /** All is found again as the samples show it. Throws `unknown_edit`. */
    async undo(owner: Owner, id: string): Promise<void> {
      await database.transaction().execute(async (transaction) => {
        await lock(transaction, owner);
        const edit = await holding(transaction, owner).where('id', '=', id).executeTakeFirst();
        if (edit === undefined) throw new Problem('unknown_edit', { detail: id });
        await undoIn(transaction, [id]);
        const rows = await measured(transaction, owner)
          .where('source', '=', 'stream')
          .where('started_at', '<=', edit.until_at)
          .where('ended_at', '>=', edit.from_at)
          .execute();
        const moments = rows.flatMap(({ started_at, ended_at }) => [started_at.getTime(), ended_at.getTime()]);
        const span = {
          fromMs: Math.min(edit.from_at.getTime(), ...moments),
          // A span has a length.
          untilMs: Math.max(edit.until_at.getTime() + 1, ...moments),
        };
        await settle(transaction, owner, { act: 'restored', rows, span });
      });
      wakeOutbox();
    },
  };
}

export type WorkoutEdits = ReturnType<typeof createWorkoutEdits>;
