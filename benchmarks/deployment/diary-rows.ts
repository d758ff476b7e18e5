import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { BenchPostgresql } from './postgresql.ts';

const DAY_MS = 86_400_000;

/**
 * Every eighth was entered by hand; three sports in turn, one every nine hours back from `endsMs`, each with a name
 * and notes of some lines. The newest is number 0.
 */
export interface Diary {
  readonly workouts: number;
  readonly endsMs: number;
}

export const WORKOUT_EVERY_MS = 9 * 3_600_000;
export const idOf = (nth: number) => nth.toString(16).padStart(16, '0');
export const distanceOfWorkout = (nth: number) => 5_000 + (nth % 7) * 1_000;
export const sportOf = (nth: number) => ['run', 'ride', 'walk'][nth % 3];
export const nameOf = (nth: number) => `Round ${nth % 97} of the lake`;
/** Notes as people write them: some lines. */
const NOTES =
  'Legs heavy in the first half, better after the bridge. Wind from the west, wet road. ' +
  'Ate too late. Slept seven hours; resting pulse as always. Next time slower up the hill.';

/** Writes a diary into an account: what the stream showed and what was entered by hand. */
export async function fillDiary(
  { run }: Pick<BenchPostgresql, 'run'>,
  account: string,
  { workouts, endsMs }: Diary,
): Promise<void> {
  await run(
    `insert into workouts (account, id, source, state, revision, epoch, measured_sport, sport, started_at, ended_at,
       time_zone, moving_s, distance_m, climb_m, average_heart_rate_bpm, energy_kcal, name, notes, search, effort)
     select $1, lpad(to_hex(n), 16, '0'), case when n % 8 = 0 then 'manual' else 'stream' end, 'held', 1, 1,
       case when n % 8 > 0 then sport end, sport, start, start + interval '1 hour', 'Europe/Vienna', 3000 + n % 600,
       5000 + n % 7 * 1000, n % 300, 130 + n % 30, 600, name, $2 || n, lower(name || E'\\n' || $2 || n), n % 10 + 1
     from (select n, (array['run', 'ride', 'walk'])[n % 3 + 1] as sport, 'Round ' || n % 97 || ' of the lake' as name,
       to_timestamp(($3::bigint - (n + 1) * $4::bigint) / 1000.0) as start
       from generate_series(0, $5::int - 1) as n) as made`,
    [account, NOTES, endsMs, WORKOUT_EVERY_MS, workouts],
  );
}

/** Accounts of others with diaries of their own, so that no table holds one person's rows alone. */
export async function fillOthers(
  postgresql: Pick<BenchPostgresql, 'run'>,
  { others, ...diary }: Diary & { readonly others: number },
): Promise<void> {
  const rows = await postgresql.run(
    `insert into accounts (id, athlete, email, email_key, password_hash, verified_at, roles, created_at)
     select gen_random_uuid(), 'other-' || n, 'other-' || n || '@example.test', 'other-' || n || '@example.test', '',
       now(), '{athlete}', now() from generate_series(1, $1::int) as n returning id`,
    [others],
  );
  for (const { id } of rows) await fillDiary(postgresql, String(id), diary);
}

/**
 * Another account that says of itself what one says that is there, with a session of its own: signing up many people
 * takes an API that hashes passwords long. No diary and no news are copied.
 */
export async function copyPerson({ run }: Pick<BenchPostgresql, 'run'>, account: string, nth: number) {
  const accessToken = `ssa_${randomBytes(32).toString('base64url')}`;
  const copy = { account: randomUUID(), accessToken };
  const write = (table: string, owner: string, changes: object) =>
    run(`insert into ${table} select (jsonb_populate_record(t, $2)).* from ${table} as t where ${owner} = $1`, [
      account,
      JSON.stringify(changes),
    ]);
  const email = `reader-${nth}@example.test`;
  await write('accounts', 'id', { id: copy.account, athlete: `reader-${nth}`, email, email_key: email });
  const access_hash = createHash('sha256').update(accessToken).digest('base64url');
  await write('sessions', 'account', { id: randomUUID(), account: copy.account, access_hash });
  for (const table of ['profiles', 'profile_statements', 'privacy_zones', 'consents']) {
    await write(table, 'account', { account: copy.account });
  }
  return copy;
}

/** News of records, as many as a page shows and more; every third is not read yet. */
export async function fillNews(
  { run }: Pick<BenchPostgresql, 'run'>,
  account: string,
  { news, endsMs }: { readonly news: number; readonly endsMs: number },
): Promise<void> {
  await run(
    `insert into notifications (account, kind, key, data, is_listed, event_at, created_at, read_at)
     select $1, 'record', 'activity-' || n, jsonb_build_object('activity', lpad(to_hex(n), 16, '0'), 'sport', 'run',
       'records', jsonb_build_object('5 km', jsonb_build_object('kind', 'distance', 'name', '5 km', 'value', 1500 - n,
         'before', 1501 - n))), true, at, at, case when n % 3 > 0 then at end
     from (select n, to_timestamp(($2::bigint - ($3::int - n) * $4::bigint) / 1000.0) as at
       from generate_series(1, $3::int) as n) as made`,
    [account, endsMs, news, DAY_MS],
  );
}

/** After so much was written at once the planner has to know of it, as it does in a database that lives. */
export async function settle({ run }: Pick<BenchPostgresql, 'run'>): Promise<void> {
  await run('vacuum analyze');
}
