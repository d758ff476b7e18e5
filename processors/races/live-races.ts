import type { Bus } from '../../runtime/bus.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Holder } from '../../runtime/holder/holder.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Metrics } from '../../runtime/metrics.ts';
import { createRaces } from '../../runtime/races.ts';
import type { ReducerFactory } from '../../runtime/reducer.ts';
import type { MessageLog } from '../../runtime/stream/stream.ts';
import type { Names } from '../../schemas/names.ts';
import type { ReadBatch } from '../read-batch.ts';
import { createRaceGrounds } from './race-grounds.ts';
import { createRaceReducers } from './race-reducer.ts';
import { serveProgress } from './serve-progress.ts';
import type { StoredSource } from './stored/awaited-crossings.ts';

export interface LiveRacesDeps {
  /** The bucket CONFIG. */
  readonly config: KeyValue;
  readonly facts: MessageLog;
  readonly names: Names;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly read: ReadBatch;
  readonly shards: number;
  readonly stored: Omit<StoredSource, 'onFailed'>;
}

/** Live races as a process that holds shards runs them. */
export interface LiveRaces {
  readonly reducers: ReducerFactory;
  /** Publishes progress for what `holder` holds. */
  serve(holder: Pick<Holder, 'held'>): void;
  /**
   * Resolves once CONFIG has told of its races: before that, samples would count for nobody. Also when `signal` aborts;
   * while CONFIG is out of reach the leases are too, so nothing else waits for it.
   */
  untilKnown(signal: AbortSignal | undefined): Promise<void>;
  stop(): void;
}

const POLL_MS = 20;

export function createLiveRaces(deps: LiveRacesDeps): LiveRaces {
  const { config, facts, names, bus, clock, logger, metrics, read, shards, stored } = deps;
  const races = createRaces({ kv: config, clock, logger });
  const grounds = createRaceGrounds(races);
  const counts = { fixes: 0, late: 0 };
  const onFailed = (err: unknown) => logger.warn({ err }, 'crossings could not be found again; it is tried again');
  const own = createRaceReducers({ read, grounds, facts, names, counts, stored: { ...stored, onFailed } });
  let served: { stop(): void } | null = null;
  metrics.gauge({
    name: 'race_fixes',
    help: 'Positions of athletes in live races since the start.',
    read: () => counts.fixes,
  });
  metrics.gauge({
    name: 'race_fixes_late',
    help: 'Positions that came after their place in the window of a race had gone, since the start.',
    read: () => counts.late,
  });
  return {
    reducers: own.reducers,
    serve(holder) {
      served = serveProgress({ bus, names, shards, holder, races: own, grounds, clock });
    },
    async untilKnown(signal) {
      // Rejected by the signal only, which is looked at next.
      while (!races.isReady && !signal?.aborted) await clock.sleep(POLL_MS, signal).catch(() => undefined);
    },
    stop() {
      served?.stop();
      races.stop();
    },
  };
}
