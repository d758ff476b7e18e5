import { type Faults, faulted } from '../../../runtime/memory-faults.ts';
import { readBatch } from '../../../schemas/batch/reader.ts';
import { createBatchWriter } from '../../../schemas/batch/writer.ts';
import { createFrameDecoder } from '../../../schemas/frame/decode.ts';
import { encodeFrame } from '../../../schemas/frame/encode.ts';
import type { SampleRow } from '../../batch-rows.ts';
import { StoreUnavailableError } from '../../sink.ts';
import { type Span, type StoredPositions, TooManyPositionsError } from './stored-positions.ts';

const PLACE = ['latitude', 'longitude'];
const BODY = ['heart_rate', 'cadence'];
const KEPT = [...PLACE, 'horizontal_accuracy', 'speed'];

/** The in-memory twin. `rawRows` is what the raw table holds at the time of the call. */
export function createMemoryPositions(rawRows: () => Iterable<SampleRow>, faults?: Faults): StoredPositions {
  const decoder = createFrameDecoder();
  const run = <T>(call: string, act: () => T) =>
    faulted(faults, `positions.${call}`, act, () => new StoreUnavailableError(`positions.${call}: no answer`));
  const rowsIn = ({ fromMs, untilMs }: Span) => {
    return [...rawRows()].filter(({ tsMs }) => tsMs >= fromMs && tsMs < untilMs);
  };

  /** Each row as a block of its own. */
  function* blocksOf(rows: readonly SampleRow[], kept: readonly string[]) {
    for (const { device, athlete, source, boot, seq, tsMs, values } of rows) {
      const own = Object.entries(values).filter(([name]) => kept.includes(name));
      const columns = Object.fromEntries(own.map(([name, value]) => [name, [value]]));
      const bytes = encodeFrame({ device, boot, seq, source, timesMs: [tsMs], columns });
      const reason = decoder.decode(bytes, 0, bytes.length);
      if (reason !== null) throw new Error(`a stored row is no frame: ${reason}`);
      const writer = createBatchWriter('samples');
      writer.append(decoder.frame, athlete, 0);
      yield readBatch('samples', writer.take());
    }
  }

  return {
    devices: (athletes, span) =>
      run('devices', () => {
        const own = rowsIn(span).filter(({ athlete }) => athletes.includes(athlete));
        const byAthlete = Map.groupBy(own, ({ athlete }) => athlete);
        return new Map([...byAthlete].map(([who, rows]) => [who, [...new Set(rows.map(({ device }) => device))]]));
      }),
    read: (devices, span, { maxRows, hasBody }) =>
      run('read', () => {
        const rows = rowsIn(span)
          .filter(({ device, values }) => devices.includes(device) && isWanted(values, hasBody))
          .sort((a, b) => compare(a.athlete || a.device, b.athlete || b.device) || a.tsMs - b.tsMs);
        if (rows.length > maxRows) throw new TooManyPositionsError(`more than ${maxRows} positions`);
        return blocksOf(rows, hasBody ? [...KEPT, ...BODY] : KEPT);
      }),
  };
}

function isWanted(values: SampleRow['values'], hasBody: boolean): boolean {
  return PLACE.every((name) => name in values) || (hasBody && BODY.some((name) => name in values));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
