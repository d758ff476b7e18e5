import { type Channel, channelsOf, type Kind } from '../../../schemas/channels.ts';
import { rankOf } from '../../../schemas/source-ranks.ts';
import { Problem } from '../../problem.ts';
import type { SampleHistory } from '../../samples/history.ts';
import type { RowKey } from '../../samples/reader.ts';
import type { RankedRow } from './merge-sources.ts';

export interface RowsQuestion {
  readonly kind: Kind;
  readonly devices: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  /** All of the kind's where it is left out. */
  readonly channels?: readonly Channel[];
}

const PAGE_ROWS = 5_000;
/** Of all devices and sources together. */
export const MAX_ROWS_READ = 2_000_000;

/**
 * The rows of several devices in one order of time, read page by page, so that no more than a page of each device is
 * held. Throws StoreUnavailableError, and the problem `too_large_to_export`.
 */
export async function* storedRows(
  history: Pick<SampleHistory, 'rows'>,
  { devices, ...question }: RowsQuestion,
  signal: AbortSignal,
): AsyncGenerator<RankedRow> {
  const heads = await Promise.all(
    devices.map(async (device) => {
      const rows = rowsOfDevice(history, { ...question, device }, signal);
      return { rows, next: await rows.next() };
    }),
  );
  for (let count = 0; ; count++) {
    const waiting = heads.filter(({ next }) => next.done !== true);
    if (waiting.length === 0) return;
    if (count >= MAX_ROWS_READ) throw new Problem('too_large_to_export', { detail: `more than ${MAX_ROWS_READ} rows` });
    const first = waiting.reduce((a, b) => (timeOf(b) < timeOf(a) ? b : a));
    yield first.next.value as RankedRow;
    first.next = await first.rows.next();
  }
}

const timeOf = ({ next }: { next: IteratorResult<RankedRow> }) => (next.value as RankedRow).tsMs;

async function* rowsOfDevice(
  history: Pick<SampleHistory, 'rows'>,
  { kind, device, fromMs, toMs, channels = channelsOf(kind) }: Omit<RowsQuestion, 'devices'> & { device: string },
  signal: AbortSignal,
): AsyncGenerator<RankedRow> {
  const ranks = new Map<string, number>();
  for (let after: RowKey | null = null; ; ) {
    const query = { kind, device, sources: [], channels, fromMs, toMs, after, limit: PAGE_ROWS };
    const page = await history.rows(query, signal);
    for (const row of page) {
      const rank = ranks.get(row.source) ?? rankOf(device, row.source);
      ranks.set(row.source, rank);
      yield { ...row, rank };
    }
    if (page.length < PAGE_ROWS) return;
    after = page[page.length - 1];
  }
}
