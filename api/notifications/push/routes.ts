import type { Access } from '../../access.ts';
import {
  changes,
  instead,
  json,
  NOTHING,
  OWN_PROBLEMS,
  reads,
  SOMEBODY,
  takes,
  whence,
} from '../../accounts/route-parts.ts';
import { Problem } from '../../problem.ts';
import { IdempotencyHeaders } from '../../requests/idempotency.ts';
import type { ApiServer } from '../../server.ts';
import * as said from '../statements.ts';
import type { PushSubscriptions } from './subscriptions.ts';

export interface PushRoutesDeps {
  readonly access: Access;
  readonly subscriptions: PushSubscriptions;
}

const OWN = { ...SOMEBODY, tags: ['notifications'] };

/** Browsers that one's news is pushed to. */
export function addPushRoutes(server: ApiServer, { access, subscriptions }: PushRoutesDeps): void {
  server.get(
    '/v1/notifications/push-key',
    {
      ...reads,
      schema: {
        ...OWN,
        operationId: 'readPushKey',
        summary: 'The key that a browser subscribes with',
        response: { 200: json('The same for ever', said.PushKey), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => {
      await access.requireAccount(request);
      return { publicKey: await subscriptions.publicKey() };
    },
  );

  server.get(
    '/v1/notifications/push-subscriptions',
    {
      ...reads,
      schema: {
        ...OWN,
        operationId: 'listPushSubscriptions',
        summary: "One's own browsers that news is pushed to, the newest first",
        response: { 200: json('All of them', said.SubscriptionList), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => {
      const { account } = await access.requireAccount(request);
      return { subscriptions: await subscriptions.list(account) };
    },
  );

  server.post(
    '/v1/notifications/push-subscriptions',
    {
      ...{ ...takes, ...changes },
      schema: {
        ...OWN,
        operationId: 'addPushSubscription',
        summary: 'Push news to a browser',
        description: 'A browser that was somebody else’s is taken over. Of more than 20 the oldest is forgotten.',
        headers: IdempotencyHeaders,
        body: said.NewSubscription,
        response: {
          201: json('It is added', said.ShownSubscription),
          ...instead('bad_request', 'key_reused', ...OWN_PROBLEMS),
        },
      },
    },
    async (request, reply) => {
      const { account } = await access.requireAccount(request);
      const { agent } = whence(request);
      const { body } = await subscriptions.add(account, request.body, request.headers['idempotency-key'], agent);
      reply.code(201);
      return body;
    },
  );

  server.delete(
    '/v1/notifications/push-subscriptions/:id',
    {
      ...changes,
      schema: {
        ...OWN,
        operationId: 'deletePushSubscription',
        summary: 'Push nothing more to a browser',
        params: said.IdParams,
        response: { ...NOTHING, ...instead(...OWN_PROBLEMS, 'unknown_subscription') },
      },
    },
    async (request, reply) => {
      const { account } = await access.requireAccount(request);
      if (!(await subscriptions.forget(account, request.params.id))) throw new Problem('unknown_subscription');
      reply.code(204);
    },
  );
}
