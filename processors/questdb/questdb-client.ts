import { createTransport, SenderOptions } from '@questdb/nodejs-client';
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

/** The official client's transport (retries, authentication) under our own bytes. */
export async function createQuestDbClient(url: string): Promise<QuestDbClient> {
  const { protocol, host } = new URL(url);
  const scheme = protocol.slice(0, -1);
  const options = await SenderOptions.fromConfig(
    // The transport's retry_timeout bounds the whole call, its retries included.
    `${scheme}::addr=${host};protocol_version=1;retry_timeout=${TIMEOUT_MS};request_timeout=${TIMEOUT_MS};`,
    { log: () => undefined },
  );
  const transport = createTransport(options);
  return {
    async send(lines) {
      try {
        await transport.send(lines);
      } catch (cause) {
        const text = cause instanceof Error ? cause.message : String(cause);
        // The client gives the answer's status in the text only.
        if (/statusCode=4\d\d/.test(text)) throw new StoreRefusedError(`QuestDB: ${text}`, { cause });
        throw new StoreUnavailableError(`QuestDB: ${text}`, { cause });
      }
    },
    async sql(statement) {
      let answer: { error?: string; ddl?: string; dataset?: (string | number | boolean | null)[][] };
      try {
        const target = `${url}/exec?count=false&query=${encodeURIComponent(statement)}`;
        const response = await fetch(target, { signal: AbortSignal.timeout(TIMEOUT_MS) });
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
