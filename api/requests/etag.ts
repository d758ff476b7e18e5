import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../problem.ts';

/** What a change says in its header. */
export const ChangeHeaders = Type.Object({
  'if-match': Type.Optional(Type.String({ maxLength: 200, description: 'The ETag of the version that is changed.' })),
});

/** The ETag of a version of something; `name` keeps those of different things apart. */
export function tagOf(name: string, version: number): string {
  return `"${name}-${version}"`;
}

/** The ETag of an answer that has no version: it changes with whatever the answer says. */
export function tagOfAnswer(answer: object): string {
  return `"${createHash('sha256').update(JSON.stringify(answer)).digest('base64url').slice(0, 22)}"`;
}

/** Sets the ETag (RFC 9110, 8.8.3) and who may keep the answer. True when the caller has this one and was told so. */
export function answersKnown(
  { headers }: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
  { tag, cache }: { tag: string; cache: string },
): boolean {
  reply.header('etag', tag).header('cache-control', cache);
  if (!headers['if-none-match']?.split(',').some((one) => one.trim().replace(/^W\//, '') === tag)) return false;
  reply.code(304).send();
  return true;
}

/**
 * A change names the version that it was made for (RFC 9110, 13.1.1). Throws `if_match_needed` and, where it has
 * changed meanwhile, `changed_meanwhile`.
 */
export function requireMatch(ifMatch: string | undefined, present: string): void {
  if (ifMatch === undefined) throw new Problem('if_match_needed', { detail: `it is ${present} now` });
  if (ifMatch.trim() !== present) throw new Problem('changed_meanwhile', { detail: `it is ${present} now` });
}
