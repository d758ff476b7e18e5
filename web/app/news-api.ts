import { read, send } from './account-api.ts';

/** What the API answers about notifications, as far as the application reads it. */
export interface Notification {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly path: string;
  readonly eventMs: number;
  readonly readMs: number | null;
  /** It turned out not to hold. */
  readonly withdrawnMs: number | null;
}

export interface NotificationPage {
  readonly notifications: readonly Notification[];
  readonly unread: number;
  readonly next: string | null;
}

export const NEWS_CHANNELS = ['inApp', 'email', 'push', 'webhook'] as const;
export type NewsChannel = (typeof NEWS_CHANNELS)[number];

export interface NewsPreferences {
  readonly version: number;
  /** The profile's, by whose clock hours are quiet. */
  readonly timeZone: string;
  readonly quietHours: { readonly from: string; readonly to: string } | null;
  readonly kinds: Readonly<Record<string, Readonly<Record<NewsChannel, boolean>>>>;
  /** What each kind is called. */
  readonly names: Readonly<Record<string, string>>;
}

/** Preferences, and the version that a change of them names. */
export interface TaggedPreferences {
  readonly preferences: NewsPreferences;
  readonly etag: string;
}

/** Each throws ProblemError with what the API said, TypeError when it cannot be reached. */
export const readNews = (cursor: string | null) =>
  read<NotificationPage>(`/notifications?limit=30${cursor === null ? '' : `&cursor=${cursor}`}`);

export async function markRead(which: { ids: readonly string[] } | { upTo: string }): Promise<number> {
  return ((await (await send('POST', '/notifications/readings', which)).json()) as { unread: number }).unread;
}

const tagged = async (answer: Response): Promise<TaggedPreferences> => {
  return { preferences: (await answer.json()) as NewsPreferences, etag: answer.headers.get('etag') ?? '' };
};

export const readPreferences = async () => tagged(await send('GET', '/notifications/preferences'));
export const changePreferences = async (said: Pick<NewsPreferences, 'quietHours' | 'kinds'>, etag: string) =>
  tagged(await send('PUT', '/notifications/preferences', said, { 'if-match': etag }));
