import { connect, type Socket } from 'node:net';
import { anotherAddress, QUESTIONS_EACH } from '../../deployment/loopback-addresses.ts';

/** One question, again and again, to one server. */
export interface AskPlan {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Of each connection, written as they are, `name: value`. */
  readonly headersOf: (connection: number) => readonly string[];
  /** Each asks its next question when the last is answered. */
  readonly connections: number;
  readonly forMs: number;
  readonly signal: AbortSignal;
}

const END_OF_HEADER = Buffer.from('\r\n\r\n');
const GIVE_UP_MS = 30_000;

/**
 * Asks over bare sockets that stay open, as fast as is answered, and says how many answers a second came. What it
 * costs itself is the writing of bytes that are ready and the search for the end of a header. Throws for an answer
 * other than 200, and for a server that gives none.
 */
export async function askAgainAndAgain(plan: AskPlan): Promise<number> {
  const { forMs, connections, headersOf } = plan;
  const fromMs = performance.now();
  const untilMs = fromMs + forMs;
  const counts = await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      let answers = 0;
      while (performance.now() < untilMs) answers += await askOnOne(plan, headersOf(connection), untilMs);
      return answers;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - fromMs) / 1_000);
}

/** Resolves with how many were answered on one connection until the moment. */
async function askOnOne(
  { host, port, path, signal }: AskPlan,
  headers: readonly string[],
  untilMs: number,
): Promise<number> {
  const question = Buffer.from([`GET ${path} HTTP/1.1`, `Host: ${host}:${port}`, ...headers, '', ''].join('\r\n'));
  const done = Promise.withResolvers<number>();
  const socket: Socket = connect({ host, port, localAddress: anotherAddress(), signal, timeout: GIVE_UP_MS });
  socket.setNoDelay(true);
  const answers = new AnswerReader();
  let answered = 0;
  const ask = () => socket.write(question);
  socket.once('connect', ask);
  socket.on('data', (chunk: Buffer) => {
    try {
      if (!answers.isWholeWith(chunk)) return;
    } catch (error) {
      done.reject(error);
      return;
    }
    answered++;
    if (answered < QUESTIONS_EACH && performance.now() < untilMs) ask();
    else done.resolve(answered);
  });
  socket.once('timeout', () => done.reject(new Error(`${path} was not answered within ${GIVE_UP_MS} ms`)));
  socket.once('error', done.reject);
  socket.once('close', () => done.reject(new Error(`the connection that asks for ${path} was closed`)));
  try {
    return await done.promise;
  } finally {
    socket.destroy();
  }
}

/** Finds where an answer ends; questions are asked one by one, so nothing comes behind it. */
class AnswerReader {
  #head: Buffer | null = null;
  #missingBytes = 0;

  /** Whether an answer ends with this chunk. Throws for one that is not 200, or says not how long it is. */
  isWholeWith(chunk: Buffer): boolean {
    if (this.#missingBytes > 0) {
      this.#missingBytes -= chunk.length;
      return this.#missingBytes <= 0;
    }
    const seen = this.#head === null ? chunk : Buffer.concat([this.#head, chunk]);
    const end = seen.indexOf(END_OF_HEADER);
    if (end < 0) {
      this.#head = seen;
      return false;
    }
    this.#head = null;
    const head = seen.toString('latin1', 0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (!head.startsWith('HTTP/1.1 200') || length === undefined) throw new Error(`an answer begins with ${head}`);
    this.#missingBytes = end + END_OF_HEADER.length + Number(length) - seen.length;
    return this.#missingBytes <= 0;
  }
}
