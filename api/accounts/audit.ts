import { sql } from 'kysely';
import type { Database, DatabaseOrTransaction } from '../database/database.ts';
import { pageOf, readPage } from '../requests/paging.ts';

/** Everything that is written down about accounts; nothing of it is ever changed. */
export const ACTS = [
  'registered',
  'registration_repeated',
  'verified',
  'logged_in',
  'login_failed',
  'logged_out',
  'logged_out_everywhere',
  'session_ended',
  'refresh_token_reused',
  'password_reset_asked',
  'password_reset',
  'password_changed',
  'email_change_asked',
  'email_changed',
  'second_factor_asked',
  'second_factor_failed',
  'second_factor_enrolled',
  'second_factor_enabled',
  'second_factor_disabled',
  'second_factor_taken_away',
  'recovery_codes_made',
  'roles_changed',
  'consent_given',
  'consent_withdrawn',
  'export_asked',
  'export_downloaded',
  'device_paired',
  'device_rotated',
  'device_ended',
] as const;
export type Act = (typeof ACTS)[number];

export interface AuditEntry {
  readonly atMs: number;
  /** Who did it: `account:<id>`, `operator:<name>` or, where nobody is known yet, `stranger`. */
  readonly actor: string;
  /** Whose account it is about; null where nobody has the address. */
  readonly account: string | null;
  readonly act: Act;
  /** The network address that it came from. */
  readonly address: string;
  /** Words of ours, numbers and ids; nothing that somebody typed, and no secret. */
  readonly detail?: Readonly<Record<string, string | number | readonly string[] | null>>;
}

/** In the transaction of what it tells of: neither is there without the other. */
export async function writeAudit(transaction: DatabaseOrTransaction, entry: AuditEntry): Promise<void> {
  const { atMs, detail = {}, ...rest } = entry;
  await transaction
    .insertInto('audit_log')
    .values({ ...rest, at: new Date(atMs), detail: JSON.stringify(detail) })
    .execute();
}

/** One page, the newest first; of one account, or with null of all. Throws `invalid_request` for another's cursor. */
export async function readAudit(database: Database, account: string | null, asked: Parameters<typeof readPage>[0]) {
  const { limit, after } = readPage(asked, [/^\d{1,18}$/]);
  let query = database
    .selectFrom('audit_log')
    .select(['at', 'actor', 'account', 'act', 'address', 'detail', sql<string>`id::text`.as('id')])
    .orderBy('audit_log.id', 'desc')
    .limit(limit + 1);
  if (account !== null) query = query.where('account', '=', account);
  if (after !== null) query = query.where('audit_log.id', '<', after[0]);
  const { page, next } = pageOf(await query.execute(), limit, ({ id }) => [id]);
  const entries = page.map(({ at, id, detail, ...rest }) => ({
    ...{ id, atMs: at.getTime() },
    ...rest,
    detail: detail as Record<string, unknown>,
  }));
  return { entries, next };
}
