import type { IncomingMessage } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { Database } from './database.ts';
import { refuse } from './errors.ts';
import type { Spool } from './spool.ts';
import { readStatement, type Statement } from './statement.ts';

/** A request's body, unpacked, and bounded: throws ClickHouse's 229 beyond `maxBytes`. */
export type Body = AsyncIterator<Buffer>;

const UNPACKERS: Record<string, () => Transform> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** True for a body that is unpacked as a whole, in memory: the caller bounds how many are at a time. */
export function needsUnpacking(request: IncomingMessage): boolean {
  return encodingOf(request) === 'lz4';
}

function encodingOf(request: IncomingMessage): string {
  return (request.headers['content-encoding'] ?? 'identity').toLowerCase();
}

/** Opens the body of `request`, unpacked as its Content-Encoding says. Throws 89 for an encoding that is not known. */
export async function openBody(
  request: IncomingMessage,
  maxBytes: number,
  spool: Spool,
  database: Database,
): Promise<Body> {
  const encoding = encodingOf(request);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (encoding === 'identity') return bounded(request, maxBytes);
  if (encoding === 'lz4')
    return bounded(Readable.from([await unpackLz4(request, maxBytes, spool, database)]), maxBytes);
  const unpacker = UNPACKERS[encoding];
  if (!unpacker) throw refuse('UNKNOWN_COMPRESSION_METHOD', `Unknown compression method: ${encoding}`);
  return bounded(request.compose<Readable>(unpacker()), maxBytes);
}

async function* bounded(stream: Readable, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

/** Node has no LZ4; the engine unpacks a file that is named for it. */
async function unpackLz4(
  request: IncomingMessage,
  maxBytes: number,
  spool: Spool,
  database: Database,
): Promise<Buffer> {
  const file = await spool.write('lz4', [], bounded(request, maxBytes));
  const session = database.open('writer');
  try {
    session.set(`SET max_memory_usage = ${4 * maxBytes + 64 * 1024 * 1024}`);
    const { bytes } = await session.run(`SELECT * FROM file('${file.path}', 'RawBLOB') FORMAT RawBLOB`, 'RawBLOB');
    return Buffer.from(bytes);
  } finally {
    session.close();
    file.remove();
  }
}

/** A request's statement, and the bytes behind it that have been read already. */
export interface Head {
  statement: Statement;
  /** The statement's text; of an INSERT with rows, the part before FORMAT or VALUES. */
  sql: string;
  /** The same without its FORMAT clause, to ask about it in a subquery. */
  bareSql: string;
  /** First rows of an INSERT, when they came with the text. */
  rest: Buffer;
}

/**
 * Reads as much of the body as the statement needs. ClickHouse takes the `query` of the URL and the body as one text,
 * so either may hold all of it, or the URL the INSERT and the body its rows. `maxTextBytes` bounds what is not rows.
 */
export async function readHead(urlQuery: string, body: Body, maxTextBytes: number): Promise<Head> {
  let text: Buffer = Buffer.from(urlQuery === '' ? '' : `${urlQuery}\n`);
  let isWhole = false;
  for (;;) {
    // Read as latin1, so that a place in the text is a place in the bytes.
    const statement = readStatement(text.toString('latin1'), isWhole);
    if (statement) return cut(text, statement);
    if (isWhole) throw refuse('SYNTAX_ERROR', 'Syntax error: the statement does not end');
    if (text.length > maxTextBytes) {
      throw refuse('SYNTAX_ERROR', `Max query size exceeded: the limit is ${maxTextBytes} bytes`);
    }
    const next = await body.next();
    if (next.done) isWhole = true;
    else text = text.length === 0 ? next.value : Buffer.concat([text, next.value]);
  }
}

function cut(text: Buffer, { data, formatAt, ...statement }: Statement): Head {
  if (data) {
    const sql = text.toString('utf8', 0, data.headEnd);
    return { statement: { ...statement, data }, sql, bareSql: sql, rest: text.subarray(data.dataStart) };
  }
  const sql = text.toString('utf8').replace(/[\s;]+$/, '');
  const bareSql = formatAt ? `${text.toString('utf8', 0, formatAt.start)}${text.toString('utf8', formatAt.end)}` : sql;
  return { statement, sql, bareSql: bareSql.replace(/[\s;]+$/, ''), rest: Buffer.alloc(0) };
}

function tooLarge(maxBytes: number): Error {
  return refuse('QUERY_IS_TOO_LARGE', `The body is larger than ${maxBytes} bytes, which is the limit of this server`);
}
