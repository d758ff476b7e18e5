import { CHANNELS } from '../../schemas/channels.ts';
import { rollUpColumnsOf } from './roll-up-columns.ts';

/** One row of the roll-up table as an object: for twins and tests, where rows are compared one by one. */
export interface RollUpRow {
  readonly device: string;
  readonly athlete: string;
  readonly source: string;
  /** Start of the bucket. */
  readonly tsMs: number;
  readonly version: number;
  readonly epoch: number;
  readonly samples: number;
  /** Every column of every channel, by column name. */
  readonly values: Readonly<Record<string, number | null>>;
}

export function rollUpKey({ device, source, tsMs }: Pick<RollUpRow, 'device' | 'source' | 'tsMs'>): string {
  return `${device}/${source}/${tsMs}`;
}

/** What the columns of a channel hold in a row that has no value of it. */
export function emptyValues(): Record<string, number | null> {
  const columns = CHANNELS.flatMap(rollUpColumnsOf);
  return Object.fromEntries(columns.map(({ name, type }) => [name, type.startsWith('Nullable') ? null : 0]));
}
