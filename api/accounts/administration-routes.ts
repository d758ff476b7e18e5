import { Type } from 'typebox';
import { type Access, TOKEN_PROBLEMS } from '../access.ts';
import type { Database } from '../database/database.ts';
import { invalidParameter } from '../problem.ts';
import { ChangeHeaders } from '../requests/etag.ts';
import { PageQuery } from '../requests/paging.ts';
import type { ApiServer } from '../server.ts';
import { readAudit } from './audit.ts';
import { accountTag, type People } from './people.ts';
import { changes, instead, json, NOTHING, reads, SOMEBODY, takes } from './route-parts.ts';
import type { SecondFactors } from './second-factor/second-factors.ts';
import * as said from './statements.ts';

export interface AdministrationRoutesDeps {
  readonly access: Access;
  readonly database: Database;
  readonly people: People;
  readonly secondFactors: Pick<SecondFactors, 'takeAway'>;
}

const ADMINISTRATOR_PROBLEMS = [...TOKEN_PROBLEMS, 'administrator_only', 'second_factor_needed', 'cross_site'] as const;
const AccountParams = Type.Object({ id: Type.String(said.Uuid) });
const FindQuery = Type.Object({ email: said.Email }, { additionalProperties: false });

/** For administrators, and for operators, who make the first administrator. */
export function addAdministrationRoutes(server: ApiServer, deps: AdministrationRoutesDeps): void {
  const { access, database, people, secondFactors } = deps;

  server.get(
    '/v1/accounts',
    {
      ...reads,
      schema: {
        ...SOMEBODY,
        operationId: 'findAccount',
        summary: 'The account with an e-mail address',
        querystring: FindQuery,
        response: { 200: json('The account', said.Account), ...instead(...ADMINISTRATOR_PROBLEMS, 'unknown_account') },
      },
    },
    async (request, reply) => {
      await access.requireAdministrator(request);
      const found = await people.find(request.query.email);
      reply.header('etag', accountTag(found));
      return found;
    },
  );

  server.put(
    '/v1/accounts/:id/roles',
    {
      ...{ ...takes, ...changes },
      schema: {
        ...SOMEBODY,
        operationId: 'setRoles',
        summary: 'Say what a person may do besides their own training',
        params: AccountParams,
        headers: ChangeHeaders,
        body: said.RoleChange,
        response: {
          200: json('The account as it is now', said.Account),
          ...instead(
            ...ADMINISTRATOR_PROBLEMS,
            'bad_request',
            'unknown_account',
            'if_match_needed',
            'changed_meanwhile',
          ),
        },
      },
    },
    async (request, reply) => {
      const actor = await access.requireAdministrator(request);
      const { roles, organiser = null } = request.body;
      if (roles.includes('organiser') !== (organiser !== null)) {
        throw invalidParameter('organiser', 'is stated with the role of an organiser, and only with it');
      }
      const ifMatch = request.headers['if-match'];
      const changed = await people.setRoles(
        request.params.id,
        { roles, organiser },
        { ifMatch, actor, ip: request.ip },
      );
      reply.header('etag', accountTag(changed));
      return changed;
    },
  );

  server.delete(
    '/v1/accounts/:id/second-factor',
    {
      ...changes,
      schema: {
        ...SOMEBODY,
        operationId: 'takeSecondFactorAway',
        summary: 'Take the second factor away from a person who has lost the app and all recovery codes',
        description:
          'Make sure of who asks by another way first: from then on their password is enough. Their sessions end, a ' +
          'letter tells them, and it is written down. One’s own is not taken away so, but switched off with a code.',
        params: AccountParams,
        response: {
          ...NOTHING,
          ...instead(...ADMINISTRATOR_PROBLEMS, 'unknown_account', 'no_second_factor', 'own_second_factor'),
        },
      },
    },
    async (request, reply) => {
      const actor = await access.requireAdministrator(request);
      await secondFactors.takeAway(request.params.id, { actor, ip: request.ip });
      reply.code(204);
    },
  );

  server.get(
    '/v1/audit',
    {
      ...reads,
      schema: {
        ...SOMEBODY,
        operationId: 'readAuditLog',
        summary: 'What happened to all accounts, the newest first',
        querystring: PageQuery,
        response: { 200: json('A page', said.AuditLog), ...instead(...ADMINISTRATOR_PROBLEMS) },
      },
    },
    async (request) => {
      await access.requireAdministrator(request);
      return readAudit(database, null, request.query);
    },
  );
}
