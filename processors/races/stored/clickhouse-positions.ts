import { LONG_COLUMNS, TEXT_COLUMNS } from '../../../schemas/batch/layout.ts';
import { readBatches, type SampleBatch } from '../../../schemas/batch/reader.ts';
import type { ClickHouse } from '../../clickhouse/clickhouse-client.ts';
import { quoted } from '../../clickhouse/pages.ts';
import { type Span, type StoredPositions, TooManyPositionsError } from './stored-positions.ts';

const NAMES = [...TEXT_COLUMNS, ...LONG_COLUMNS].map(({ name }) => name);
const PLACE = ['latitude', 'longitude', 'horizontal_accuracy', 'speed'];
const BODY = ['heart_rate', 'cadence'];
const HAS_PLACE = 'latitude IS NOT NULL AND longitude IS NOT NULL';
const HAS_BODY = BODY.map((name) => `${name} IS NOT NULL`).join(' OR ');
/** A block is folded in without a pause: some twenty milliseconds. */
const MAX_BLOCK_ROWS = 8_192;

/** Positions in ClickHouse. The client has to see every acknowledged row of the raw table. */
export function createClickHousePositions(clickHouse: Pick<ClickHouse, 'select' | 'read'>): StoredPositions {
  return {
    async devices(athletes, span) {
      const found = await clickHouse.select(
        `SELECT athlete, groupUniqArray(device) AS devices FROM slipstream.samples
WHERE athlete IN (${listed(athletes)}) AND ${within(span)} GROUP BY athlete`,
      );
      return new Map(found.map(({ athlete, devices }) => [String(athlete), devices as string[]]));
    },
    async read(devices, span, { maxRows, hasBody }) {
      // Rows that merges will drop are read too: a fix that comes twice changes nothing, and FINAL costs more.
      const bytes = await clickHouse.read(
        `SELECT ${[...NAMES, ...PLACE, ...(hasBody ? BODY : [])].join(', ')} FROM slipstream.samples
WHERE device IN (${listed(devices)}) AND ${within(span)} AND (${HAS_PLACE}${hasBody ? ` OR ${HAS_BODY}` : ''})
ORDER BY if(athlete = '', device, athlete), ts LIMIT ${maxRows + 1}
SETTINGS max_block_size = ${MAX_BLOCK_ROWS} FORMAT Native`,
      );
      return upTo(bytes, maxRows);
    },
  };
}

/** Counted before anything is handed out: what is too much is not taken in part. */
function upTo(bytes: Uint8Array, maxRows: number): Iterable<SampleBatch> {
  let rows = 0;
  for (const batch of readBatches('samples', bytes)) rows += batch.rows;
  if (rows > maxRows) throw new TooManyPositionsError(`more than ${maxRows} positions`);
  return readBatches('samples', bytes);
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "''" : names.map(quoted).join(', ');
}

function within({ fromMs, untilMs }: Span): string {
  return `ts >= ${at(fromMs)} AND ts < ${at(untilMs)}`;
}

function at(ms: number): string {
  return `fromUnixTimestamp64Milli(toInt64(${Math.floor(ms)}), 'UTC')`;
}
