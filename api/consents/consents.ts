import type { Transaction } from 'kysely';
import type { Clock } from '../../runtime/clock.ts';
import { CONSENT_KINDS, type ConsentKind, presentText } from '../../schemas/consent-texts.ts';
import { writeAudit } from '../accounts/audit.ts';
import type { AccountCaller } from '../caller.ts';
import type { Database, DatabaseOrTransaction, Tables } from '../database/database.ts';
import { anyOf, prepared, rowsOfEach, together } from '../database/together.ts';
import { invalidParameter, Problem } from '../problem.ts';
import { startCounting, stopCounting } from '../product/counting.ts';
import { requireMatch, tagOf } from '../requests/etag.ts';
import { type ConsentAnswer, type ConsentStatement, TEXTS } from './statements.ts';

export const consentTag = ({ version }: { version: number }) => tagOf('consents', version);

const MAX_HISTORY = 100;

export interface ConsentsDeps {
  readonly database: Database;
  readonly clock: Clock;
  /** Called after each change: who is counted, and who is no more, is told outside. */
  readonly wakeOutbox: () => void;
}

/** Who says it, as the audit names them, and from where. */
interface Saying {
  readonly actor: string;
  readonly ip: string;
  readonly nowMs: number;
}

/** What people agree to, each for themselves: dated, with the version of the words, and taken back at any time. */
export function createConsents({ database, clock, wakeOutbox }: ConsentsDeps) {
  const ownRows = together({ clock, find: (accounts: readonly string[]) => rowsOf(database, accounts) });
  return {
    async read({ account }: Pick<AccountCaller, 'account'>): Promise<ConsentAnswer> {
      return answerOf(await ownRows(account));
    },

    /**
     * Says both anew, for the version that was seen; what is as it was leaves no trace. Throws `invalid_request` for a
     * text that is not shown any more, `if_match_needed` and `changed_meanwhile`.
     */
    async put(
      { account }: Pick<AccountCaller, 'account'>,
      said: ConsentStatement,
      { ifMatch, ip }: { ifMatch: string | undefined; ip: string },
    ): Promise<ConsentAnswer> {
      const after = await database.transaction().execute(async (transaction) => {
        // Of two who change it at once the second waits here, and then finds what the first said.
        const own = transaction.selectFrom('accounts').select('id').where('id', '=', account).forUpdate();
        if ((await own.executeTakeFirst()) === undefined) throw new Problem('bad_token');
        const [rows] = await rowsOf(transaction, [account]);
        const before = answerOf(rows);
        requireMatch(ifMatch, consentTag(before));
        const heldTexts = { healthData: before.healthData?.text, productEvents: before.productEvents?.text };
        assertShown(said, heldTexts);
        const saying = { actor: `account:${account}`, ip, nowMs: clock.nowMs() };
        await write(transaction, account, { before, said, saying });
        const [rowsNow] = await rowsOf(transaction, [account]);
        return answerOf(rowsNow);
      });
      wakeOutbox();
      return after;
    },
  };
}

export type Consents = ReturnType<typeof createConsents>;

const NOTHING_SAID = { healthData: null, productEvents: null, version: 0 } as const;

/** What a new account agreed to while signing up. */
export async function writeFirstConsents(
  transaction: Transaction<Tables>,
  account: string,
  given: Partial<Record<ConsentKind, string>>,
  saying: Saying,
): Promise<void> {
  await write(transaction, account, { before: NOTHING_SAID, said: { ...NOTHING_SAID, ...given }, saying });
}

/** Throws `invalid_request` for a text that is not shown any more: somebody may have read other words. */
export function assertShown(given: Partial<Record<ConsentKind, string | null>>, held: typeof given = {}): void {
  for (const kind of CONSENT_KINDS) {
    const [text, { version }] = [given[kind] ?? null, presentText(kind)];
    if (text !== null && text !== held[kind] && text !== version) {
      throw invalidParameter(kind, `it is not the text that is shown now, ${version}`);
    }
  }
}

/**
 * What takes new data about somebody's health calls this first. It asks for the account's last word on it. Throws
 * `consent_needed`.
 */
export async function assertHealthConsent(from: DatabaseOrTransaction, account: string): Promise<void> {
  if (await hasHealthConsent(from, account)) return;
  throw new Problem('consent_needed', { detail: 'PUT /v1/consents says it' });
}

/** For work in the background, which nobody waits for. */
export async function hasHealthConsent(from: DatabaseOrTransaction, account: string): Promise<boolean> {
  const last = await from
    .selectFrom('consents')
    .select('is_given')
    .where('account', '=', account)
    .where('kind', '=', 'healthData')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.is_given ?? false;
}

/** Of each account, the newest first. */
async function rowsOf(from: DatabaseOrTransaction, accounts: readonly string[]) {
  const rows = await from
    .selectFrom('consents')
    .modifyFront(prepared)
    .select(['account', 'number', 'kind', 'is_given', 'text', 'at'])
    .where('account', '=', anyOf(accounts))
    .orderBy('number', 'desc')
    .execute();
  return rowsOfEach(accounts, rows, ({ account }) => account);
}

function answerOf(rows: Awaited<ReturnType<typeof rowsOf>>[number]): ConsentAnswer {
  const holds = (kind: ConsentKind) => {
    const last = rows.find((row) => row.kind === kind);
    return last?.is_given ? { text: last.text, sinceMs: last.at.getTime() } : null;
  };
  const history = rows.slice(0, MAX_HISTORY).map(({ kind, is_given, text, at }) => {
    return { kind, isGiven: is_given, text, atMs: at.getTime() };
  });
  const both = { healthData: holds('healthData'), productEvents: holds('productEvents') };
  return { ...both, texts: TEXTS, history, version: rows[0]?.number ?? 0 };
}

/** One row and one entry of the audit for each kind that is another than before, and what follows from it. */
async function write(
  transaction: Transaction<Tables>,
  account: string,
  {
    before,
    said,
    saying: { actor, ip, nowMs },
  }: { before: Pick<ConsentAnswer, ConsentKind | 'version'>; said: ConsentStatement; saying: Saying },
): Promise<void> {
  let number = before.version;
  for (const kind of CONSENT_KINDS) {
    const [held, text] = [before[kind]?.text ?? null, said[kind]];
    if (text === held) continue;
    number++;
    const row = { account, number, kind, is_given: text !== null, text: text ?? held!, at: new Date(nowMs) };
    await transaction.insertInto('consents').values(row).execute();
    const act = row.is_given ? 'consent_given' : 'consent_withdrawn';
    await writeAudit(transaction, { atMs: nowMs, actor, account, act, address: ip, detail: { kind, text: row.text } });
    if (kind !== 'productEvents') continue;
    if (text === null) await stopCounting(transaction, account, nowMs);
    else if (held === null) await startCounting(transaction, account, nowMs);
  }
}
