import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';
import type { Answer } from './database.ts';
import { type ClickHouseError, httpStatus } from './errors.ts';

const CONTENT_TYPES: [RegExp, string][] = [
  [/^(TabSeparated|TSV)/, 'text/tab-separated-values; charset=UTF-8'],
  [/^CSV/, 'text/csv; charset=UTF-8'],
  [/^JSON\w*EachRow/, 'application/x-ndjson; charset=UTF-8'],
  [/^JSON/, 'application/json; charset=UTF-8'],
  [/^(Native|RowBinary|Parquet|Arrow|ORC|Avro|RawBLOB)/, 'application/octet-stream'],
];

/**
 * Formats whose pieces can be joined as they are: each piece that the engine streams is written as a whole document,
 * so that a format with a head or a foot has to be answered in one.
 */
const JOINABLE = /^(Native|RowBinary|JSONEachRow|JSONCompactEachRow|TabSeparated|TSV|TabSeparatedRaw|TSVRaw|CSV)$/;

export function canStream(kind: string, format: string): boolean {
  return (kind === 'SELECT' || kind === 'WITH' || kind === '(') && JOINABLE.test(format);
}

/** The headers of a good answer. */
export function writeHead(response: ServerResponse, format: string, answer?: Answer): void {
  response.setHeader(
    'Content-Type',
    CONTENT_TYPES.find(([name]) => name.test(format))?.[1] ?? 'text/plain; charset=UTF-8',
  );
  response.setHeader('X-ClickHouse-Format', format);
  response.setHeader('X-ClickHouse-Summary', summary(answer));
}

function summary(answer?: Answer): string {
  if (!answer) return '{}';
  const { rowsRead, bytesRead, elapsedSeconds } = answer;
  const elapsed_ns = String(Math.round(elapsedSeconds * 1e9));
  // The engine does not tell what an INSERT read or wrote: say nothing rather than zero.
  if (rowsRead === 0) return JSON.stringify({ elapsed_ns });
  return JSON.stringify({ read_rows: String(rowsRead), read_bytes: String(bytesRead), elapsed_ns });
}

/** Sends a whole answer, packed when the client asked for gzip. */
export async function sendAll(response: ServerResponse, bytes: Uint8Array, wantsGzip: boolean): Promise<void> {
  if (!wantsGzip) {
    response.end(bytes);
    return;
  }
  await sendPieces(response, oneOf(bytes), true);
}

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Sends an answer piece by piece, waiting whenever the client reads more slowly than the engine answers. */
export async function sendPieces(
  response: ServerResponse,
  pieces: AsyncIterable<Uint8Array>,
  wantsGzip: boolean,
): Promise<void> {
  const gzip = wantsGzip ? createGzip({ level: 1 }) : undefined;
  if (gzip) {
    response.setHeader('Content-Encoding', 'gzip');
    gzip.pipe(response);
  }
  const out = gzip ?? response;
  for await (const piece of pieces) {
    if (response.destroyed) return;
    if (!out.write(piece)) await Promise.race([once(out, 'drain'), once(response, 'close')]);
  }
  out.end();
}

/** Sends an error as ClickHouse does; a client that has had half an answer gets a broken connection instead. */
export function sendError(response: ServerResponse, error: ClickHouseError, version: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) {
    if (name === 'content-encoding' || name === 'x-clickhouse-format') response.removeHeader(name);
  }
  response.statusCode = httpStatus(error.code);
  response.setHeader('X-ClickHouse-Exception-Code', String(error.code));
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  // What is left of the body is not read: the connection cannot be used again.
  if (!response.req.complete) response.setHeader('Connection', 'close');
  response.end(`${error.message} (version ${version})\n`);
}
