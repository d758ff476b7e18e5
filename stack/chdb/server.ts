import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { canStream, sendAll, sendError, sendPieces, writeHead } from './answer.ts';
import { type Body, type Head, needsUnpacking, openBody, readHead } from './body.ts';
import type { Database, RequestSession } from './database.ts';
import { emptyNativeBlock } from './empty-native.ts';
import { refuse, toClickHouseError } from './errors.ts';
import { applySettings, type QueryCaps, quote } from './settings.ts';
import { createSlots, type Slots } from './slots.ts';
import type { Spool } from './spool.ts';
import { authenticate, authorize, databaseFor, type User } from './users.ts';

export interface ServerDeps {
  database: Database;
  spool: Spool;
  users: readonly User[];
  /** Bound on a request's body, unpacked. */
  maxBodyBytes: number;
  /** Bound on a statement's text, rows not counted. */
  maxTextBytes: number;
  analystCaps: QueryCaps;
  onError(error: unknown): void;
}

/**
 * Inserts, a writer's queries and analysts' queries each have turns of their own, so that no number of slow readers
 * holds up an insert; bodies packed with LZ4, which are unpacked in memory, have theirs besides. A running query
 * holds a thread of libuv's pool, which has 16: the rest is left for KILL QUERY.
 */
const TURNS = { insert: 4, writer: 4, analyst: 5, unpack: 2 };
const MAX_CONNECTIONS = 512;
const MAX_WAITING = 100;
const MAX_WAIT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 120_000;
const MAX_HEADER_BYTES = 256 * 1024;

interface Turns {
  insert: Slots;
  writer: Slots;
  analyst: Slots;
  unpack: Slots;
}

/** ClickHouse's HTTP interface over `database`. The caller listens and closes. */
export function createClickHouseServer(deps: ServerDeps): Server {
  const slots = (maxRunning: number) => createSlots({ maxRunning, maxWaiting: MAX_WAITING, maxWaitMs: MAX_WAIT_MS });
  const turns: Turns = {
    insert: slots(TURNS.insert),
    writer: slots(TURNS.writer),
    analyst: slots(TURNS.analyst),
    unpack: slots(TURNS.unpack),
  };
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: REQUEST_TIMEOUT_MS });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/ping' || url.pathname === '/replicas_status') {
      response.end('Ok.\n');
      return;
    }
    if (url.pathname !== '/') {
      response.statusCode = 404;
      response.end(`There is no handle ${url.pathname}\n`);
      return;
    }
    answerQuery(deps, turns, request, response, url.searchParams).catch((error) => {
      if (response.destroyed) return; // the client has gone: there is nobody to tell, and nothing was promised
      const known = toClickHouseError(error);
      if (known.code === 1001) deps.onError(error);
      sendError(response, known, deps.database.version);
    });
  });
  return server;
}

async function answerQuery(
  deps: ServerDeps,
  turns: Turns,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  const { database, spool } = deps;
  response.setHeader('X-ClickHouse-Server-Display-Name', 'slipstream');
  response.setHeader('X-ClickHouse-Timezone', database.timezone);
  response.setHeader('X-ClickHouse-Query-Id', query.get('query_id') || randomUUID());
  const user = authenticate(deps.users, request, query);
  for (const name of ['compress', 'decompress']) {
    if (query.get(name) === '1') throw refuse('NOT_IMPLEMENTED', `${name}=1 is not supported: use Content-Encoding`);
  }
  const endUnpacking = needsUnpacking(request) ? await turns.unpack.take() : undefined;
  try {
    const body = await openBody(request, deps.maxBodyBytes, spool, database);
    const head = await readHead(query.get('query') ?? '', body, deps.maxTextBytes);
    authorize(user, head.statement);
    const endTurn = await (head.statement.kind === 'INSERT' ? turns.insert : turns[user.role]).take();
    try {
      await runInSession(deps, user, request, response, query, head, body);
    } finally {
      endTurn();
    }
  } finally {
    endUnpacking?.();
  }
}

async function runInSession(
  deps: ServerDeps,
  user: User,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
  head: Head,
  body: Body,
): Promise<void> {
  const { database, analystCaps: caps } = deps;
  const session = database.open(user.role);
  try {
    session.set(`USE ${quoteName(databaseFor(user, query.get('database')))}`);
    applySettings(session, query, { role: user.role, isGet: request.method === 'GET', caps });
    const tag = `/*slipstream ${randomUUID()}*/`;
    const abort = () => void database.kill(tag).catch(deps.onError);
    await whileOpen(response, abort, async () => {
      if (head.statement.data) await insertRows(deps, session, response, tag, head, body);
      else await answerStatement(session, request, response, tag, head, query);
    });
  } finally {
    session.close();
  }
}

/** Runs `work`; when the client closes the connection before the answer is out, `abort` is called. */
async function whileOpen(response: ServerResponse, abort: () => void, work: () => Promise<void>): Promise<void> {
  const onClose = () => {
    if (!response.writableEnded) abort();
  };
  response.once('close', onClose);
  try {
    if (!response.destroyed) await work();
  } finally {
    response.off('close', onClose);
  }
}

/**
 * Rows go through a file: chDB's inline `FORMAT Native` corrupts data at bytes 0A 0A. The engine takes the file's
 * columns by name from the target table, so that a left-out column gets its default and blocks may differ in columns.
 */
async function insertRows(
  { spool }: ServerDeps,
  session: RequestSession,
  response: ServerResponse,
  tag: string,
  { statement, sql, rest }: Head,
  body: Body,
): Promise<void> {
  const { format } = statement.data!;
  const file = await spool.write('data', [rest], body);
  try {
    if (response.destroyed) return; // the client went away while sending: nothing was promised, nothing is stored
    const answer =
      file.bytes === 0
        ? undefined
        : await session.run(`${tag}${sql} SELECT * FROM file(${quote(file.path)}, ${quote(format)})`, 'Null');
    writeHead(response, 'Null', answer);
    response.end();
  } finally {
    file.remove();
  }
}

async function answerStatement(
  session: RequestSession,
  request: IncomingMessage,
  response: ServerResponse,
  tag: string,
  { statement, sql, bareSql }: Head,
  query: URLSearchParams,
): Promise<void> {
  const format =
    statement.format ?? query.get('default_format') ?? String(request.headers['x-clickhouse-format'] ?? 'TabSeparated');
  const wantsGzip =
    query.get('enable_http_compression') === '1' && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  if (canStream(statement.kind, format)) {
    const pieces = session.stream(tag + sql, format)[Symbol.asyncIterator]();
    // The first piece decides between an answer and an error with its own status.
    const first = await pieces.next();
    writeHead(response, format);
    if (first.done && format === 'Native') {
      // No rows, no pieces; but a reader of Native wants to know the columns, and a server sends them.
      const described = await session.run(`DESCRIBE TABLE (\n${bareSql}\n)`, 'JSONCompactEachRow');
      await sendAll(response, emptyNativeBlock(described.bytes), wantsGzip);
      return;
    }
    await sendPieces(response, joined(first, pieces), wantsGzip);
    return;
  }
  const answer = await session.run(tag + sql, format);
  writeHead(response, format, answer);
  await sendAll(response, answer.bytes, wantsGzip);
}

async function* joined(first: IteratorResult<Uint8Array>, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let next = first; !next.done; next = await rest.next()) yield next.value;
}

function quoteName(name: string): string {
  return `\`${name.replace(/[\\`]/g, '\\$&')}\``;
}
