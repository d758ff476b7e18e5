import type { Access } from '../access.ts';
import { changes, instead, json, OWN_PROBLEMS, reads, SOMEBODY, takes } from '../accounts/route-parts.ts';
import { ChangeHeaders } from '../requests/etag.ts';
import type { ApiServer } from '../server.ts';
import { type Consents, consentTag } from './consents.ts';
import { ConsentAnswer, ConsentStatement, presentVersions } from './statements.ts';

export interface ConsentRoutesDeps {
  readonly access: Access;
  readonly consents: Consents;
}

const CHANGE_PROBLEMS = [...OWN_PROBLEMS, 'bad_request', 'if_match_needed', 'changed_meanwhile'] as const;

/** What a person agrees to. */
export function addConsentRoutes(server: ApiServer, { access, consents }: ConsentRoutesDeps): void {
  server.get(
    '/v1/consents',
    {
      ...reads,
      schema: {
        ...SOMEBODY,
        operationId: 'readConsents',
        summary: 'What one agreed to, since when, and to which words',
        response: { 200: json('Both consents', ConsentAnswer), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const held = await consents.read(await access.requireAccount(request));
      reply.header('etag', consentTag(held));
      return held;
    },
  );

  server.put(
    '/v1/consents',
    {
      ...{ ...takes, ...changes },
      schema: {
        ...SOMEBODY,
        operationId: 'putConsents',
        summary: 'Agree, or take it back',
        description:
          'Without consent to health data no workout is entered and nothing new is taken; what is there stays to be ' +
          `read, changed and removed. The present versions are ${presentVersions}.`,
        headers: ChangeHeaders,
        body: ConsentStatement,
        response: { 200: json('Both consents as they are now', ConsentAnswer), ...instead(...CHANGE_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const ifMatch = request.headers['if-match'];
      const held = await consents.put(caller, request.body, { ifMatch, ip: request.ip });
      reply.header('etag', consentTag(held));
      return held;
    },
  );
}
