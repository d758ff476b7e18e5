import type { GearLoad } from '../../../schemas/gear-load.ts';
import type { KnownLoad } from './gear-load.ts';

/**
 * Where the loads of gear are kept: of each (athlete, gear, activity) the one with the greatest (revision, epoch). The
 * real one is ClickHouse (`clickhouse-gear-store.ts`), its twin lives in memory (`memory-gear-store.ts`).
 *
 * Every call throws StoreUnavailableError when nothing can be said, and may be repeated.
 */
export interface GearStore {
  /** What was ever said of these activities, loads that were taken back among it. */
  known(activities: readonly { athlete: string; id: string }[]): Promise<KnownLoad[]>;
  write(loads: readonly GearLoad[], epoch: number): Promise<void>;
}
