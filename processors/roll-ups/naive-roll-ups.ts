import { CHANNELS } from '../../schemas/channels.ts';
import { rowKey, type SampleRow } from '../batch-rows.ts';
import { bucketStartMs } from './bucket-time.ts';
import { emptyValues, type RollUpRow, rollUpKey } from './roll-up-row.ts';

/** A roll-up row before it is written: what it says, without the version of the saying. */
export type RollUp = Omit<RollUpRow, 'version' | 'epoch'>;

/**
 * Roll-ups as their definition says, one bucket and one channel at a time, from any rows in any order: what the
 * reducer has to agree with. By {@link rollUpKey}.
 */
export function naiveRollUps(samples: Iterable<SampleRow>): Map<string, RollUp> {
  const distinct = new Map([...samples].map((row) => [rowKey(row), row]));
  const buckets = Map.groupBy(distinct.values(), ({ device, source, tsMs }) =>
    rollUpKey({ device, source, tsMs: bucketStartMs(tsMs) }),
  );
  return new Map([...buckets].map(([key, rows]) => [key, rollUp(rows)]));
}

function rollUp(rows: readonly SampleRow[]): RollUp {
  // A boot is 16 hex digits, so its order as text is its order as a number.
  const inOrder = [...rows].sort((a, b) => a.tsMs - b.tsMs || (a.boot < b.boot ? -1 : 1));
  const newest = inOrder[inOrder.length - 1];
  const values = emptyValues();
  for (const { name, rollUp } of CHANNELS) {
    const numbers = inOrder.map((row) => row.values[name]).filter((value) => value !== undefined);
    if (numbers.length === 0) continue;
    if (rollUp === 'last') {
      values[`${name}_last`] = numbers[numbers.length - 1];
      continue;
    }
    values[`${name}_n`] = numbers.length;
    values[`${name}_min`] = Math.min(...numbers);
    values[`${name}_max`] = Math.max(...numbers);
    values[`${name}_sum`] = numbers.reduce((sum, value) => sum + value, 0);
  }
  const { device, athlete, source, tsMs } = newest;
  return { device, athlete, source, tsMs: bucketStartMs(tsMs), samples: rows.length, values };
}
