import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Database } from '../database/database.ts';
import { createOutbox, type Deliver, type Outbox, putOutbox } from '../outbox/outbox.ts';
import { CHANNELS, type KindName, kindNamed, type OutsideChannel, type Words } from './kinds.ts';
import type { InEach, Language } from './languages.ts';
import type { PreferenceStore } from './preferences.ts';

/** What is said of one notification, in the language and the units of who is told. */
export interface Saying extends Words {
  readonly id: string;
  readonly kind: KindName;
  /** It is said for the first time, says something else than before, or holds no more. */
  readonly event: 'new' | 'changed' | 'withdrawn';
  readonly data: unknown;
  /** Page that tells more, from the root. */
  readonly path: string;
  readonly eventMs: number;
}

export interface Message {
  readonly account: string;
  readonly target: string;
  readonly language: Language;
  /** At least one. */
  readonly sayings: readonly Saying[];
}

/**
 * Says something by one channel. Throws what is tried again, and UndeliverableError for what never can be said; false
 * when nobody is there any more who wants it.
 */
export type Sender = (message: Message, attempts: number) => Promise<boolean>;

export interface SendingDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly preferences: PreferenceStore;
  readonly senders: Readonly<Record<OutsideChannel, Sender>>;
  readonly everyMs?: number;
  /** Numbers from 0 up to 1, for the jitter of what is tried again. */
  readonly random?: () => number;
}

export interface Sending {
  start(): void;
  /** Says all that is due now; for tests. */
  runDue(): Promise<void>;
  stop(): Promise<void>;
}

/** What one message says at most; more comes with the next. */
const MAX_SAYINGS = 50;
/** A slow webhook keeps no letter from its way. */
const MAX_AT_ONCE = 8;
const EVERY_MS = 1_000;

interface Handed {
  readonly account: string;
  readonly target: string;
  readonly notifications: readonly string[];
}

const outboxKind = (channel: OutsideChannel) => `notification_${channel}`;

const CHANGED: InEach = { en: 'Corrected: ', ru: 'Исправлено: ' };
const WITHDRAWN: InEach = { en: 'Taken back: ', ru: 'Отозвано: ' };
const WHY: InEach = {
  en: 'Later data shows that it does not hold.',
  ru: 'Более поздние данные показали, что это не так.',
};

/**
 * Brings what was said elsewhere to what holds. Each notification has a row for each place where it is said, with a
 * digest of what was said there last. When it is due, all that is due at that place goes into one message, which waits
 * in the outbox until it is sent: quiet hours move what is due to their end, so that it comes then as one digest. What
 * the message says is read when it is sent, and so is whether it differs from what was said: what was withdrawn
 * meanwhile is not sent at all, and what was sent before it was withdrawn is taken back.
 */
export function createSending(deps: SendingDeps): Sending {
  const { database, clock, log, preferences, senders, everyMs = EVERY_MS, random } = deps;
  let timer: Timer | null = null;
  let handing: Promise<void> | null = null;
  let isStopped = false;

  /** Hands what is due at one place to the outbox, or moves it to the end of quiet hours. False when nothing is due. */
  async function handOne(): Promise<boolean> {
    const nowMs = clock.nowMs();
    const now = new Date(nowMs);
    return database.transaction().execute(async (transaction) => {
      const place = await transaction
        .selectFrom('notification_sendings')
        .select(['account', 'channel', 'target'])
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst();
      if (place === undefined) return false;
      const { account, target } = place;
      const channel = place.channel as OutsideChannel;
      const quietMs = preferences.quietUntilMs(channel, await preferences.read(transaction, account));
      const due = transaction
        .selectFrom('notification_sendings')
        .select('notification')
        .where('account', '=', account)
        .where('channel', '=', channel)
        .where('target', '=', target)
        .where('due_at', '<=', now)
        .orderBy('notification')
        .limit(MAX_SAYINGS)
        .forUpdate();
      const moved = await transaction
        .updateTable('notification_sendings')
        .set({ due_at: quietMs === null ? null : new Date(quietMs) })
        .where('channel', '=', channel)
        .where('target', '=', target)
        .where('notification', 'in', due)
        .returning(sql<string>`notification::text`.as('notification'))
        .execute();
      if (quietMs !== null) return true;
      const notifications = moved.map(({ notification }) => notification);
      await putOutbox(transaction, outboxKind(channel), { account, target, notifications } satisfies Handed, nowMs);
      return true;
    });
  }

  const rowsOf = (channel: OutsideChannel, { target, notifications }: Handed) =>
    database
      .selectFrom('notification_sendings as s')
      .innerJoin('notifications as n', 'n.id', 's.notification')
      .select(['n.kind', 'n.data', 'n.event_at', 'n.withdrawn_at', 's.told', sql<string>`n.id::text`.as('id')])
      .where('s.channel', '=', channel)
      .where('s.target', '=', target)
      .where('s.notification', 'in', [...notifications])
      .orderBy('n.id')
      .execute();

  const deliverBy =
    (channel: OutsideChannel): Deliver =>
    async (data, attempts) => {
      const handed = data as Handed;
      const { account, target } = handed;
      const { kinds, ...reader } = await preferences.read(database, account);
      const { language } = reader;
      const said = (await rowsOf(channel, handed)).flatMap((row) => {
        const holds = digestOf(row);
        const kind = kindNamed(row.kind);
        const isWanted = kind !== null && kinds[row.kind as KindName][channel];
        if (!isWanted || holds === row.told) return [];
        const event = row.told === null ? 'new' : holds === null ? 'withdrawn' : 'changed';
        const words = wordsOf(kind.words(row.data, reader), event, language);
        const { id, event_at } = row;
        const rest = {
          kind: row.kind as KindName,
          data: row.data,
          path: kind.path(row.data),
          eventMs: event_at.getTime(),
        };
        return [{ saying: { id, event, ...words, ...rest } satisfies Saying, holds, before: row.told }];
      });
      if (said.length === 0) return;
      const sayings = said.map(({ saying }) => saying);
      if (!(await senders[channel]({ account, target, language, sayings }, attempts))) return;
      for (const { saying, holds } of said) await noteTold(channel, target, saying.id, holds);
    };

  /** Something may have happened while it was being said: then it is due again. */
  async function noteTold(channel: OutsideChannel, target: string, notification: string, told: string | null) {
    await database.transaction().execute(async (transaction) => {
      const row = await transaction
        .selectFrom('notifications')
        .select(['kind', 'data', 'withdrawn_at'])
        .where('id', '=', notification)
        .forUpdate()
        .executeTakeFirst();
      if (row === undefined) return;
      const isOvertaken = digestOf(row) !== told;
      await transaction
        .updateTable('notification_sendings')
        .set({ told, ...(isOvertaken && { due_at: new Date(clock.nowMs()) }) })
        .where('notification', '=', notification)
        .where('channel', '=', channel)
        .where('target', '=', target)
        .execute();
    });
  }

  const channels = CHANNELS.filter((channel): channel is OutsideChannel => channel !== 'inApp');
  const outbox: Outbox = createOutbox({
    ...{ database, clock, log, maxAtOnce: MAX_AT_ONCE, everyMs, random },
    deliver: Object.fromEntries(channels.map((channel) => [outboxKind(channel), deliverBy(channel)])),
  });

  async function handDue(): Promise<void> {
    while (!isStopped && (await handOne()));
    outbox.wake();
  }

  function hand(): Promise<void> {
    handing ??= handDue()
      .catch((err) => log.warn({ err }, 'notifications could not be handed on; it is tried again'))
      .finally(() => {
        handing = null;
      });
    return handing;
  }

  return {
    start() {
      timer ??= clock.setRepeating(() => void hand(), everyMs);
      outbox.start();
    },
    async runDue() {
      // What goes on has looked at an earlier time.
      await handing;
      await hand();
      await outbox.runDue();
    },
    async stop() {
      isStopped = true;
      timer?.cancel();
      await handing;
      await outbox.stop();
    },
  };
}

/** Of what a notification says; null when it says nothing any more. */
function digestOf({ kind, data, withdrawn_at }: { kind: string; data: unknown; withdrawn_at: Date | null }) {
  if (withdrawn_at !== null) return null;
  return createHash('sha256')
    .update(JSON.stringify([kind, data]))
    .digest('base64url')
    .slice(0, 22);
}

function wordsOf({ title, text }: Words, event: Saying['event'], language: Language): Words {
  if (event === 'new') return { title, text };
  if (event === 'changed') return { title: `${CHANGED[language]}${title}`, text };
  return { title: `${WITHDRAWN[language]}${title}`, text: text === '' ? WHY[language] : `${WHY[language]}\n${text}` };
}
