import type { Bus } from '../../runtime/bus.ts';
import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { MessageLog } from '../../runtime/stream/stream.ts';
import type { Names } from '../../schemas/names.ts';
import type { Database } from '../database/database.ts';
import { createFactProjection } from '../facts/project-facts.ts';
import type { Mailer } from '../mail/mail.ts';
import type { PostOutside } from '../outside/post-outside.ts';
import type { Page } from '../requests/paging.ts';
import { kindNamed } from './kinds.ts';
import type { Reader } from './languages.ts';
import { createNewsLetters } from './letters.ts';
import { createNewsWatching } from './news-watching.ts';
import { createNotifications, type GatherMs, type ListedRow } from './notifications.ts';
import { createPreferences } from './preferences.ts';
import { createPushSubscriptions } from './push/subscriptions.ts';
import { athleteOfNews, createRecordNews, NEWS_PROJECTION, newsKinds } from './record-news.ts';
import { createSending } from './sending.ts';
import { createWebhooks } from './webhooks/webhooks.ts';

export interface NewsServiceDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly mailer: Mailer;
  readonly outside: PostOutside;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  /** The stream FACTS. */
  readonly facts: MessageLog;
  readonly bus: Bus;
  readonly names: Pick<Names, 'fact' | 'newsChanges'>;
  readonly gatherMs?: GatherMs;
  readonly random?: () => number;
}

const HOUR_MS = 3_600_000;
const FIRST = { limit: 1, after: null };

/** Notifications of all channels, put together. */
export function createNewsService(deps: NewsServiceDeps) {
  const { database, clock, log } = deps;
  const preferences = createPreferences(deps);
  const notifications = createNotifications({ ...deps, preferences });
  const subscriptions = createPushSubscriptions(deps);
  const webhooks = createWebhooks({ ...deps, notifications });
  const senders = { email: createNewsLetters(deps), push: subscriptions.push, webhook: webhooks.send };
  const sending = createSending({ ...deps, preferences, senders });

  async function readList(account: string, page: Page<readonly [string]>, which: { onlyUnread: boolean }) {
    const { page: rows, reader, ...rest } = await notifications.list(account, page, which);
    return { notifications: rows.map((row) => shown(row, reader)), ...rest };
  }

  const watching = createNewsWatching({
    ...deps,
    async read(account) {
      const { notifications: some, unread } = await readList(account, FIRST, { onlyUnread: false });
      return { unread, newest: some[0] ?? null };
    },
    onFailed: (err) => log.warn({ err }, 'who watches could not be told of their notifications'),
  });
  const projection = createFactProjection({
    ...deps,
    ...{ name: NEWS_PROJECTION, kinds: newsKinds, athleteOf: athleteOfNews, apply: createRecordNews(notifications) },
    onApplied: watching.tell,
  });

  let cleaning: Timer | null = null;
  return {
    ...{ database, preferences, notifications, subscriptions, webhooks, sending, watching, readList },

    /** Once the database is open. */
    start(): void {
      sending.start();
      projection.start();
      const clean = () =>
        notifications.forgetOld().catch((err) => log.warn({ err }, 'old notifications could not be forgotten'));
      cleaning ??= clock.setRepeating(() => void clean(), HOUR_MS);
    },
    async stop(): Promise<void> {
      cleaning?.cancel();
      watching.stop();
      await projection.stop();
      await sending.stop();
    },
  };
}

export type NewsService = ReturnType<typeof createNewsService>;

function shown({ id, kind, data, ...times }: ListedRow, reader: Reader) {
  const { words, path } = kindNamed(kind)!;
  return {
    ...{ id, kind, ...words(data, reader), path: path(data), data: data as Record<string, unknown> },
    ...times,
  };
}
