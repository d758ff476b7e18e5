import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../runtime/clock.ts';
import type { Database, DatabaseOrTransaction } from '../../database/database.ts';
import { UndeliverableError } from '../../outbox/outbox.ts';
import { ForbiddenTargetError, type PostOutside } from '../../outside/post-outside.ts';
import { invalidParameter } from '../../problem.ts';
import { type KeptAnswer, once } from '../../requests/idempotency.ts';
import type { InEach } from '../languages.ts';
import type { Message, Sender } from '../sending.ts';
import { keptKey } from '../server-keys.ts';
import { newVapidKeys, pushRequest, type Subscription } from './web-push.ts';

export interface SubscriptionsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly outside: PostOutside;
  /** Whom a push service may write to: an address of ours, https. */
  readonly publicUrl: string;
}

/** Browsers of one account; beyond them the oldest is forgotten. */
export const MAX_SUBSCRIPTIONS = 20;
/** About two hours by the outbox's waits. */
const MAX_ATTEMPTS = 20;
/** A push service takes 4,096 bytes, encrypted (RFC 8030, 7.2). */
const MAX_TEXT_LENGTH = 600;
const KEY_NAME = 'vapid';
/** Push services want to know whom to write to, and take no address without https. */
const NO_CONTACT = 'mailto:nobody@localhost.invalid';

const SEVERAL: InEach<(count: number) => string> = {
  en: (count) => `${count} notifications`,
  ru: (count) => `Уведомления: ${count}`,
};

/** Browsers that news is pushed to, and pushing it. */
export function createPushSubscriptions({ database, clock, outside, publicUrl }: SubscriptionsDeps) {
  const keys = () => keptKey({ database, clock }, KEY_NAME, newVapidKeys);
  const subject = publicUrl.startsWith('https:') ? publicUrl : NO_CONTACT;

  async function forget(from: DatabaseOrTransaction, account: string, id: string): Promise<boolean> {
    const gone = from.deleteFrom('push_subscriptions').where('id', '=', id).where('account', '=', account);
    const isGone = (await gone.returning('id').executeTakeFirst()) !== undefined;
    if (isGone) {
      await from.deleteFrom('notification_sendings').where('channel', '=', 'push').where('target', '=', id).execute();
    }
    return isGone;
  }

  /** As it is kept: control characters that a database takes none of are written as %00 and the like. */
  function readEndpoint(endpoint: string): string {
    try {
      return outside.assertUrl(endpoint).href;
    } catch (error) {
      if (error instanceof ForbiddenTargetError) throw invalidParameter('endpoint', error.message, 'forbidden_address');
      throw error;
    }
  }

  const own = (from: DatabaseOrTransaction, account: string) =>
    from
      .selectFrom('push_subscriptions')
      .where('account', '=', account)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc');

  const push: Sender = async ({ account, target, language, sayings }, attempts) => {
    const subscription = await database
      .selectFrom('push_subscriptions')
      .select(['endpoint', 'p256dh', 'auth'])
      .where('id', '=', target)
      .where('account', '=', account)
      .executeTakeFirst();
    if (subscription === undefined) return false;
    try {
      const topic = sayings.length === 1 ? `n${sayings[0].id}` : 'several';
      const request = pushRequest(subscription, shown(sayings, SEVERAL[language]), {
        keys: await keys(),
        subject,
        topic,
      });
      const { status } = await outside.post(request);
      if (status === 404 || status === 410) {
        await forget(database, account, target);
        return false;
      }
      if (status < 200 || status > 299) throw new Error(`the push service answered ${status}`);
      return true;
    } catch (cause) {
      const isHopeless = cause instanceof ForbiddenTargetError || attempts >= MAX_ATTEMPTS;
      if (isHopeless) throw new UndeliverableError(`a push failed: ${(cause as Error).message}`, { cause });
      throw cause;
    }
  };

  return {
    push,
    forget: (account: string, id: string) => database.transaction().execute((one) => forget(one, account, id)),

    /** What browsers subscribe with. */
    publicKey: async (): Promise<string> => (await keys()).publicKey,

    /** Adds a browser, or takes it over from who was logged in there before. Throws `invalid_request`. */
    async add(account: string, said: Subscription, key: string | undefined, agent: string) {
      const { p256dh, auth } = said;
      const endpoint = readEndpoint(said.endpoint);
      const known = { database, clock };
      return once(known, { scope: `push-subscription ${account}`, key, request: said }, async (transaction) => {
        const before = await transaction
          .selectFrom('push_subscriptions')
          .select(['id', 'account'])
          .where('endpoint', '=', endpoint)
          .forUpdate()
          .executeTakeFirst();
        // Whatever still waits to be pushed there is somebody else's.
        if (before !== undefined) await forget(transaction, before.account, before.id);
        const id = randomUUID();
        const created_at = new Date(clock.nowMs());
        const row = { id, account, endpoint, p256dh, auth, agent: agent.slice(0, 200), created_at };
        await transaction.insertInto('push_subscriptions').values(row).execute();
        const tooMany = await own(transaction, account).select('id').offset(MAX_SUBSCRIPTIONS).execute();
        for (const one of tooMany) await forget(transaction, account, one.id);
        return { status: 201, headers: {}, body: shownSubscription(row) } satisfies KeptAnswer<ShownSubscription>;
      });
    },

    /** All of them, the newest first. */
    async list(account: string): Promise<ShownSubscription[]> {
      return (await own(database, account).select(['id', 'endpoint', 'agent', 'created_at']).execute()).map(
        shownSubscription,
      );
    },
  };
}

export type PushSubscriptions = ReturnType<typeof createPushSubscriptions>;

export interface ShownSubscription {
  readonly id: string;
  /** Of the push service: whoever knows the whole address may push to the browser. */
  readonly host: string;
  readonly agent: string;
  readonly createdMs: number;
}

function shownSubscription(row: { id: string; endpoint: string; agent: string; created_at: Date }): ShownSubscription {
  const { id, endpoint, agent, created_at } = row;
  return { id, host: new URL(endpoint).host, agent, createdMs: created_at.getTime() };
}

/** What the page's service worker shows. */
function shown(sayings: Message['sayings'], several: (count: number) => string) {
  const [{ id, title, text, path, event }] = sayings;
  if (sayings.length === 1) return { id, event, title, text: text.slice(0, MAX_TEXT_LENGTH), path };
  const titles = sayings.map((saying) => saying.title).join('\n');
  return { id, event: 'new', title: several(sayings.length), text: titles.slice(0, MAX_TEXT_LENGTH), path: '/' };
}
