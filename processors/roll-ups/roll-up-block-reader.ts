import { ByteReader } from './byte-reader.ts';
import { emptyValues, type RollUpRow } from './roll-up-row.ts';

/** Reads what `encodeRollUpBlock` wrote, for the twin. Throws RangeError when the bytes are not such a block. */
export function decodeRollUpBlock(block: Uint8Array): RollUpRow[] {
  const from = new ByteReader(block);
  const columns = from.varint();
  const rowCount = from.varint();
  const cells = new Map<string, (string | number | null)[]>();
  for (let c = 0; c < columns; c++) {
    const name = from.text();
    cells.set(name, readColumn(from, from.text(), rowCount));
  }
  if (!from.isAtEnd()) throw new RangeError('the block is longer than its columns');
  const take = <T>(name: string): T[] => {
    const column = cells.get(name);
    if (column === undefined) throw new RangeError(`the block has no column ${name}`);
    cells.delete(name);
    return column as T[];
  };
  const device = take<string>('device');
  const athlete = take<string>('athlete');
  const source = take<string>('source');
  const seconds = take<number>('ts');
  const version = take<number>('version');
  const epoch = take<number>('epoch');
  const samples = take<number>('samples');
  return device.map((_, i) => {
    const values = emptyValues();
    for (const [name, column] of cells) {
      if (!(name in values)) throw new RangeError(`the roll-up table has no column ${name}`);
      values[name] = column[i] as number | null;
    }
    return {
      device: device[i],
      athlete: athlete[i],
      source: source[i],
      tsMs: seconds[i] * 1000,
      version: version[i],
      epoch: epoch[i],
      samples: samples[i],
      values,
    };
  });
}

function readColumn(from: ByteReader, type: string, length: number): (string | number | null)[] {
  const all = <T>(read: () => T) => Array.from({ length }, read);
  switch (type) {
    case 'String':
      return all(() => from.text());
    case 'UInt32':
    case "DateTime('UTC')":
      return all(() => from.uint32());
    case 'UInt64':
    case 'Int64':
      return all(() => from.int64());
    case 'Nullable(Int32)': {
      const nulls = all(() => from.byte());
      return all(() => from.int32()).map((value, i) => (nulls[i] === 0 ? value : null));
    }
    default:
      throw new RangeError(`no column of the roll-up table is ${type}`);
  }
}
