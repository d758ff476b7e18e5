import { StoreUnavailableError } from '../../samples/reader.ts';
import type { Evidence, EvidenceReader } from './reader.ts';

/** What one activity has shown, and whether its evidence has a mark. */
export interface ShownEvidence extends Evidence {
  readonly athlete: string;
  readonly isMarked: boolean;
}

/** The in-memory twin of the tables, which can be told to be out of reach. */
export interface MemoryEvidenceReader extends EvidenceReader {
  insert(shown: readonly ShownEvidence[]): void;
  setReachable(isReachable: boolean): void;
}

export function createMemoryEvidenceReader(): MemoryEvidenceReader {
  const held: ShownEvidence[] = [];
  let isReachable = true;
  return {
    insert: (shown) => void held.push(...shown),
    setReachable(reachable) {
      isReachable = reachable;
    },
    async best(athlete, fromMs, signal) {
      signal?.throwIfAborted();
      if (!isReachable) throw new StoreUnavailableError('clickhouse', 'told to be out of reach');
      const own = held.filter((one) => one.athlete === athlete && one.startMs >= fromMs && !one.isMarked);
      const inOrder = own.toSorted((a, b) => b.value - a.value || a.startMs - b.startMs);
      const best = Map.groupBy(inOrder, ({ kind, sport }) => `${kind} ${sport}`);
      return [...best.values()].map(([{ athlete: _, isMarked: __, ...evidence }]) => evidence);
    },
  };
}
