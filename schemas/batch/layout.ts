import { type Channel, channelsOf, type Kind } from '../channels.ts';

/**
 * A SampleBatch is a ClickHouse *Native* block: column count and row count as varints, then for each column its name,
 * its type and its raw little-endian values (NULL map first where nullable). Written without a protocol revision, as
 * `FORMAT Native` over HTTP reads and writes it. https://clickhouse.com/docs/interfaces/formats/Native
 *
 * The first columns are the row's identity and origin; a channel that no row of the block carries is left out, which
 * every reader takes as NULL.
 */
export const TEXT_COLUMNS = [
  { name: 'device', type: 'LowCardinality(String)' },
  { name: 'athlete', type: 'LowCardinality(String)' },
  { name: 'source', type: 'LowCardinality(String)' },
  { name: 'firmware', type: 'LowCardinality(String)' },
] as const;
export const LONG_COLUMNS = [
  { name: 'boot', type: 'UInt64' },
  { name: 'seq', type: 'UInt64' },
  { name: 'device_time', type: "DateTime64(3, 'UTC')" },
  { name: 'ts', type: "DateTime64(3, 'UTC')" },
] as const;

export const bytesPerValue: Record<Channel['type'], 2 | 4> = { UInt16: 2, Int16: 2, UInt32: 4, Int32: 4 };

/** Name and type of every column that a batch of this kind can have: the raw table's own columns. */
export function batchColumns(kind: Kind): { name: string; type: string }[] {
  return [
    ...TEXT_COLUMNS,
    ...LONG_COLUMNS,
    ...channelsOf(kind).map(({ name, type }) => ({ name, type: `Nullable(${type})` })),
  ];
}

/** LowCardinality in the Native format: version 1, one dictionary for the block. */
export const LOW_CARDINALITY_VERSION = 1;
/** The dictionary comes with the block; added to the index' width: 0 for one byte, 1 for two, 2 for four. */
export const LOW_CARDINALITY_HAS_KEYS = 1 << 9;
export const LOW_CARDINALITY_WIDTH_MASK = 0xff;
