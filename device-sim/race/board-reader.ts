import type { BoardRow, Certainty } from '../../schemas/board.ts';

/** What somebody sees who reads the board over HTTP. */
export interface BoardRead {
  /** When it was made, ms since the epoch. */
  readonly atMs: number;
  /** The newest thing that it knows of; null when it knows nothing yet. */
  readonly dataMs: number | null;
  readonly rows: readonly BoardRow[];
  readonly certainty: Certainty | null;
}

export interface BoardReader {
  /** The whole board, page by page; null while it cannot be read. */
  read(): Promise<BoardRead | null>;
  /** How many rows the board has; `trouble` says why nobody knows. */
  countRows(): Promise<{ total: number | null; trouble: string | null }>;
}

const ANSWER_TIMEOUT_MS = 10_000;
const ROWS_PER_PAGE = 1_000;
const MAX_PAGES = 50;

interface Page extends BoardRead {
  readonly total: number;
}

/** The board of one race from `GET /v1/races/{id}/board`, as anybody may read it. */
export function createBoardReader(apiUrl: string, race: string, signal: AbortSignal): BoardReader {
  async function page(offset: number, limit: number): Promise<Page | string> {
    try {
      const response = await fetch(`${apiUrl}/v1/races/${race}/board?offset=${offset}&limit=${limit}`, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
      });
      const answer = (await response.json()) as Page & { readonly title?: string };
      return response.ok ? answer : (answer.title ?? `HTTP ${response.status}`);
    } catch (error) {
      signal.throwIfAborted();
      return `${apiUrl}: ${error instanceof Error ? error.message : error}`;
    }
  }

  return {
    async read() {
      const rows: BoardRow[] = [];
      let head: Omit<BoardRead, 'rows'> = { atMs: 0, dataMs: null, certainty: null };
      for (let n = 0; n < MAX_PAGES; n++) {
        const one = await page(n * ROWS_PER_PAGE, ROWS_PER_PAGE);
        if (typeof one === 'string') return null;
        rows.push(...one.rows);
        head = { atMs: one.atMs, dataMs: one.dataMs, certainty: one.certainty };
        if (rows.length >= one.total || one.rows.length === 0) break;
      }
      return { ...head, rows };
    },
    async countRows() {
      const one = await page(0, 1);
      return typeof one === 'string' ? { total: null, trouble: one } : { total: one.total, trouble: null };
    },
  };
}
