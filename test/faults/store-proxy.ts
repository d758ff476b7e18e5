import { createServer, request as forwardTo, type IncomingMessage, type ServerResponse } from 'node:http';

/** How a store behaves towards its clients. Everything but `well` is a fault. */
export type Mood =
  | { readonly kind: 'well' }
  /** Every answer takes this much longer. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Nothing is done, and the answer is 500. */
  | { readonly kind: 'errors' }
  /** Writes are done, and the connection ends before the answer: whoever wrote cannot know. */
  | { readonly kind: 'answers-lost' }
  /** Half of a write reaches the store, then the connection is gone. */
  | { readonly kind: 'half-writes' }
  /** Takes every request and never answers. */
  | { readonly kind: 'silent' }
  /** Says that the data is wrong whenever a write holds one of these bytes. */
  | { readonly kind: 'refuses'; readonly poison: readonly Buffer[]; readonly refusal: Refusal }
  /** Says that writes are done and does none: no client can know, and only a count of what is there can tell. */
  | { readonly kind: 'lies' };

/** What a store answers to a write that is wrong. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface StoreProxy {
  readonly url: string;
  readonly counts: { readonly harmed: number };
  setMood(mood: Mood): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
/** The sinks' own bound on a batch is below. */
const MAX_BODY_BYTES = 80 * 1024 * 1024;

/** An HTTP proxy before a store: requests arrive whole and are then forwarded, or not, as the mood has it. */
export async function startStoreProxy(targetPort: number, port: number): Promise<StoreProxy> {
  const counts = { harmed: 0 };
  let mood: Mood = { kind: 'well' };

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    const isWrite = body.length > 0;
    const now = mood;
    if (now.kind === 'well') return forward(incoming, body, response);
    if (now.kind === 'slow') {
      counts.harmed++;
      await new Promise((resolve) => setTimeout(resolve, now.ms));
      return forward(incoming, body, response);
    }
    if (now.kind === 'refuses') {
      if (!now.poison.some((bytes) => body.includes(bytes))) return forward(incoming, body, response);
      counts.harmed++;
      return void response.writeHead(now.refusal.status, now.refusal.headers).end(now.refusal.body);
    }
    if (!isWrite && now.kind !== 'errors' && now.kind !== 'silent') return forward(incoming, body, response);
    counts.harmed++;
    if (now.kind === 'errors') response.writeHead(500).end('the store is in trouble');
    else if (now.kind === 'lies') response.writeHead(/^\/write/.test(incoming.url ?? '') ? 204 : 200).end();
    else if (now.kind === 'answers-lost') forward(incoming, body, response, { losesAnswer: true });
    else if (now.kind === 'half-writes') halve(incoming, body, response);
    // Silent: the client's own time limit ends it.
  }

  function send(incoming: IncomingMessage) {
    const { method, url: path, headers } = incoming;
    return forwardTo({ host: HOST, port: targetPort, method, path, headers, agent: false });
  }

  function forward(
    incoming: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    { losesAnswer = false } = {},
  ): void {
    const onwards = send(incoming);
    onwards.on('error', () => incoming.socket.destroy());
    onwards.on('response', (answer) => {
      answer.on('error', () => incoming.socket.destroy());
      if (losesAnswer) {
        answer.resume();
        answer.on('end', () => incoming.socket.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onwards.end(body);
  }

  function halve(incoming: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const onwards = send(incoming);
    // Ended on purpose, in the middle of what it said that it would send.
    onwards.on('error', () => response.destroy());
    onwards.write(body.subarray(0, body.length >> 1), () => {
      setTimeout(() => {
        onwards.destroy();
        incoming.socket.destroy();
      }, 20);
    });
  }

  const server = createServer({ keepAliveTimeout: 0 }, (incoming, response) => {
    serve(incoming, response).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  return {
    url: `http://${HOST}:${port}`,
    counts,
    setMood(next) {
      mood = next;
      // Who waits for an answer that never comes gets its connection back.
      if (next.kind === 'well') server.closeAllConnections();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new RangeError(`a request of more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
