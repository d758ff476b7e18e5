import type { EmitContext, Reducer, ReducerFactory } from '../../runtime/reducer.ts';
import type { LogMessage } from '../../runtime/stream/stream.ts';
import { BatchError } from '../../schemas/batch/block-map.ts';
import { createBatchReader, type SampleBatch } from '../../schemas/batch/reader.ts';
import type { Names } from '../../schemas/names.ts';
import { readBatchMessage } from '../batch-message.ts';
import { createRollUpCounts, type RollUpCounts } from './counts.ts';
import { DEFAULT_ROLL_UP_OPTIONS, type RollUpOptions } from './options.ts';
import type { RollUpStore } from './roll-up-store.ts';
import { runRecomputes } from './run-recomputes.ts';
import { ShardState } from './shard-state.ts';
import { writeRows } from './write-rows.ts';

export interface RollUpDeps {
  readonly store: RollUpStore;
  readonly names: Names;
  /** Every message up to here is in the raw table: the ack floor of the ClickHouse sink's durable. */
  sinkPosition(): Promise<number>;
  /** Told of a recompute that failed; it is tried again. */
  onRecomputeFailed(error: unknown): void;
  readonly options?: Partial<RollUpOptions>;
  readonly counts?: RollUpCounts;
}

/**
 * Ten-second roll-ups per (device, source). Every sample is either folded into an open bucket, once, or marks its hour
 * for a recompute from the raw table. `run-recomputes.ts` says why what is written is right.
 */
export function createRollUps(deps: RollUpDeps): ReducerFactory {
  const options = { ...DEFAULT_ROLL_UP_OPTIONS, ...deps.options };
  const counts = deps.counts ?? createRollUpCounts();
  return {
    name: 'roll-ups',
    create: (_shard, parts) => createRollUpReducer(deps, options, counts, new ShardState(options, counts, parts)),
  };
}

function createRollUpReducer(
  { store, names, sinkPosition, onRecomputeFailed }: RollUpDeps,
  options: RollUpOptions,
  counts: RollUpCounts,
  state: ShardState,
): Reducer {
  // What is folded in is copied into buckets at once.
  const readBlock = createBatchReader();
  let openRowsWrittenMs = Number.NEGATIVE_INFINITY;

  async function emitRows(context: EmitContext): Promise<void> {
    const { nowMs } = state;
    const withOpen = Math.abs(nowMs - openRowsWrittenMs) >= options.openRowsEveryMs;
    counts.rowsWritten += await writeRows(state, store, { withOpen, maxRows: options.maxRowsPerWrite }, context);
    if (withOpen) openRowsWrittenMs = nowMs;
  }

  /** Marks are kept with the checkpoint, so a recompute that fails holds nothing up. */
  async function emitRecomputes(context: EmitContext): Promise<void> {
    try {
      counts.recomputes += await runRecomputes(state, store, sinkPosition, options, context);
    } catch (error) {
      context.signal.throwIfAborted();
      counts.failedRecomputes++;
      onRecomputeFailed(error);
    }
  }

  return {
    name: 'roll-ups',
    apply(message) {
      state.passTo(message.timeMs);
      const batch = readSamples(message, names, counts, readBlock);
      if (batch !== null) state.fold(batch, message.seq);
    },
    takeDirty: () => state.takeDirty(),
    async emit(context) {
      await emitRows(context);
      await emitRecomputes(context);
    },
    // Buckets close, and rows of open ones are written, as time passes; once a series is idle nothing waits for it.
    wantsTick: () => state.parts.some(({ active }) => active.size > 0),
  };
}

/**
 * The samples of a message; null when it holds something else. What is no batch is left out here as in the raw table:
 * the sinks keep it as a dead letter. Throws on a schema that is newer than this process, which stops the shard until
 * the process is upgraded.
 */
function readSamples(
  message: LogMessage,
  names: Names,
  counts: RollUpCounts,
  readBlock: ReturnType<typeof createBatchReader>,
): SampleBatch | null {
  const read = readBatchMessage(message, names);
  switch (read.type) {
    case 'tick':
      return null;
    case 'newer':
      throw new Error(`message ${message.seq} has schema ${read.version}: upgrade this process`);
    case 'malformed':
      counts.malformed++;
      return null;
    case 'batch':
      if (read.message.kind !== 'samples') return null;
  }
  try {
    return readBlock('samples', message.data);
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    counts.malformed++;
    return null;
  }
}
