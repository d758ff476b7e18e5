import type { Access } from '../access.ts';
import type { Database } from '../database/database.ts';
import { IdempotencyHeaders } from '../requests/idempotency.ts';
import { PageQuery } from '../requests/paging.ts';
import type { ApiServer } from '../server.ts';
import type { AccountService } from './account-service.ts';
import { readAudit } from './audit.ts';
import { accountTag, type People } from './people.ts';
import { ANYBODY, guesses, instead, json, NOTHING, OWN_PROBLEMS, reads, SOMEBODY, whence } from './route-parts.ts';
import * as said from './statements.ts';

export interface AccountRoutesDeps {
  readonly access: Access;
  readonly database: Database;
  readonly accounts: AccountService;
  readonly people: People;
}

/** Registering, and what belongs to one's own account. */
export function addAccountRoutes(server: ApiServer, { access, database, accounts, people }: AccountRoutesDeps): void {
  server.post(
    '/v1/accounts',
    {
      ...guesses,
      schema: {
        ...ANYBODY,
        operationId: 'register',
        summary: 'Register',
        description: 'The answer is the same whether the address has an account or not; the letter tells its owner.',
        headers: IdempotencyHeaders,
        body: said.Registration,
        response: {
          202: json('A letter is on its way', said.NextStep),
          ...instead('bad_request', 'key_reused', 'busy'),
        },
      },
    },
    async (request, reply) => {
      const answer = await accounts.register(request.body, request.headers['idempotency-key'], whence(request));
      reply.code(202);
      return answer.body;
    },
  );

  server.post(
    '/v1/accounts/verifications',
    {
      ...guesses,
      schema: {
        ...ANYBODY,
        operationId: 'verifyAccount',
        summary: "Confirm a new account's e-mail address",
        body: said.Verification,
        response: {
          ...NOTHING,
          ...instead('bad_request', 'bad_mail_token', 'wrong_credentials', 'too_many_attempts', 'busy'),
        },
      },
    },
    async (request, reply) => {
      await accounts.verify(request.body, whence(request));
      reply.code(204);
    },
  );

  server.post(
    '/v1/password-resets',
    {
      ...guesses,
      schema: {
        ...ANYBODY,
        operationId: 'askPasswordReset',
        summary: 'Ask for a letter by which a new password can be set',
        description: 'The answer is the same whether the address has an account or not.',
        body: said.ResetAsk,
        response: {
          202: json('If there is an account, a letter is on its way', said.NextStep),
          ...instead('bad_request'),
        },
      },
    },
    async (request, reply) => {
      await accounts.askReset(request.body.email, whence(request));
      reply.code(202);
      return { next: 'check_mail' as const };
    },
  );

  server.post(
    '/v1/password-resets/completions',
    {
      ...guesses,
      schema: {
        ...ANYBODY,
        operationId: 'resetPassword',
        summary: "Set a new password by a letter's code; every session ends",
        body: said.Reset,
        response: { ...NOTHING, ...instead('bad_request', 'bad_mail_token', 'busy') },
      },
    },
    async (request, reply) => {
      await accounts.reset(request.body, whence(request));
      reply.code(204);
    },
  );

  server.get(
    '/v1/account',
    {
      ...reads,
      schema: {
        ...SOMEBODY,
        operationId: 'readAccount',
        summary: "One's own account",
        response: { 200: json('The account', said.Account), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const own = await people.own(await access.requireAccount(request));
      reply.header('etag', accountTag(own));
      return own;
    },
  );

  server.put(
    '/v1/account/password',
    {
      ...guesses,
      schema: {
        ...SOMEBODY,
        operationId: 'changePassword',
        summary: 'Change the password; all other sessions end',
        body: said.PasswordChange,
        response: {
          ...NOTHING,
          ...instead(...OWN_PROBLEMS, 'bad_request', 'wrong_credentials', 'too_many_attempts', 'busy'),
        },
      },
    },
    async (request, reply) => {
      await accounts.changePassword(await access.requireAccount(request), request.body, whence(request));
      reply.code(204);
    },
  );

  server.put(
    '/v1/account/email',
    {
      ...guesses,
      schema: {
        ...SOMEBODY,
        operationId: 'askEmailChange',
        summary: 'Ask for another e-mail address, which a letter to it then confirms',
        body: said.EmailChange,
        response: {
          202: json('A letter is on its way to the new address', said.NextStep),
          ...instead(...OWN_PROBLEMS, 'bad_request', 'wrong_credentials', 'too_many_attempts', 'busy'),
        },
      },
    },
    async (request, reply) => {
      await accounts.askEmailChange(await access.requireAccount(request), request.body, whence(request));
      reply.code(202);
      return { next: 'check_mail' as const };
    },
  );

  server.post(
    '/v1/account/email/confirmations',
    {
      ...guesses,
      schema: {
        ...ANYBODY,
        operationId: 'confirmEmail',
        summary: "Confirm another e-mail address by its letter's code",
        body: said.EmailConfirmation,
        response: { ...NOTHING, ...instead('bad_request', 'bad_mail_token', 'email_taken') },
      },
    },
    async (request, reply) => {
      await accounts.confirmEmail(request.body.token, whence(request));
      reply.code(204);
    },
  );

  server.get(
    '/v1/account/audit',
    {
      ...reads,
      schema: {
        ...SOMEBODY,
        operationId: 'readOwnAudit',
        summary: "What happened to one's own account, the newest first",
        querystring: PageQuery,
        response: { 200: json('A page', said.AuditLog), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => {
      const { account } = await access.requireAccount(request);
      return readAudit(database, account, request.query);
    },
  );
}
