import { StoreUnavailableError } from '../samples/reader.ts';
import { type DeviceReader, MAX_FIRMWARES } from './reader.ts';

/** A row of any kind, as far as the state of its device follows from it. */
export interface SeenRow {
  readonly device: string;
  readonly boot: string;
  readonly seq: number;
  readonly tsMs: number;
  readonly firmware: string;
  readonly battery: number | null;
  /** By what the clock of its boot was corrected. */
  readonly offsetMs: number;
}

/** The in-memory twin of the tables, which can be told to be out of reach. */
export interface MemoryDeviceReader extends DeviceReader {
  insert(rows: readonly SeenRow[]): void;
  setReachable(isReachable: boolean): void;
}

const DAY_MS = 86_400_000;

export function createMemoryDeviceReader(): MemoryDeviceReader {
  const held: SeenRow[] = [];
  let isReachable = true;

  function missingOf(rows: readonly SeenRow[]): number {
    const seqs = new Set(rows.map(({ seq }) => seq));
    return seqs.size === 0 ? 0 : Math.max(...seqs) - Math.min(...seqs) + 1 - seqs.size;
  }

  return {
    insert: (rows) => void held.push(...rows),
    setReachable(reachable) {
      isReachable = reachable;
    },
    async states({ devices, fromMs, gapsFromMs }, signal) {
      signal?.throwIfAborted();
      if (!isReachable) throw new StoreUnavailableError('clickhouse', 'told to be out of reach');
      const asked = held.filter(({ device, tsMs }) => devices.includes(device) && tsMs >= fromMs);
      return [...Map.groupBy(asked, ({ device }) => device)].map(([device, rows]) => {
        const inOrder = rows.toSorted((a, b) => a.tsMs - b.tsMs);
        const last = inOrder.at(-1)!;
        const recent = Map.groupBy(
          inOrder.filter(({ tsMs }) => tsMs >= gapsFromMs),
          ({ boot }) => boot,
        );
        return {
          ...{ device, lastSeenMs: last.tsMs, firmware: last.firmware },
          battery: inOrder.findLast(({ battery }) => battery !== null)?.battery ?? null,
          missingFrames: [...recent.values()].reduce((sum, boot) => sum + missingOf(boot), 0),
          recentFrames: [...recent.values()].reduce((sum, boot) => sum + new Set(boot.map(({ seq }) => seq)).size, 0),
          daysSeen: new Set([...recent.values()].flat().map(({ tsMs }) => Math.floor(tsMs / DAY_MS))).size,
          clockOffsetMs: last.offsetMs,
        };
      });
    },
    async firmwares(device, fromMs, signal) {
      signal?.throwIfAborted();
      if (!isReachable) throw new StoreUnavailableError('clickhouse', 'told to be out of reach');
      const asked = held.filter((row) => row.device === device && row.tsMs >= fromMs && row.firmware !== '');
      const runs = [...Map.groupBy(asked, ({ boot, firmware }) => `${boot} ${firmware}`).values()]
        .map((rows) => ({ firmware: rows[0].firmware, sinceMs: Math.min(...rows.map(({ tsMs }) => tsMs)) }))
        .sort((a, b) => a.sinceMs - b.sinceMs);
      const changes = runs.filter(({ firmware }, i) => firmware !== runs[i - 1]?.firmware);
      return changes.slice(-MAX_FIRMWARES).reverse();
    },
  };
}
