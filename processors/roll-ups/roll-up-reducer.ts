import type { EmitContext, Reducer, ReducerFactory } from '../../runtime/reducer.ts';
import type { SampleBatch } from '../../schemas/batch/reader.ts';
import type { Names } from '../../schemas/names.ts';
import { createReadBatch, type ReadBatch, type ReadMessage } from '../read-batch.ts';
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
  /** One for all reducers of the process; its own without it. */
  readonly read?: ReadBatch;
}

/**
 * Ten-second roll-ups per (device, source). Every sample is either folded into an open bucket, once, or marks its hour
 * for a recompute from the raw table. `run-recomputes.ts` says why what is written is right.
 */
export function createRollUps(deps: RollUpDeps): ReducerFactory {
  const options = { ...DEFAULT_ROLL_UP_OPTIONS, ...deps.options };
  const counts = deps.counts ?? createRollUpCounts();
  const read = deps.read ?? createReadBatch(deps.names);
  return {
    name: 'roll-ups',
    create: (_shard, parts) => createRollUpReducer(deps, read, options, counts, new ShardState(options, counts, parts)),
  };
}

function createRollUpReducer(
  { store, sinkPosition, onRecomputeFailed }: RollUpDeps,
  read: ReadBatch,
  options: RollUpOptions,
  counts: RollUpCounts,
  state: ShardState,
): Reducer {
  let openRowsWrittenMs = Number.NEGATIVE_INFINITY;

  async function emitRows(context: EmitContext): Promise<void> {
    const { nowMs } = state;
    const withOpen = Math.abs(nowMs - openRowsWrittenMs) >= options.openRowsEveryMs;
    const maxRows = options.maxRowsPerWrite;
    const { written, isAll } = await writeRows(state, store, { withOpen, maxRows }, context);
    counts.rowsWritten += written;
    if (withOpen && isAll) openRowsWrittenMs = nowMs;
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
      const batch = samplesOf(read(message), counts);
      if (batch !== null) state.fold(batch, message.seq);
    },
    takeDirty: () => state.takeDirty(),
    async emit(context) {
      await emitRows(context);
      await emitRecomputes(context);
    },
    emitsBeside: true,
    // Buckets close, and rows of open ones are written, as time passes; once a series is idle nothing waits for it.
    wantsTick: () => state.parts.some(({ active }) => active.size > 0),
  };
}

/** The samples of a message; null when it holds something else. */
function samplesOf(read: ReadMessage, counts: RollUpCounts): SampleBatch | null {
  if (read.type === 'tick' || (read.type === 'batch' && read.kind !== 'samples')) return null;
  const batch = read.type === 'batch' ? read.batch : null;
  if (batch === null) counts.malformed++;
  return batch;
}
