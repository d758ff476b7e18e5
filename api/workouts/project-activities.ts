import { sql } from 'kysely';
import type { WorkoutFact } from '../../schemas/facts.ts';
import { FILE_SOURCE_PATTERN } from '../../schemas/identity.ts';
import type { Database, DatabaseOrTransaction } from '../database/database.ts';
import { askToLook, type GoalsDue } from '../goals/ask-to-look.ts';
import { putOutbox } from '../outbox/outbox.ts';
import { countEvent } from '../product/counting.ts';
import { measuredOf, type WorkoutRow } from './answer.ts';
import { COUNT_WORKOUT, countedOf } from './counted.ts';

/**
 * Writes what the stream says of an activity into the history of its athlete's account; of an athlete without one
 * nothing. It may be called again with any fact, in any order: of each activity the greatest (revision, epoch) holds.
 * What its owner removed stays removed. True when it was newer.
 */
export async function applyWorkoutFact(database: Database, fact: WorkoutFact, nowMs: number): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    const row = await upsert(transaction, fact);
    if (row === undefined) return false;
    await countLogged(transaction, fact, row, nowMs);
    await askToLook(transaction, goalsDueBy(fact, row), nowMs);
    const moved = row.state === 'removed' ? null : await moveStatements(transaction, row, nowMs);
    for (const one of moved ?? []) {
      await putOutbox(transaction, COUNT_WORKOUT, countedOf(fact.activity.athlete, one), nowMs);
    }
    return true;
  });
}

type AppliedRow = WorkoutRow & { readonly isNew: boolean };

function goalsDueBy({ kind, activity }: WorkoutFact, { account }: WorkoutRow): GoalsDue {
  const { athlete, id, revision, startMs } = activity;
  return { account, athlete, startMs, activity: { id, revision, isWithdrawn: kind === 'workout.withdrawn' } };
}

/** Once for each activity, when its first revision comes. */
async function countLogged(
  transaction: DatabaseOrTransaction,
  { activity: { origins } }: WorkoutFact,
  { account, id, state, isNew }: AppliedRow,
  atMs: number,
): Promise<void> {
  if (!isNew || state !== 'held') return;
  const { sources } = origins;
  const isImported = sources.length > 0 && sources.every(({ source }) => FILE_SOURCE_PATTERN.test(source));
  const way = isImported ? 'import' : 'stream';
  await countEvent(transaction, account, { kind: 'workout_logged', subject: id, way, atMs });
}

/** The row as it is now, or nothing where it says something newer already. */
async function upsert(
  transaction: DatabaseOrTransaction,
  { kind, activity, revision, epoch }: WorkoutFact,
): Promise<AppliedRow | undefined> {
  const state = kind === 'workout.withdrawn' ? 'withdrawn' : 'held';
  const { revision: _, epoch: __, ...numbers } = measuredOf(activity);
  const owner = transaction.selectFrom('accounts').select('id').where('athlete', '=', activity.athlete);
  const account = await owner.executeTakeFirst();
  if (account === undefined) return undefined;
  const own = { account: account.id, source: 'stream' as const, state: state as WorkoutRow['state'], revision, epoch };
  const sources = sourcesOf(activity);
  return (
    transaction
      .insertInto('workouts')
      .values({ ...own, ...numbers, sources })
      .onConflict((conflict) =>
        conflict
          .columns(['account', 'id'])
          .doUpdateSet((eb) => ({
            ...{ revision, epoch },
            ...Object.fromEntries(MEASURED.map((column) => [column, eb.ref(`excluded.${column}`)])),
            sport: sql<WorkoutRow['sport']>`coalesce(workouts.stated_sport, excluded.sport)`,
            state: sql<
              WorkoutRow['state']
            >`case when workouts.state = 'removed' then 'removed' else excluded.state end`,
            version: sql<number>`workouts.version + (${SAYS_SOMETHING_ELSE})::int`,
          }))
          .where(sql<boolean>`(excluded.revision, excluded.epoch) > (workouts.revision, workouts.epoch)`),
      )
      .returningAll()
      // PostgreSQL locks a row that it updates instead, which xmax says.
      .returning(sql<boolean>`workouts.xmax = 0`.as('isNew'))
      .executeTakeFirst()
  );
}

/** A file's samples, beats and events are one source, whoever's device name they come under. */
function sourcesOf({ origins }: WorkoutFact['activity']): string[] {
  const named = origins.sources.map(({ device, source }) =>
    source.startsWith('file:') ? source.split(':').slice(0, 2).join(':') : `${device}/${source}`,
  );
  return [...new Set(named)];
}

const MEASURED = [
  'measured_sport',
  'started_at',
  'ended_at',
  'moving_s',
  'distance_m',
  'climb_m',
  'average_heart_rate_bpm',
  'energy_kcal',
  'sources',
] as const;

const columnsOf = (table: 'workouts' | 'excluded') => sql.join(MEASURED.map((column) => sql.ref(`${table}.${column}`)));

/**
 * Only then whoever has read the workout has to read it again: a holder that takes a shard over, after a crash or a
 * restore, finds activities again and tells them under its own epoch, some as a later revision, with the same numbers.
 */
const SAYS_SOMETHING_ELSE = sql`workouts.state not in ('removed', excluded.state)
  or (${columnsOf('workouts')}) is distinct from (${columnsOf('excluded')})`;

/** What a person said, and what is said when they said nothing. */
const SILENCE = {
  name: '',
  notes: '',
  search: '',
  effort: null,
  visibility: 'private',
  stated_sport: null,
  photos: 0,
} as const;

const isSilent = (row: WorkoutRow) =>
  (Object.keys(SILENCE) as (keyof typeof SILENCE)[]).every((name) => row[name] === SILENCE[name]);

/**
 * Late data may show that an activity began earlier than was known, or was two: then it is taken back, and another one
 * with another id stands in its place. What its owner said of it goes with it, to the one that covers most of its time,
 * unless something was said of that one already. Facts come in any order, so this is looked for from both sides.
 */
async function moveStatements(transaction: DatabaseOrTransaction, row: WorkoutRow, nowMs: number) {
  const isWithdrawn = row.state === 'withdrawn';
  if (isWithdrawn === isSilent(row)) return null;
  const overlapping = await transaction
    .selectFrom('workouts')
    .selectAll()
    .where('account', '=', row.account)
    .where('source', '=', 'stream')
    .where('state', '=', isWithdrawn ? 'held' : 'withdrawn')
    .where('id', '<>', row.id)
    .where('started_at', '<', row.ended_at)
    .where('ended_at', '>', row.started_at)
    .forUpdate()
    .execute();
  const covered = (other: WorkoutRow) =>
    Math.min(row.ended_at.getTime(), other.ended_at.getTime()) -
    Math.max(row.started_at.getTime(), other.started_at.getTime());
  const [other] = overlapping
    .filter((one) => isSilent(one) === isWithdrawn)
    .sort((a, b) => covered(b) - covered(a) || (a.id < b.id ? -1 : 1));
  if (other === undefined) return null;
  const [from, to] = isWithdrawn ? [row, other] : [other, row];
  const { name, notes, search, effort, visibility, stated_sport, photos } = from;
  const said = { name, notes, search, effort, visibility, stated_sport, photos };
  const set = (id: string, columns: Partial<WorkoutRow>) =>
    transaction
      .updateTable('workouts')
      .set({ ...(columns as object), version: sql<number>`version + 1` })
      .where('account', '=', row.account)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
  const measured = { sport: from.measured_sport ?? from.sport };
  const left = await set(from.id, { ...SILENCE, ...measured });
  const taken = await set(to.id, { ...said, sport: stated_sport ?? to.measured_sport ?? to.sport });
  for (const table of ['workout_changes', 'workout_photos'] as const) {
    await transaction
      .updateTable(table)
      .set({ workout: to.id })
      .where('account', '=', row.account)
      .where('workout', '=', from.id)
      .execute();
  }
  const states = { before: JSON.stringify({ id: from.id }), after: JSON.stringify({ id: to.id }) };
  const change = { account: row.account, workout: to.id, at: new Date(nowMs), actor: 'stream', ...states };
  await transaction
    .insertInto('workout_changes')
    .values({ ...change, act: 'moved' })
    .execute();
  return [left, taken];
}
