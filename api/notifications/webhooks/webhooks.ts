import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock } from '../../../runtime/clock.ts';
import { newSecret } from '../../accounts/secrets.ts';
import type { Database, DatabaseOrTransaction } from '../../database/database.ts';
import { UndeliverableError } from '../../outbox/outbox.ts';
import { ForbiddenTargetError, type PostOutside } from '../../outside/post-outside.ts';
import { invalidParameter, Problem } from '../../problem.ts';
import { requireMatch, tagOf } from '../../requests/etag.ts';
import { once } from '../../requests/idempotency.ts';
import type { Notifications } from '../notifications.ts';
import type { Sender } from '../sending.ts';
import { type Delivery, deliveriesOf, noteDelivery } from './deliveries.ts';
import { SIGNATURE_HEADER, signatureOf } from './signature.ts';

export interface WebhooksDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly outside: PostOutside;
  readonly notifications: Pick<Notifications, 'notify'>;
}

/** Programs of one account. */
export const MAX_WEBHOOKS = 5;
/** About two hours by the outbox's waits; then this message is given up. */
export const MAX_ATTEMPTS = 20;
/** Of attempts one after another, of whichever message; then nothing more is sent until its owner says so. */
export const MAX_FAILURES = 30;
const SECRET_PREFIX = 'whsec_';

export const webhookTag = ({ version }: { version: number }) => tagOf('webhook', version);

const SHOWN = [
  ...(['id', 'url', 'version', 'created_at', 'failures'] as const),
  ...(['disabled_at', 'disabled_because', 'last_at', 'last_outcome'] as const),
] as const;

/** Programs that news is sent to, signed, and sending it. */
export function createWebhooks({ database, clock, outside, notifications }: WebhooksDeps) {
  const own = (from: DatabaseOrTransaction, account: string) =>
    from.selectFrom('webhooks').select(SHOWN).where('account', '=', account).orderBy('created_at').orderBy('id');

  async function targetOf(account: string, id: string): Promise<Target> {
    const one = database.selectFrom('webhooks').select(['url', 'secret']);
    const found = await one.where('id', '=', id).where('account', '=', account).executeTakeFirst();
    if (found === undefined) throw new Problem('unknown_webhook');
    return found;
  }

  /** As it is kept: control characters that a database takes none of are written as %00 and the like. */
  function readUrl(url: string): string {
    try {
      return outside.assertUrl(url).href;
    } catch (error) {
      if (error instanceof ForbiddenTargetError) throw invalidParameter('url', error.message, 'forbidden_address');
      throw error;
    }
  }

  /** What an owner only tries counts for nothing, but is among what was sent. */
  async function noteOutcome(id: string, delivery: Delivery): Promise<void> {
    const { isGood, isTest, outcome } = delivery;
    const now = new Date(delivery.atMs);
    await database.transaction().execute(async (transaction) => {
      const counted = isGood ? 0 : sql<number>`failures + 1`;
      const row = await transaction
        .updateTable('webhooks')
        .set({ last_at: now, last_outcome: outcome, ...(!isTest && { failures: counted }) })
        .where('id', '=', id)
        .returning(['account', 'url', 'failures', 'disabled_at'])
        .executeTakeFirst();
      if (row !== undefined) await noteDelivery(transaction, id, delivery);
      const isOver = outcome === '410' || (row?.failures ?? 0) >= MAX_FAILURES;
      if (row === undefined || row.disabled_at !== null || isTest || !isOver) return;
      await transaction
        .updateTable('webhooks')
        .set(({ eb }) => ({ disabled_at: now, disabled_because: outcome, version: eb('version', '+', 1) }))
        .where('id', '=', id)
        .execute();
      await transaction.deleteFrom('notification_sendings').where('target', '=', id).execute();
      const data = { webhook: id, host: new URL(row.url).host };
      const key = `${id}.${now.getTime()}`;
      await notifications.notify(transaction, {
        ...{ account: row.account, kind: 'webhook_off', key, data, eventMs: now.getTime() },
      });
    });
  }

  /** Says what came of it. Throws what went wrong, in few words that its owner may read. */
  async function post(id: string, { url, secret }: Target, message: WebhookMessage): Promise<Delivery> {
    const body = Buffer.from(JSON.stringify(message));
    const of = { isTest: message.type === 'test', notifications: message.notifications.length };
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Slipstream-Webhooks/1',
      [SIGNATURE_HEADER]: signatureOf(secret, body, clock.nowMs()),
    };
    try {
      const { status } = await outside.post({ url, headers, body });
      const isGood = status >= 200 && status <= 299;
      const delivery = { ...of, atMs: clock.nowMs(), outcome: String(status), isGood };
      await noteOutcome(id, delivery);
      if (!isGood) throw new FailedDelivery(`the webhook answered ${status}`, delivery);
      return delivery;
    } catch (error) {
      if (error instanceof FailedDelivery) throw error;
      const outcome = error instanceof ForbiddenTargetError ? error.message : 'no answer';
      const delivery = { ...of, atMs: clock.nowMs(), outcome, isGood: false };
      await noteOutcome(id, delivery);
      throw new FailedDelivery(outcome, delivery, { cause: error });
    }
  }

  const send: Sender = async ({ account, target, sayings }, attempts) => {
    const webhook = await database
      .selectFrom('webhooks')
      .select(['url', 'secret'])
      .where('id', '=', target)
      .where('account', '=', account)
      .where('disabled_at', 'is', null)
      .executeTakeFirst();
    if (webhook === undefined) return false;
    const message = { type: 'notifications', webhook: target, sentMs: clock.nowMs(), notifications: sayings } as const;
    try {
      await post(target, webhook, message);
      return true;
    } catch (cause) {
      const isForbidden = cause instanceof FailedDelivery && cause.cause instanceof ForbiddenTargetError;
      const isHopeless = isForbidden || attempts >= MAX_ATTEMPTS;
      if (isHopeless) throw new UndeliverableError(`a webhook failed: ${(cause as Error).message}`, { cause });
      throw cause;
    }
  };

  return {
    send,

    list: async (account: string) => (await own(database, account).execute()).map(shownWebhook),

    /** Throws `invalid_request`, `too_many_webhooks` and, for a key that came with another request, `key_reused`. */
    async add(account: string, said: { url: string }, key: string | undefined) {
      const url = readUrl(said.url);
      return once({ database, clock }, { scope: `webhook ${account}`, key, request: said }, async (transaction) => {
        // Of two who add the last one at once, one waits for the other here.
        await transaction.selectFrom('accounts').select('id').where('id', '=', account).forUpdate().execute();
        if ((await own(transaction, account).execute()).length >= MAX_WEBHOOKS) throw new Problem('too_many_webhooks');
        const made = await transaction
          .insertInto('webhooks')
          .values({
            ...{ id: randomUUID(), account, url, secret: newSecret(SECRET_PREFIX) },
            ...{ created_at: new Date(clock.nowMs()), disabled_at: null, disabled_because: null },
            ...{ last_at: null, last_outcome: null },
          })
          .returning(SHOWN)
          .executeTakeFirstOrThrow();
        return { status: 201, headers: { etag: webhookTag(made) }, body: shownWebhook(made) };
      });
    },

    /** Another address, or on and off, from the version that was seen. Throws what says why not. */
    async change(account: string, id: string, said: { url: string; isEnabled: boolean }, ifMatch: string | undefined) {
      const url = readUrl(said.url);
      return database.transaction().execute(async (transaction) => {
        const before = await own(transaction, account).where('id', '=', id).forUpdate().executeTakeFirst();
        if (before === undefined) throw new Problem('unknown_webhook');
        requireMatch(ifMatch, webhookTag(before));
        const { disabled_at, disabled_because } = before;
        const off = {
          disabled_at: disabled_at ?? new Date(clock.nowMs()),
          disabled_because: disabled_because ?? 'owner',
        };
        const on = { disabled_at: null, disabled_because: null, failures: 0 };
        const changed = await transaction
          .updateTable('webhooks')
          .set({ url, version: before.version + 1, ...(said.isEnabled ? on : off) })
          .where('id', '=', id)
          .returning(SHOWN)
          .executeTakeFirstOrThrow();
        return shownWebhook(changed);
      });
    },

    async forget(account: string, id: string): Promise<void> {
      await database.transaction().execute(async (transaction) => {
        const gone = transaction.deleteFrom('webhooks').where('id', '=', id).where('account', '=', account);
        if ((await gone.returning('id').executeTakeFirst()) === undefined) throw new Problem('unknown_webhook');
        await transaction.deleteFrom('notification_sendings').where('target', '=', id).execute();
      });
    },

    /** The newest messages first. Throws `unknown_webhook`. */
    async deliveriesOf(account: string, id: string): Promise<Delivery[]> {
      await targetOf(account, id);
      return deliveriesOf(database, id);
    },

    /** Sends a message without news, also to one that is switched off. Throws `unknown_webhook`. */
    async test(account: string, id: string): Promise<Delivery> {
      const target = await targetOf(account, id);
      try {
        return await post(id, target, { type: 'test', webhook: id, sentMs: clock.nowMs(), notifications: [] });
      } catch (error) {
        if (error instanceof FailedDelivery) return error.delivery;
        throw error;
      }
    },

    /** What its messages are signed with. Throws `unknown_webhook`. */
    async secretOf(account: string, id: string): Promise<string> {
      return (await targetOf(account, id)).secret;
    },
  };
}

export type Webhooks = ReturnType<typeof createWebhooks>;

interface Target {
  readonly url: string;
  readonly secret: string;
}

interface WebhookMessage {
  readonly type: 'notifications' | 'test';
  readonly webhook: string;
  readonly sentMs: number;
  readonly notifications: readonly object[];
}

/** A program answered badly or not at all; that is written down. */
class FailedDelivery extends Error {
  override name = 'FailedDelivery';
  readonly delivery: Delivery;

  constructor(message: string, delivery: Delivery, options?: ErrorOptions) {
    super(message, options);
    this.delivery = delivery;
  }
}

interface WebhookRow {
  id: string;
  url: string;
  version: number;
  created_at: Date;
  failures: number;
  disabled_at: Date | null;
  disabled_because: string | null;
  last_at: Date | null;
  last_outcome: string | null;
}

function shownWebhook(row: WebhookRow) {
  const { id, url, version, created_at, failures, disabled_at, disabled_because, last_at, last_outcome } = row;
  return {
    ...{ id, url, version, createdMs: created_at.getTime(), isEnabled: disabled_at === null, failures },
    ...{ disabledMs: disabled_at?.getTime() ?? null, disabledBecause: disabled_because },
    ...{ lastMs: last_at?.getTime() ?? null, lastOutcome: last_outcome },
  };
}
