import { refuse } from './errors.ts';
import { type Token, tokens } from './tokens.ts';

/** What the server has to know about a statement before the engine gets it. */
export interface Statement {
  /** The first word, upper case: SELECT, INSERT, SHOW … */
  kind: string;
  /** The format that the statement itself asks for, of its answer. */
  format?: string;
  /** Where that FORMAT clause stands in the text. */
  formatAt?: { start: number; end: number };
  /** Set for an INSERT whose rows follow the statement's text. */
  data?: InsertData;
  /** Every word and quoted name, lower case, each with what follows it. */
  words: Word[];
}

export interface Word {
  text: string;
  /** The text of the next token, '' at the end. */
  next: string;
  /** The text of the token before, '' at the start. */
  before: string;
}

export interface InsertData {
  format: string;
  /** Where the part that names the table ends: before FORMAT or VALUES. */
  headEnd: number;
  /** Where the rows begin. */
  dataStart: number;
}

/**
 * Reads a statement. `isWhole` is false while more of the request may follow: then `undefined` means that more text is
 * needed. Throws ClickHouse's 62 for several statements in one request and 211 for none.
 */
export function readStatement(sql: string, isWhole: boolean): Statement | undefined {
  const first = tokens(sql).next().value;
  if (first === undefined) {
    if (isWhole) throw refuse('EMPTY_QUERY', 'Empty query');
    return undefined;
  }
  const kind = first.text.toUpperCase();
  if (kind === 'INSERT') {
    const data = findInsertData(sql);
    if (data) {
      // The blank or line end right behind the format's name has to be seen before the rows' first byte is known.
      if (!isWhole && data.dataStart >= sql.length) return undefined;
      return { kind, data, words: [] };
    }
  }
  if (!isWhole) return undefined;
  const all = [...tokens(sql)];
  const end = all.findIndex((token) => token.text === ';');
  if (end >= 0 && all.slice(end).some((token) => token.text !== ';')) {
    throw refuse('SYNTAX_ERROR', 'Syntax error (Multi-statements are not allowed)');
  }
  const body = end < 0 ? all : all.slice(0, end);
  return { kind, words: wordsOf(body), ...formatOf(body) };
}

/** `INSERT INTO [TABLE] name [(columns)] [SETTINGS …] FORMAT x <rows>`, or `… VALUES <rows>`. */
function findInsertData(sql: string): InsertData | undefined {
  let depth = 0;
  let before: Token | undefined;
  for (const token of tokens(sql)) {
    const word = token.kind === 'word' ? token.text.toUpperCase() : '';
    if (token.text === '(') depth++;
    else if (token.text === ')') depth--;
    else if (depth === 0 && before?.text !== '.') {
      if (word === 'SELECT' || word === 'WITH') return undefined;
      if (word === 'INFILE') throw refuse('UNKNOWN_TYPE_OF_QUERY', 'INSERT … FROM INFILE is not allowed over HTTP');
      if (word === 'VALUES') return { format: 'Values', headEnd: token.start, dataStart: token.end };
      if (before?.text.toUpperCase() === 'FORMAT' && before.kind === 'word' && word !== '') {
        return { format: token.text, headEnd: before.start, dataStart: startOfRows(sql, token.end) };
      }
    }
    before = token;
  }
  return undefined;
}

/** Blanks up to and with one line end belong to the statement, as ClickHouse's ParserInsertQuery has it. */
function startOfRows(sql: string, at: number): number {
  let start = at;
  while (sql[start] === ' ' || sql[start] === '\t' || sql[start] === '\f') start++;
  if (sql[start] === '\r') start++;
  if (sql[start] === '\n') start++;
  return start;
}

function wordsOf(body: Token[]): Word[] {
  const words: Word[] = [];
  body.forEach((token, i) => {
    if (token.kind !== 'word' && token.kind !== 'name') return;
    const text = (token.kind === 'name' ? token.text.slice(1, -1) : token.text).toLowerCase();
    words.push({ text, next: body[i + 1]?.text ?? '', before: body[i - 1]?.text ?? '' });
  });
  return words;
}

/** The last `FORMAT name` that ends the statement or stands before SETTINGS or INTO. */
function formatOf(body: Token[]): Pick<Statement, 'format' | 'formatAt'> {
  for (let i = body.length - 2; i >= 0; i--) {
    const [word, name, after] = [body[i], body[i + 1], body[i + 2]];
    if (word?.kind !== 'word' || word.text.toUpperCase() !== 'FORMAT' || name?.kind !== 'word') continue;
    if (after === undefined || /^(settings|into)$/i.test(after.text)) {
      return { format: name.text, formatAt: { start: word.start, end: name.end } };
    }
  }
  return {};
}
