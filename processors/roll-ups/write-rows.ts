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
 * Returns how many. Messages may be folded meanwhile: a bucket that changed again stays to be written.
 */
export async function writeRows(
  state: ShardState,
  store: RollUpStore,
  { withOpen, maxRows }: { withOpen: boolean; maxRows: number },
  { epoch, signal }: EmitContext,
): Promise<number> {
  const pending = pendingRows(state, withOpen);
  for (let from = 0; from < pending.length; from += maxRows) {
    // A bucket that was given up meanwhile lacks part of its last message: it is left to a recompute.
    const rows = pending.slice(from, from + maxRows).filter(({ bucket }) => bucket.changed);
    if (rows.length === 0) continue;
    const current = rows.map((row) => ({ ...row, version: row.bucket.version }));
    signal.throwIfAborted();
    await store.write(encodeRollUpBlock(current, epoch), current.length);
    markWritten(current);
  }
  return pending.length;
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
