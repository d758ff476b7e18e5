import { Type } from 'typebox';
import { type Access, TOKEN_PROBLEMS } from '../access.ts';
import { problemResponses } from '../problem.ts';
import type { ApiServer } from '../server.ts';
import type { MailCatcher } from './caught.ts';

const CaughtMails = Type.Object(
  {
    mails: Type.Array(
      Type.Object(
        {
          number: Type.Integer(),
          caughtMs: Type.Integer(),
          to: Type.String(),
          subject: Type.String(),
          text: Type.String(),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/** Only where no mail server is named: what would have been sent. It holds the secrets of everybody. */
export function addMailRoutes(server: ApiServer, { access, catcher }: { access: Access; catcher: MailCatcher }): void {
  server.get(
    '/v1/operations/mail',
    {
      schema: {
        operationId: 'readCaughtMail',
        summary: 'The mail that was caught instead of sent, the newest first',
        description: 'Served only where no mail server is named, which is for development.',
        tags: ['operation'],
        security: [{ token: [] }],
        response: {
          200: { description: 'The newest 200', content: { 'application/json': { schema: CaughtMails } } },
          ...problemResponses('operator_only', ...TOKEN_PROBLEMS),
        },
      },
    },
    async (request) => {
      await access.require(request, {});
      return { mails: [...catcher.caught()] };
    },
  );
}
