import type { Access } from '../../access.ts';
import { changes, instead, json, NOTHING, OWN_PROBLEMS, reads, SOMEBODY, takes } from '../../accounts/route-parts.ts';
import { ChangeHeaders } from '../../requests/etag.ts';
import { IdempotencyHeaders } from '../../requests/idempotency.ts';
import type { ApiServer } from '../../server.ts';
import * as said from '../statements.ts';
import { type Webhooks, webhookTag } from './webhooks.ts';

export interface WebhookRoutesDeps {
  readonly access: Access;
  readonly webhooks: Webhooks;
}

const OWN = { ...SOMEBODY, tags: ['notifications'] };
const ONE = '/v1/notifications/webhooks/:id';

/** Programs that one's news is sent to. */
export function addWebhookRoutes(server: ApiServer, { access, webhooks }: WebhookRoutesDeps): void {
  server.get(
    '/v1/notifications/webhooks',
    {
      ...reads,
      schema: {
        ...OWN,
        operationId: 'listWebhooks',
        summary: "One's own webhooks, the oldest first",
        response: { 200: json('All of them', said.WebhookList), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => {
      const { account } = await access.requireAccount(request);
      return { webhooks: await webhooks.list(account) };
    },
  );

  server.post(
    '/v1/notifications/webhooks',
    {
      ...{ ...takes, ...changes },
      schema: {
        ...OWN,
        operationId: 'addWebhook',
        summary: 'Send news to a program',
        description:
          'Each message is a POST with JSON: `{"type": "notifications", "webhook", "sentMs", "notifications": ' +
          '[{"id", "event", "kind", "title", "text", "path", "data", "eventMs"}]}`. `event` is `new`, `changed` or ' +
          '`withdrawn`. It is signed (see the secret) and tried again for about two hours; redirects are not followed.',
        headers: IdempotencyHeaders,
        body: said.NewWebhook,
        response: {
          201: json('It is added', said.ShownWebhook),
          ...instead('bad_request', 'key_reused', 'too_many_webhooks', ...OWN_PROBLEMS),
        },
      },
    },
    async (request, reply) => {
      const { account } = await access.requireAccount(request);
      const { body, headers } = await webhooks.add(account, request.body, request.headers['idempotency-key']);
      reply.code(201).headers(headers);
      return body;
    },
  );

  server.put(
    ONE,
    {
      ...{ ...takes, ...changes },
      schema: {
        ...OWN,
        operationId: 'changeWebhook',
        summary: 'Give a webhook another address, or switch it on or off',
        params: said.IdParams,
        headers: ChangeHeaders,
        body: said.WebhookChange,
        response: {
          200: json('As it is now', said.ShownWebhook),
          ...instead('bad_request', 'if_match_needed', 'changed_meanwhile', 'unknown_webhook', ...OWN_PROBLEMS),
        },
      },
    },
    async (request, reply) => {
      const { account } = await access.requireAccount(request);
      const changed = await webhooks.change(account, request.params.id, request.body, request.headers['if-match']);
      reply.header('etag', webhookTag(changed));
      return changed;
    },
  );

  server.delete(
    ONE,
    {
      ...changes,
      schema: {
        ...OWN,
        operationId: 'deleteWebhook',
        summary: 'Send nothing more to a program',
        params: said.IdParams,
        response: { ...NOTHING, ...instead(...OWN_PROBLEMS, 'unknown_webhook') },
      },
    },
    async (request, reply) => {
      const { account } = await access.requireAccount(request);
      await webhooks.forget(account, request.params.id);
      reply.code(204);
    },
  );

  server.get(
    `${ONE}/secret`,
    {
      ...reads,
      schema: {
        ...OWN,
        operationId: 'readWebhookSecret',
        summary: 'What the messages to a program are signed with',
        params: said.IdParams,
        response: { 200: json('The secret', said.WebhookSecret), ...instead(...OWN_PROBLEMS, 'unknown_webhook') },
      },
    },
    async (request) => {
      const { account } = await access.requireAccount(request);
      return { secret: await webhooks.secretOf(account, request.params.id) };
    },
  );

  server.get(
    `${ONE}/deliveries`,
    {
      ...reads,
      schema: {
        ...OWN,
        operationId: 'listWebhookDeliveries',
        summary: 'What became of the newest messages to a program, the newest first',
        params: said.IdParams,
        response: { 200: json('At most 20', said.DeliveryList), ...instead(...OWN_PROBLEMS, 'unknown_webhook') },
      },
    },
    async (request) => {
      const { account } = await access.requireAccount(request);
      return { deliveries: await webhooks.deliveriesOf(account, request.params.id) };
    },
  );

  server.post(
    `${ONE}/tests`,
    {
      ...changes,
      schema: {
        ...OWN,
        operationId: 'testWebhook',
        summary: 'Send a program a message without news, to see whether it answers',
        description:
          'It is signed as all are, its `type` is `test` and its `notifications` are none. It is sent to one that is ' +
          'switched off as well, is tried once, and counts for nothing when it fails.',
        params: said.IdParams,
        response: { 200: json('What came of it', said.ShownDelivery), ...instead(...OWN_PROBLEMS, 'unknown_webhook') },
      },
    },
    async (request) => {
      const { account } = await access.requireAccount(request);
      return webhooks.test(account, request.params.id);
    },
  );
}
