import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { TOKEN_PROBLEMS } from '../access.ts';
import type { ProblemName } from '../problem.ts';
import { problemResponses } from '../problem.ts';
import { RATE_LIMITS } from '../requests/rate-limits.ts';
import { strictValidator } from '../strict-json.ts';
import type { Whence } from './sessions.ts';

const NoQuery = Type.Object({}, { additionalProperties: false });
/** What anybody may ask, and what only somebody who is logged in. */
export const ANYBODY = { tags: ['accounts'], security: [], querystring: NoQuery };
export const SOMEBODY = { tags: ['accounts'], security: [{ token: [] }], querystring: NoQuery };

/** What every route of accounts may answer instead; those with a body also `bad_request`. */
const ALWAYS = ['invalid_request', 'too_many_requests', 'store_unavailable'] as const;
export const OWN_PROBLEMS = [...TOKEN_PROBLEMS, 'account_only', 'cross_site'] as const;

export const json = <Schema>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
});
/** Without the type the document would say that there is JSON. */
export const NOTHING = { 204: Type.Null({ description: 'Done' }) };

export const instead = (...names: readonly ProblemName[]) => problemResponses(...ALWAYS, ...names);

/** Nothing of an account is kept by a browser or on the way. */
function keepPrivate(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  reply.header('cache-control', 'no-store');
  done();
}

/** A route that reads, changes, or costs a hash or a letter. */
export const reads = { config: { rateLimit: RATE_LIMITS.read }, preHandler: keepPrivate };
export const changes = { config: { rateLimit: RATE_LIMITS.change }, preHandler: keepPrivate };
const MAX_BODY_BYTES = 16 * 1024;
export const takes = { validatorCompiler: strictValidator, bodyLimit: MAX_BODY_BYTES };
export const guesses = { ...takes, config: { rateLimit: RATE_LIMITS.guess }, preHandler: keepPrivate };

/** Where a request comes from, for sessions and the audit. */
export function whence({ ip, headers }: FastifyRequest): Whence {
  return { ip, agent: headers['user-agent'] ?? '' };
}
