import { readStoreUrl } from '../../runtime/store-url.ts';
import { StoreUnavailableError } from '../samples/reader.ts';

export type Cell = string | number | null;

/** Asks QuestDB over HTTP. Throws StoreUnavailableError, or the signal's reason. */
export interface QuestDbClient {
  select(sql: string, signal?: AbortSignal): Promise<Cell[][]>;
  /** Rows by column name. */
  selectNamed(sql: string, signal?: AbortSignal): Promise<Record<string, Cell>[]>;
  /** Runs a statement that answers no rows. */
  run(sql: string): Promise<void>;
}

export interface QuestDbClientDeps {
  /** Of the HTTP server; a user and password in it become basic authentication. */
  readonly url: string;
  readonly timeoutMs: number;
}

interface Answer {
  readonly columns: readonly { name: string }[];
  readonly dataset: Cell[][];
}

/**
 * QuestDB's `/exec`, which has no bind variables (questdb/questdb#285): whoever makes a statement checks what goes in.
 * https://questdb.com/docs/query/rest-api/
 */
export function createQuestDbClient({ url, timeoutMs }: QuestDbClientDeps): QuestDbClient {
  const { base, headers } = readStoreUrl(url);

  async function send(sql: string, signal?: AbortSignal): Promise<Partial<Answer>> {
    const target = `${base}/exec?count=false&query=${encodeURIComponent(sql)}`;
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
    let answer: Partial<Answer> & { error?: string };
    try {
      const response = await fetch(target, { headers, signal: either });
      answer = (await response.json()) as typeof answer;
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      const why = timeout.aborted ? `no answer in ${timeoutMs} ms` : 'out of reach, or not answering in JSON';
      throw new StoreUnavailableError('questdb', why, { cause });
    }
    if (answer.error !== undefined) throw new StoreUnavailableError('questdb', answer.error);
    return answer;
  }

  async function ask(sql: string, signal?: AbortSignal): Promise<Answer> {
    const { columns, dataset } = await send(sql, signal);
    if (columns && dataset) return { columns, dataset };
    throw new StoreUnavailableError('questdb', 'an empty answer');
  }

  return {
    run: async (sql) => void (await send(sql)),
    select: async (sql, signal) => (await ask(sql, signal)).dataset,
    async selectNamed(sql, signal) {
      const { columns, dataset } = await ask(sql, signal);
      return dataset.map((cells) => Object.fromEntries(columns.map(({ name }, c) => [name, cells[c]])));
    },
  };
}
