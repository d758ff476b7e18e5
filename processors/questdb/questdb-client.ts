import { createTransport, SenderOptions } from '@questdb/nodejs-client';
import { readStoreUrl } from '../../runtime/store-url.ts';
import { StoreRefusedError, StoreUnavailableError } from '../sink.ts';

/** What the sink needs of QuestDB: lines in, and small SQL over its HTTP server. */
export interface QuestDbClient {
  /** Throws StoreRefusedError when QuestDB says that a line is wrong, else StoreUnavailableError. */
  send(lines: Buffer): Promise<void>;
  /** The rows of a statement's answer. Throws StoreUnavailableError. */
  sql(statement: string): Promise<(string | number | boolean | null)[][]>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 30_000;

/**
 * The official client's transport (authentication, TLS, time limits) under our own bytes. Its transport over Node's own
 * HTTP, without retries: the other one, over undici, tries a server that is gone again and again past every limit, and
 * a write that never ends would keep its sink from draining. Trying again is the pipeline's.
 */
export async function createQuestDbClient(url: string): Promise<QuestDbClient> {
  const { base, username, password, headers } = readStoreUrl(url);
  const { protocol, host } = new URL(base);
  const scheme = protocol.slice(0, -1);
  const options = await SenderOptions.fromConfig(
    `${scheme}::addr=${host};protocol_version=1;stdlib_http=on;retry_timeout=0;request_timeout=${TIMEOUT_MS};`,
    { log: () => undefined },
  );
  if (username !== '') Object.assign(options, { username, password });
  const transport = createTransport(options);

  /** Why QuestDB refuses these lines, in its own words: it is asked again, for the transport drops the answer. */
  async function reasonOf(lines: Buffer): Promise<string> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const body = new Uint8Array(lines);
      const answer = await fetch(`${base}/write?precision=n`, { method: 'POST', headers, body, signal });
      return `status ${answer.status}: ${await answer.text()}`;
    } catch (cause) {
      throw new StoreUnavailableError('QuestDB does not answer', { cause });
    }
  }

  return {
    async send(lines) {
      try {
        await transport.send(lines);
      } catch (cause) {
        const text = cause instanceof Error ? cause.message : String(cause);
        // The client gives the answer's status in the text only, and not the reason.
        if (/statusCode=4\d\d/.test(text)) {
          throw new StoreRefusedError(`QuestDB: ${await reasonOf(lines)}`, { cause });
        }
        throw new StoreUnavailableError(`QuestDB: ${text}`, { cause });
      }
    },
    async sql(statement) {
      let answer: { error?: string; ddl?: string; dataset?: (string | number | boolean | null)[][] };
      try {
        const target = `${base}/exec?count=false&query=${encodeURIComponent(statement)}`;
        const response = await fetch(target, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
        answer = (await response.json()) as typeof answer;
      } catch (cause) {
        throw new StoreUnavailableError('QuestDB does not answer', { cause });
      }
      if (answer.error !== undefined) throw new StoreUnavailableError(`QuestDB: ${answer.error}`);
      return answer.dataset ?? [];
    },
    close: () => transport.close(),
  };
}
