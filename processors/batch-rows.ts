import { readBatch } from '../schemas/batch/reader.ts';
import { bootToHex } from '../schemas/identity.ts';
import type { SinkMessage } from './sink.ts';

/** One sample as an object: for twins and tests, where rows are compared one by one. */
export interface SampleRow {
  readonly device: string;
  readonly athlete: string;
  readonly source: string;
  readonly boot: string;
  readonly seq: number;
  readonly deviceTimeMs: number;
  readonly tsMs: number;
  /** Stored units by channel name; a channel that is NULL is left out. */
  readonly values: Readonly<Record<string, number>>;
}

/** The key that every store keeps once: device time and event time are one to one within a boot. */
export function rowKey(row: Pick<SampleRow, 'device' | 'tsMs' | 'source' | 'boot'>): string {
  return `${row.device}/${row.source}/${row.boot}/${row.tsMs}`;
}

/** Throws BatchError when the payload is not a batch of that kind. */
export function rowsOf({ kind, payload }: Pick<SinkMessage, 'kind' | 'payload'>): SampleRow[] {
  const batch = readBatch(kind, payload);
  return Array.from({ length: batch.rows }, (_, i) => {
    const values: Record<string, number> = {};
    for (const column of batch.channels) {
      if (column !== null && column.nulls[i] === 0) values[column.channel.name] = column.values[i];
    }
    return {
      device: batch.device.keys[batch.device.index[i]],
      athlete: batch.athlete.keys[batch.athlete.index[i]],
      source: batch.source.keys[batch.source.index[i]],
      boot: bootToHex(batch.boot[2 * i], batch.boot[2 * i + 1]),
      seq: batch.seq[2 * i] + batch.seq[2 * i + 1] * 2 ** 32,
      deviceTimeMs: batch.deviceTimeMs[i],
      tsMs: batch.tsMs[i],
      values,
    };
  });
}
