import type { EmitContext } from '../../runtime/reducer.ts';
import type { Series } from './part.ts';
import { encodeRollUpBlock, type RowToWrite } from './roll-up-block.ts';
import type { RollUpStore } from './roll-up-store.ts';
import type { ShardState } from './shard-state.ts';

interface PendingRow extends RowToWrite {
  readonly series: Series;
  readonly version: number;
}

/**
 * Writes the rows that the store has not got, those of open buckets only when `withOpen`; `maxRows` in one block.
 * Returns how many, and whether that was all. Messages may be folded meanwhile: a bucket that changed again stays to be
 * written, and one that changed before its block was made is left out, for what is sent was known when this was called.
 */
export async function writeRows(
  state: ShardState,
  store: RollUpStore,
  { withOpen, maxRows }: { withOpen: boolean; maxRows: number },
  { epoch, signal }: EmitContext,
): Promise<{ written: number; isAll: boolean }> {
  const pending = pendingRows(state, withOpen);
  let written = 0;
  for (let from = 0; from < pending.length; from += maxRows) {
    // A bucket that was given up meanwhile lacks part of its last message: it is left to a recompute.
    const isCurrent = ({ bucket, version }: PendingRow) => bucket.changed && bucket.version === version;
    const rows = pending.slice(from, from + maxRows).filter(isCurrent);
    if (rows.length === 0) continue;
    signal.throwIfAborted();
    await store.write(encodeRollUpBlock(rows, epoch), rows.length);
    markWritten(rows);
    written += rows.length;
  }
  return { written, isAll: written === pending.length };
}

function pendingRows(state: ShardState, withOpen: boolean): PendingRow[] {
  const pending: PendingRow[] = [];
  for (const part of state.parts) {
    for (const series of part.unwritten) {
      const { device, source } = series;
      for (const bucket of withOpen ? [...series.sealed, ...series.open] : series.sealed) {
        if (!bucket.changed) continue;
        pending.push({ device, source, bucket, series, version: bucket.version });
      }
    }
  }
  return pending;
}

function markWritten(rows: readonly PendingRow[]): void {
  const written = new Set<Series>();
  for (const { bucket, series, version } of rows) {
    if (bucket.version !== version) continue;
    bucket.changed = false;
    written.add(series);
  }
  for (const series of written) series.part.afterWrite(series);
}
