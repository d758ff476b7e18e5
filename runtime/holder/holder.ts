import type { Names } from '../../schemas/names.ts';
import type { Bus } from '../bus.ts';
import type { KeyValue } from '../kv/kv.ts';
import { KvUnavailableError } from '../kv/kv.ts';
import { createLeases, type Term } from '../lease.ts';
import { createLoopTurn } from '../loop-turn.ts';
import type { Service } from '../service.ts';
import { createTurns } from '../turns.ts';
import { type HeldShard, holdShard, type ShardStatus } from './shard.ts';
import type { HolderEvents, HolderOptions, ShardDeps } from './shard-deps.ts';

export const DEFAULT_HOLDER_OPTIONS: HolderOptions = {
  emitIntervalMs: 1_000,
  leastRoundGapMs: 250,
  checkpointIntervalMs: 5_000,
  checkpointBytesPerS: 4 * 1024 * 1024,
  maxCheckpointIntervalMs: 30_000,
  encodeSliceMs: 5,
  tickAfterMs: 1_000,
  retryDelaysMs: [1_000, 2_000, 5_000],
  restDelaysMs: [1_000, 2_000, 5_000, 15_000, 30_000],
};

export interface HolderDeps
  extends Omit<ShardDeps, 'options' | 'events' | 'random' | 'loopTurn' | 'oneAtATime' | 'isAnyAtWork' | 'names'> {
  readonly names: Pick<Names, 'frames' | 'holder'>;
  readonly leases: KeyValue;
  readonly bus: Bus;
  readonly options?: Partial<HolderOptions>;
  readonly events?: Partial<HolderEvents>;
  readonly random?: () => number;
}

export interface Holder extends Service {
  /** One line for each shard that is held now, by shard. */
  held(): ShardStatus[];
}

/** Far less than a call may take, and seldom reached while the process keeps up. */
const LONGEST_TURN_MS = 100;

const NO_EVENTS: HolderEvents = {
  taken: () => undefined,
  saved: () => undefined,
  saveFailed: () => undefined,
  emitFailed: () => undefined,
  stopped: () => undefined,
};

/**
 * Holds the shards whose leases this process wins, and runs the reducers on each.
 *
 * running → draining (every shard: a last checkpoint, then given back; then this process leaves the members) → stopped.
 * Stopped without draining, it lets go of everything as a killed process does.
 */
export function createHolder(deps: HolderDeps): Holder {
  const { clock, logger, owner } = deps;
  const stopping = new AbortController();
  const holding = new Map<Term, { shard: HeldShard; isOver: Promise<void> }>();
  let isDraining = false;
  let running: Promise<void> = Promise.resolve();
  const turns = createTurns();

  const shardDeps: ShardDeps = {
    ...deps,
    options: { ...DEFAULT_HOLDER_OPTIONS, ...deps.options },
    events: { ...NO_EVENTS, ...deps.events },
    random: deps.random ?? Math.random,
    loopTurn: createLoopTurn(clock, LONGEST_TURN_MS),
    oneAtATime: turns.run,
    isAnyAtWork: () => turns.count > 0,
  };

  const leases = createLeases({
    kv: deps.leases,
    bus: deps.bus,
    clock,
    names: deps.names,
    shards: deps.shards,
    owner,
    logger,
    onTaken(term) {
      const shard = holdShard(shardDeps, term, stopping.signal);
      holding.set(term, { shard, isOver: shard.ended.then(() => letGo(term)) });
      // It was being taken when the draining began.
      if (isDraining) shard.finish();
    },
    onSurplus: (term) => holding.get(term)?.shard.finish(),
  });

  async function letGo(term: Term): Promise<void> {
    try {
      // A process that is cut short leaves its leases to grow old, as a killed one does.
      if (!term.signal.aborted && !stopping.signal.aborted) await leases.release(term.shard);
    } catch (error) {
      if (!(error instanceof KvUnavailableError)) throw error;
      logger.warn({ err: error, shard: term.shard }, 'the shard could not be given back; its lease grows old');
    } finally {
      holding.delete(term);
    }
  }

  async function untilNothingIsHeld(): Promise<void> {
    while (holding.size > 0) await Promise.all([...holding.values()].map(({ isOver }) => isOver));
  }

  return {
    name: 'holder',
    run(signal) {
      signal?.addEventListener('abort', () => stopping.abort(new Error('the holder is stopped')), { once: true });
      if (signal?.aborted) stopping.abort(new Error('the holder is stopped'));
      running = leases.run(stopping.signal);
      return running;
    },
    async drain() {
      isDraining = true;
      leases.retire();
      await untilNothingIsHeld();
      await leases.leave();
    },
    async stop() {
      stopping.abort(new Error('the holder is stopped'));
      await running;
      await untilNothingIsHeld();
    },
    held: () => [...holding.values()].map(({ shard }) => shard.status()).sort((a, b) => a.shard - b.shard),
  };
}
