import { Type } from 'typebox';
import type { Access } from '../access.ts';
import { changes, instead, json, OWN_PROBLEMS, reads, SOMEBODY, takes } from '../accounts/route-parts.ts';
import { invalidParameter } from '../problem.ts';
import { ChangeHeaders } from '../requests/etag.ts';
import { PageQuery, readPage } from '../requests/paging.ts';
import type { ApiServer } from '../server.ts';
import { KIND_NAMES, KINDS } from './kinds.ts';
import type { Language } from './languages.ts';
import type { NewsService } from './news-service.ts';
import { type Preferences, preferencesTag, type SaidPreferences } from './preferences.ts';
import * as said from './statements.ts';

export interface NewsRoutesDeps {
  readonly access: Access;
  readonly news: NewsService;
}

const OWN = { ...SOMEBODY, tags: ['notifications'] };
const ListQuery = Type.Object(
  { ...PageQuery.properties, unread: Type.Optional(Type.Boolean({ description: 'Only what was not read yet.' })) },
  { additionalProperties: false },
);

/** One's own notifications, and what one wants to be told of. */
export function addNewsRoutes(server: ApiServer, { access, news }: NewsRoutesDeps): void {
  const { notifications, preferences, watching } = news;

  server.get(
    '/v1/notifications',
    {
      ...reads,
      schema: {
        ...OWN,
        operationId: 'listNotifications',
        summary: "One's own notifications, the newest first",
        description:
          'What turned out not to hold stays in the list and says so. `/v1/live/notifications` is a WebSocket that ' +
          'tells of changes: `{"token": …}` first, or `{}` by a page of ours, then `{"type", "unread", "newest"}` ' +
          'for each.',
        querystring: ListQuery,
        response: { 200: json('A page', said.NotificationList), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => {
      const { account } = await access.requireAccount(request);
      const { unread: onlyUnread = false, ...asked } = request.query;
      return news.readList(account, readPage(asked, [/^\d{1,18}$/]), { onlyUnread });
    },
  );

  server.post(
    '/v1/notifications/readings',
    {
      ...{ ...takes, ...changes },
      schema: {
        ...OWN,
        operationId: 'markNotificationsRead',
        summary: 'Mark some notifications as read, or all up to one',
        description: 'It creates nothing: said again, it changes nothing.',
        body: said.Reading,
        response: { 200: json('What is left', said.Unread), ...instead('bad_request', ...OWN_PROBLEMS) },
      },
    },
    async (request) => {
      const { account } = await access.requireAccount(request);
      const { ids, upTo } = request.body;
      if ((ids === undefined) === (upTo === undefined)) throw invalidParameter('ids', 'either ids or upTo is needed');
      const marked = await notifications.markRead(account, ids === undefined ? { upTo: upTo! } : { ids });
      if (marked > 0) watching.tell(account);
      return { unread: await notifications.countUnread(account) };
    },
  );

  server.get(
    '/v1/notifications/preferences',
    {
      ...reads,
      schema: {
        ...OWN,
        operationId: 'readNotificationPreferences',
        summary: 'What one is told of, how, and when not',
        response: { 200: json('As it holds now', said.ShownPreferences), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const { account } = await access.requireAccount(request);
      const own = await preferences.own(account);
      reply.header('etag', preferencesTag(own));
      return shown(own);
    },
  );

  server.put(
    '/v1/notifications/preferences',
    {
      ...{ ...takes, ...changes },
      schema: {
        ...OWN,
        operationId: 'changeNotificationPreferences',
        summary: 'Say what one wants to be told of, how, and when not',
        headers: ChangeHeaders,
        body: said.PreferenceChange,
        response: {
          200: json('As it holds now', said.ShownPreferences),
          ...instead('bad_request', 'if_match_needed', 'changed_meanwhile', ...OWN_PROBLEMS),
        },
      },
    },
    async (request, reply) => {
      const { account } = await access.requireAccount(request);
      const asked = request.body as SaidPreferences;
      if (asked.quietHours !== null && asked.quietHours.from === asked.quietHours.to) {
        throw invalidParameter('quietHours', 'they have to end at another time than they begin', 'same_times');
      }
      const own = await preferences.change(account, asked, request.headers['if-match']);
      reply.header('etag', preferencesTag(own));
      return shown(own);
    },
  );
}

const namesIn = (language: Language) =>
  Object.fromEntries(KIND_NAMES.map((kind) => [kind, KINDS[kind].name[language]]));
const NAMES: Readonly<Record<Language, Record<string, string>>> = { en: namesIn('en'), ru: namesIn('ru') };

function shown(own: Preferences) {
  return { ...own, names: NAMES[own.language] };
}
