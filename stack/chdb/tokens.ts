/** One token of ClickHouse SQL: a word (keyword, name or number), a quoted name, a string, or one other character. */
export interface Token {
  kind: 'word' | 'name' | 'string' | 'symbol';
  /** As written, quotes included. */
  text: string;
  start: number;
  end: number;
}

const SPACE = /\s/;
const WORD = /[\w\x80-\uffff]/;
const HEREDOC = /\$\w*\$/y;

/**
 * The tokens of `sql`, comments and blanks left out. Lazy, so that a caller can stop before the data of an INSERT,
 * which is not SQL. A string or comment that does not end takes the rest of the text.
 */
export function* tokens(sql: string): Generator<Token> {
  let at = 0;
  while (at < sql.length) {
    const char = sql.charAt(at);
    if (SPACE.test(char) || char === '\0') {
      at++;
      continue;
    }
    const afterComment = skipComment(sql, at);
    if (afterComment > at) {
      at = afterComment;
      continue;
    }
    const token = readToken(sql, at, char);
    yield token;
    at = token.end;
  }
}

function skipComment(sql: string, at: number): number {
  if (sql.startsWith('/*', at)) return endOr(sql, sql.indexOf('*/', at + 2), 2);
  if (sql.startsWith('--', at) || sql.startsWith('# ', at) || sql.startsWith('#!', at)) {
    return endOr(sql, sql.indexOf('\n', at), 1);
  }
  return at;
}

function readToken(sql: string, start: number, char: string): Token {
  if (char === "'") return cut(sql, 'string', start, endOfQuoted(sql, start, char));
  if (char === '"' || char === '`') return cut(sql, 'name', start, endOfQuoted(sql, start, char));
  if (char === '$') {
    HEREDOC.lastIndex = start;
    const tag = HEREDOC.exec(sql)?.[0];
    if (tag) return cut(sql, 'string', start, endOr(sql, sql.indexOf(tag, start + tag.length), tag.length));
  }
  let end = start;
  while (end < sql.length && WORD.test(sql.charAt(end))) end++;
  return end > start ? cut(sql, 'word', start, end) : cut(sql, 'symbol', start, start + 1);
}

function endOfQuoted(sql: string, start: number, quote: string): number {
  for (let at = start + 1; at < sql.length; at++) {
    if (sql[at] === '\\') at++;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at++; // a doubled quote stands for itself
    }
  }
  return sql.length;
}

function endOr(sql: string, found: number, length: number): number {
  return found < 0 ? sql.length : found + length;
}

function cut(sql: string, kind: Token['kind'], start: number, end: number): Token {
  return { kind, text: sql.slice(start, end), start, end };
}
