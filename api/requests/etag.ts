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

/**
 * A change names the version that it was made for (RFC 9110, 13.1.1). Throws `if_match_needed` and, where it has
 * changed meanwhile, `changed_meanwhile`.
 */
export function requireMatch(ifMatch: string | undefined, present: string): void {
  if (ifMatch === undefined) throw new Problem('if_match_needed', { detail: `it is ${present} now` });
  if (ifMatch.trim() !== present) throw new Problem('changed_meanwhile', { detail: `it is ${present} now` });
}
