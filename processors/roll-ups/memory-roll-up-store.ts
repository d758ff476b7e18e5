import { type Faults, faulted } from '../../runtime/memory-faults.ts';
import type { SampleRow } from '../batch-rows.ts';
import { StoreUnavailableError } from '../sink.ts';
import { naiveRollUps } from './naive-roll-ups.ts';
import { decodeRollUpBlock } from './roll-up-block-reader.ts';
import { type RollUpRow, rollUpKey } from './roll-up-row.ts';
import type { RollUpStore } from './roll-up-store.ts';

/** The in-memory twin of the roll-up table. Each process opens its own end. */
export interface MemoryRollUpTable {
  open(faults?: Faults): RollUpStore;
  /** The rows that hold: the greatest version of each key, of equal ones the last written. */
  rows(): RollUpRow[];
  /** How many rows were ever written. */
  writtenRows(): number;
}

/** `rawSamples` is what the raw table holds at the time of the call. */
export function createMemoryRollUpTable(rawSamples: () => Iterable<SampleRow>): MemoryRollUpTable {
  const held = new Map<string, RollUpRow>();
  let writtenRows = 0;

  function insert(row: RollUpRow): void {
    writtenRows++;
    const before = held.get(rollUpKey(row));
    if (before === undefined || row.version >= before.version) held.set(rollUpKey(row), row);
  }

  return {
    open(faults) {
      const run = <T>(call: string, act: () => T) =>
        faulted(faults, `roll-ups.${call}`, act, () => new StoreUnavailableError(`roll-ups.${call}: no answer`));
      return {
        write: (block) => run('write', () => decodeRollUpBlock(block).forEach(insert)),
        recompute: ({ device, source, fromMs, untilMs, version, epoch }) =>
          run('recompute', () => {
            const rows = [...rawSamples()].filter(
              (row) => row.device === device && row.source === source && row.tsMs >= fromMs && row.tsMs < untilMs,
            );
            for (const row of naiveRollUps(rows).values()) insert({ ...row, version, epoch });
          }),
      };
    },
    rows: () => [...held.values()],
    writtenRows: () => writtenRows,
  };
}
