import { createHash } from 'node:crypto';
import { FILE_SOURCE_PATTERN, SOURCE_PATTERN } from '../../schemas/identity.ts';

/** Where the next page begins: after this row of this range. The range stays as it was for the first page. */
export interface Cursor {
  readonly fromMs: number;
  readonly toMs: number;
  readonly tsMs: number;
  readonly source: string;
  /** 16 hex digits for rows, empty for buckets. */
  readonly boot: string;
}

/** Base64url of a small JSON list. `question` is whatever must be the same on every page. */
export function encodeCursor(cursor: Cursor, question: readonly unknown[]): string {
  const { fromMs, toMs, tsMs, source, boot } = cursor;
  return Buffer.from(JSON.stringify([digest(question), fromMs, toMs, tsMs, source, boot])).toString('base64url');
}

/**
 * The cursor, or null when the text is not one that was given out for this question. A cursor is not secret and not
 * signed: it is checked like any other parameter, and grants nothing.
 */
export function decodeCursor(text: string, question: readonly unknown[]): Cursor | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (!Array.isArray(parsed) || parsed.length !== 6 || parsed[0] !== digest(question)) return null;
  const [, fromMs, toMs, tsMs, source, boot] = parsed;
  if (![fromMs, toMs, tsMs].every((time) => Number.isSafeInteger(time) && time >= 0)) return null;
  if (typeof source !== 'string' || !(SOURCE_PATTERN.test(source) || FILE_SOURCE_PATTERN.test(source))) return null;
  if (typeof boot !== 'string' || !/^([0-9a-f]{16})?$/.test(boot)) return null;
  return { fromMs, toMs, tsMs, source, boot };
}

function digest(question: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 8);
}
