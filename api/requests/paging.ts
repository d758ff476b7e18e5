import { Type } from 'typebox';
import { invalidParameter } from '../problem.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** Of every list that comes in pages. */
export const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })),
    cursor: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description: 'The `next` of the page before; left out for the first.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const NextCursor = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  description: 'Cursor of the next page; null on the last one.',
});

/** Where a page begins: behind the row with these values of what the list is sorted by. */
export interface Page<Key extends readonly string[]> {
  readonly limit: number;
  readonly after: Key | null;
}

/**
 * Reads limit and cursor. A cursor is no secret and not signed: `patterns` say what each of its values may look like,
 * and it grants nothing. Throws `invalid_request` for one that was not given out by {@link pageOf}.
 */
export function readPage<const Patterns extends readonly RegExp[]>(
  { limit = DEFAULT_LIMIT, cursor }: { limit?: number; cursor?: string },
  patterns: Patterns,
): Page<{ [i in keyof Patterns]: string }> {
  if (cursor === undefined) return { limit, after: null };
  const values = Buffer.from(cursor, 'base64url').toString('utf8').split('\n');
  const isOurs = values.length === patterns.length && values.every((value, i) => patterns[i].test(value));
  if (!isOurs) throw invalidParameter('cursor', 'is none of this list');
  return { limit, after: values as { [i in keyof Patterns]: string } };
}

/** Cuts what was read with `limit + 1` to a page, and says where the next one begins. `keyOf` has no line breaks. */
export function pageOf<Row>(rows: readonly Row[], limit: number, keyOf: (row: Row) => readonly string[]) {
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? Buffer.from(keyOf(page[limit - 1]).join('\n')).toString('base64url') : null;
  return { page, next };
}
