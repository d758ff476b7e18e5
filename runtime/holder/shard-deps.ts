import type { Clock } from '../clock.ts';
import type { KeyValue } from '../kv/kv.ts';
import type { Term } from '../lease.ts';
import type { Logger } from '../log.ts';
import type { LoopTurn } from '../loop-turn.ts';
import type { ReducerFactory } from '../reducer.ts';
import type { MessageLog } from '../stream/stream.ts';
import type { TickDeps } from './ticks.ts';

export interface HolderOptions {
  /** How often what followed from the messages is sent out. */
  readonly emitIntervalMs: number;
  /** What is urgent is sent out before that, but not sooner after the last time. */
  readonly leastRoundGapMs: number;
  /** How often the state is kept; a successor reads again what came since. */
  readonly checkpointIntervalMs: number;
  /** What a process that holds all shards may write; a shard with more than its share is kept less often … */
  readonly checkpointBytesPerS: number;
  /** … but at least so often. */
  readonly maxCheckpointIntervalMs: number;
  /** The bytes of what is kept are made for so long at a time; longer while the process is busy with all else. */
  readonly encodeSliceMs: number;
  /** A caught-up shard without messages for this long gets a tick, if a reducer wants one. */
  readonly tickAfterMs: number;
  /** Waits after emissions or checkpoints that failed. */
  readonly retryDelaysMs: readonly number[];
  /** Waits before a shard that stopped begins again from its checkpoint. */
  readonly restDelaysMs: readonly number[];
}

export interface ShardDeps extends TickDeps {
  readonly log: MessageLog;
  readonly checkpoints: KeyValue;
  readonly reducers: readonly ReducerFactory[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly owner: string;
  /** Of the deployment. */
  readonly shards: number;
  readonly options: HolderOptions;
  readonly events: HolderEvents;
  readonly random: () => number;
  /** Of the process: a backlog that is folded in must not keep leases and answers waiting. */
  readonly loopTurn: LoopTurn;
  /** Runs one piece of work of the process at a time: the bytes of one checkpoint are in memory, not those of all. */
  oneAtATime<T>(work: () => Promise<T>): Promise<T>;
  /** Whether such work is being done or waits. */
  isAnyAtWork(): boolean;
}

/** For metrics. */
export interface HolderEvents {
  taken(term: Term): void;
  saved(shard: number, saved: SavedShard): void;
  saveFailed(shard: number): void;
  emitFailed(shard: number): void;
  /** Something threw that a repeat does not mend at once; the shard begins again from its checkpoint. */
  stopped(shard: number): void;
}

export interface SavedShard {
  readonly parts: number;
  readonly bytes: number;
  /** Of those bytes; what an earlier attempt left to this one is with nobody. */
  readonly bytesByReducer: ReadonlyMap<string, number>;
  /** Spent on making bytes of the changes of all reducers, some of it at a time. */
  readonly encodeMs: number;
  /** From the first write until the manifest stands. */
  readonly durationMs: number;
}
