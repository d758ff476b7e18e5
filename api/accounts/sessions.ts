import { randomUUID } from 'node:crypto';
import type { Expression, Transaction } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import type { AccountCaller } from '../caller.ts';
import type { Database, DatabaseOrTransaction, Tables } from '../database/database.ts';
import { anyOf, prepared, rowOfEach, rowsOfEach, together } from '../database/together.ts';
import { countDay } from '../product/counting.ts';
import { type Page, pageOf } from '../requests/paging.ts';
import { type Act, writeAudit } from './audit.ts';
import { digestOf, newSecret } from './secrets.ts';

/**
 * A session is one log-in on one device. It has an access token, shown with every request, and a refresh token, which
 * is shown once and gives the next pair. A refresh token that comes a second time was stolen, from the owner or by
 * them: the session ends, and with it the whole family of tokens (RFC 9700, 4.14.2).
 *
 * open → refreshed … → ended: logged out, ended by the owner, too old, or a token came twice.
 */
export const ACCESS_PREFIX = 'ssa_';
const REFRESH_PREFIX = 'ssr_';
export const ACCESS_MS = 15 * 60_000;
export const SESSION_MS = 30 * 24 * 3_600_000;
/** What another process has ended is let in for so long at most. */
const CACHE_MS = 2_000;
const MAX_CACHED = 10_000;
/** Of the newest ones: beyond these the oldest session ends. */
export const MAX_SESSIONS = 50;

export interface SessionTokens {
  readonly session: string;
  readonly accessToken: string;
  readonly accessExpiresMs: number;
  readonly refreshToken: string;
  readonly expiresMs: number;
}

export interface Whence {
  /** Network address of the caller. */
  readonly ip: string;
  /** What the program calls itself. */
  readonly agent: string;
}

/** Which sessions of an account: one, all, or all but one. */
export type Which = { readonly session: string } | 'all' | { readonly not: string };

export interface SessionsDeps {
  readonly database: Database;
  readonly clock: Clock;
  /** Roles that open nothing before their owner has a second factor. */
  readonly secondFactorRoles?: readonly string[];
}

interface AskedPage {
  readonly account: string;
  readonly page: Page<readonly [string, string]>;
}

const SHOWN = ['account', 'id', 'created_at', 'seen_at', 'expires_at', 'agent', 'address'] as const;

export function createSessions({ database, clock, secondFactorRoles = [] }: SessionsDeps) {
  // By digest of the access token; the first is the oldest.
  const known = new Map<string, { caller: AccountCaller; untilMs: number }>();

  function tokensOf(session: string, expiresMs: number): SessionTokens {
    const accessExpiresMs = Math.min(clock.nowMs() + ACCESS_MS, expiresMs);
    const [accessToken, refreshToken] = [newSecret(ACCESS_PREFIX), newSecret(REFRESH_PREFIX)];
    return { session, accessToken, accessExpiresMs, refreshToken, expiresMs };
  }

  /** Opens a session of an account that has shown who it is. */
  async function open(transaction: Transaction<Tables>, account: string, from: Whence): Promise<SessionTokens> {
    const nowMs = clock.nowMs();
    const now = new Date(nowMs);
    const tokens = tokensOf(randomUUID(), nowMs + SESSION_MS);
    await transaction
      .insertInto('sessions')
      .values({
        ...{ id: tokens.session, account, created_at: now, seen_at: now, expires_at: new Date(tokens.expiresMs) },
        ...{ access_hash: digestOf(tokens.accessToken), access_expires_at: new Date(tokens.accessExpiresMs) },
        ...{ ended_at: null, ended_because: null, agent: from.agent.slice(0, 200), address: from.ip },
      })
      .execute();
    await keepRefreshToken(transaction, tokens);
    await countDay(transaction, account, nowMs);
    const tooMany = await openSessions(transaction, account).select('id').offset(MAX_SESSIONS).execute();
    for (const { id } of tooMany) await end(transaction, account, { session: id }, 'too_many');
    return tokens;
  }

  function openSessions(from: DatabaseOrTransaction, account: string | Expression<string>) {
    return from
      .selectFrom('sessions')
      .where('account', '=', account)
      .where('ended_at', 'is', null)
      .where('expires_at', '>', new Date(clock.nowMs()))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc');
  }

  /** The next tokens, or null for a refresh token that is none of ours, too old, or was used: that ends its session. */
  async function refresh(refreshToken: string, from: Whence): Promise<SessionTokens | null> {
    const now = new Date(clock.nowMs());
    const hash = digestOf(refreshToken);
    return database.transaction().execute(async (transaction) => {
      const used = await transaction
        .updateTable('refresh_tokens')
        .set({ used_at: now })
        .where('hash', '=', hash)
        .where('used_at', 'is', null)
        .returning('session')
        .executeTakeFirst();
      if (used === undefined) {
        await endStolen(transaction, hash, from);
        return null;
      }
      const session = await transaction
        .selectFrom('sessions')
        .select(['id', 'account', 'access_hash', 'expires_at'])
        .where('id', '=', used.session)
        .where('ended_at', 'is', null)
        .where('expires_at', '>', now)
        .forUpdate()
        .executeTakeFirst();
      if (session === undefined) return null;
      const tokens = tokensOf(session.id, session.expires_at.getTime());
      await transaction
        .updateTable('sessions')
        .set({
          ...{ access_hash: digestOf(tokens.accessToken), access_expires_at: new Date(tokens.accessExpiresMs) },
          ...{ seen_at: now, address: from.ip },
        })
        .where('id', '=', session.id)
        .execute();
      await keepRefreshToken(transaction, tokens);
      // An access token is good for minutes, so whoever is here comes by here each day.
      await countDay(transaction, session.account, now.getTime());
      known.delete(session.access_hash);
      return tokens;
    });
  }

  async function endStolen(transaction: Transaction<Tables>, hash: string, { ip }: Whence): Promise<void> {
    const stolen = await transaction
      .selectFrom('refresh_tokens')
      .innerJoin('sessions', 'sessions.id', 'refresh_tokens.session')
      .select(['sessions.id', 'sessions.account'])
      .where('refresh_tokens.hash', '=', hash)
      .where('sessions.ended_at', 'is', null)
      .executeTakeFirst();
    if (stolen === undefined) return;
    const { id: session, account } = stolen;
    const act: Act = 'refresh_token_reused';
    await end(transaction, account, { session }, act);
    await writeAudit(transaction, {
      ...{ atMs: clock.nowMs(), actor: 'stranger', account, act, address: ip },
      detail: { session },
    });
  }

  /** Ends open sessions of an account, and says which. Their access tokens count no longer, at once in this process. */
  async function end(from: DatabaseOrTransaction, account: string, which: Which, because: string): Promise<string[]> {
    let query = from
      .updateTable('sessions')
      .set({ ended_at: new Date(clock.nowMs()), ended_because: because })
      .where('account', '=', account)
      .where('ended_at', 'is', null);
    if (which !== 'all') {
      query = 'session' in which ? query.where('id', '=', which.session) : query.where('id', '!=', which.not);
    }
    const ended = await query.returning(['id', 'access_hash']).execute();
    for (const { access_hash } of ended) known.delete(access_hash);
    return ended.map(({ id }) => id);
  }

  /** By digests of access tokens, sessions that have not ended, with what their callers may. */
  const opened = together({
    clock,
    async find(hashes: readonly string[]) {
      const rows = await database
        .selectFrom('sessions')
        .modifyFront(prepared)
        .innerJoin('accounts', 'accounts.id', 'sessions.account')
        .select(['sessions.id', 'sessions.account', 'sessions.access_hash', 'sessions.access_expires_at'])
        .select(['accounts.athlete', 'accounts.roles', 'accounts.organiser', 'accounts.second_factor_at'])
        .where('sessions.access_hash', '=', anyOf(hashes))
        .where('sessions.ended_at', 'is', null)
        .execute();
      return rowOfEach(hashes, rows, ({ access_hash }) => access_hash);
    },
  });

  /** Whose an access token is; null when it is nobody's, or its session has ended. */
  async function callerOf(accessToken: string): Promise<AccountCaller | null> {
    const nowMs = clock.nowMs();
    const hash = digestOf(accessToken);
    const before = known.get(hash);
    if (before !== undefined && nowMs < before.untilMs) return before.caller;
    known.delete(hash);
    const found = await opened(hash);
    if (found === undefined || found.access_expires_at.getTime() <= nowMs) return null;
    const { id: session, access_hash: _, access_expires_at, second_factor_at, ...rest } = found;
    const rolesToConfirm =
      second_factor_at === null ? rest.roles.filter((role) => secondFactorRoles.includes(role)) : [];
    const caller: AccountCaller = { kind: 'account', session, ...rest, rolesToConfirm };
    known.set(hash, { caller, untilMs: Math.min(nowMs + CACHE_MS, access_expires_at.getTime()) });
    if (known.size > MAX_CACHED) known.delete(known.keys().next().value!);
    return caller;
  }

  /** Of each account its open ones from the same place on: they are 50 at most, so a page is cut where it is shown. */
  async function readFrom(accounts: readonly string[], { after }: Page<readonly [string, string]>) {
    let own = openSessions(database, anyOf(accounts)).modifyFront(prepared).select(SHOWN);
    if (after !== null) {
      const [createdMs, id] = after;
      own = own.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('created_at', 'id'), '<', tuple(new Date(Number(createdMs)), id)),
      );
    }
    return rowsOfEach(accounts, await own.execute(), ({ account }) => account);
  }

  const pageAlike = together({
    clock,
    shapeOf: ({ page }: AskedPage) => JSON.stringify(page),
    find: (asked) =>
      readFrom(
        asked.map(({ account }) => account),
        asked[0].page,
      ),
  });

  /** Open ones, the newest first. */
  async function list(account: string, page: Page<readonly [string, string]>) {
    const rows = await pageAlike({ account, page });
    return pageOf(rows, page.limit, ({ created_at, id }) => [String(created_at.getTime()), id]);
  }

  /** Nobody asks for sessions that ended long ago, and for their tokens. */
  async function forgetOld(): Promise<void> {
    const before = new Date(clock.nowMs() - SESSION_MS);
    await database.deleteFrom('sessions').where('expires_at', '<', before).execute();
  }

  /** What is remembered of an account's callers counts no longer: their roles changed. */
  function forgetCallers(account: string): void {
    for (const [hash, { caller }] of known) if (caller.account === account) known.delete(hash);
  }

  return { open, refresh, end, callerOf, list, forgetOld, forgetCallers };
}

export type Sessions = ReturnType<typeof createSessions>;

async function keepRefreshToken(
  transaction: Transaction<Tables>,
  { session, refreshToken }: Pick<SessionTokens, 'session' | 'refreshToken'>,
): Promise<void> {
  await transaction
    .insertInto('refresh_tokens')
    .values({ hash: digestOf(refreshToken), session, used_at: null })
    .execute();
}
