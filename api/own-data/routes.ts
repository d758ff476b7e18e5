import { Type } from 'typebox';
import { type Access, TOKEN_PROBLEMS } from '../access.ts';
import { guesses, instead, json, OWN_PROBLEMS, reads, SOMEBODY, whence } from '../accounts/route-parts.ts';
import { KnownPassword } from '../accounts/statements.ts';
import type { Cookies } from '../requests/cookies.ts';
import { NextCursor, PageQuery } from '../requests/paging.ts';
import type { ApiServer } from '../server.ts';
import type { Deletion } from './deletion.ts';

export interface OwnDataRoutesDeps {
  readonly access: Access;
  readonly cookies: Cookies;
  readonly deletion: Deletion;
}

const closed = { additionalProperties: false };
const nullableInteger = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
const AskDeletion = Type.Object({ password: KnownPassword }, closed);
const RemovedCounts = Type.Record(Type.String(), Type.Record(Type.String(), Type.Integer()), {
  description: 'Rows, messages and keys, by store and what of it.',
});
const AskedDeletion = Type.Object(
  {
    deletion: Type.String({ description: 'Under which operators find the proof of it.' }),
    askedMs: Type.Integer(),
    doneMs: Type.Integer({ description: 'When nothing is left to age out, about five weeks later.' }),
    removed: RemovedCounts,
  },
  { ...closed, description: 'The receipt. It is given once: who asks again is nobody any more.' },
);
const DeletionList = Type.Object(
  {
    deletions: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          askedMs: Type.Integer(),
          passes: Type.Integer({ description: 'How often all stores were gone through.' }),
          passedMs: nullableInteger('When last.'),
          doneMs: nullableInteger('When nothing could come back any more, about five weeks later; null until then.'),
          removed: RemovedCounts,
        },
        closed,
      ),
    ),
    next: NextCursor,
  },
  closed,
);

/** The deletion of all that is known of a person. */
export function addOwnDataRoutes(server: ApiServer, { access, cookies, deletion }: OwnDataRoutesDeps): void {
  server.post(
    '/v1/account/deletion',
    {
      ...guesses,
      schema: {
        ...SOMEBODY,
        operationId: 'deleteAccount',
        summary: 'Delete one’s own account and all that is known of one',
        description:
          'At once: the account, its sessions and everything in PostgreSQL. Within minutes: samples, activities and ' +
          'what was computed of them, facts, dead letters, tokens of devices. QuestDB cannot delete rows: their ' +
          'values are taken out, and they age out within 7 days; streams and checkpoints within 5 weeks. It cannot ' +
          'be undone, so it takes no idempotency key: who asks again is nobody any more.',
        body: AskDeletion,
        response: {
          202: json('It has begun', AskedDeletion),
          ...instead('bad_request', 'wrong_credentials', 'too_many_attempts', 'busy', ...OWN_PROBLEMS),
        },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const answer = await deletion.ask(caller, request.body.password, whence(request));
      if (cookies.accessOf(request) !== null) cookies.clear(reply);
      reply.code(202);
      return answer;
    },
  );

  server.get(
    '/v1/operations/deletions',
    {
      ...reads,
      schema: {
        tags: ['operation'],
        security: [{ token: [] }],
        operationId: 'listDeletions',
        summary: 'Proofs of deletions, the newest first: what was removed where and when, and nothing of whom',
        querystring: PageQuery,
        response: { 200: json('A page', DeletionList), ...instead('operator_only', ...TOKEN_PROBLEMS) },
      },
    },
    async (request) => {
      await access.require(request, {});
      return deletion.list(request.query);
    },
  );
}
