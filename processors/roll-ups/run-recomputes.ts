import type { EmitContext } from '../../runtime/reducer.ts';
import { HOUR_MS } from './bucket-time.ts';
import type { RollUpOptions } from './options.ts';
import type { Part } from './part.ts';
import type { RecomputeMark } from './recompute-queue.ts';
import type { RollUpStore } from './roll-up-store.ts';
import type { ShardState } from './shard-state.ts';

/**
 * Runs the recomputes that are due, the oldest first, at most `maxRecomputesPerEmit`. Returns how many; a mark is
 * taken off only when its recompute was stored, so a failure is a repeat later.
 *
 * Why the greatest version is right, whoever wrote it and however often:
 *
 * 1. *A row of version v holds every sample of its bucket from messages up to v.* A reducer's row does, because from
 *    the moment a bucket may be opened until it closes everything is folded in, and buckets close between messages (the
 *    holder sees to it that nothing is sent out from a read with a gap). A
 *    recomputed row does, because the raw table has every message up to the sink's position, and v is not above it.
 * 2. *For every sample from message s there will be a row of version s or more.* A folded sample makes its bucket
 *    `changed` until that version is written; a late one marks its hour with s, and the mark stays until a recompute
 *    of version s or more was stored. Both are part of the checkpoint.
 *
 * So the greatest version of a bucket has everything, and nothing is ever in a row that was not sent. Neither rule
 * asks which holder wrote, or when. Late data during a recompute: marked above v, so it stays marked. A recompute that
 * is repeated after a crash: another row under rule 1. A holder that was stopped and wakes up: its rows are under rule
 * 1 too, and those of lower versions lose. A successor that starts from an older checkpoint finds a recomputed bucket
 * open and writes it again: its rows below v lose, and those above v hold more. With equal versions both rows hold
 * all up to it, and anything beyond brings a higher one.
 *
 * Only closed buckets are recomputed. Open ones need it not, and their readers would see samples come and go.
 */
export async function runRecomputes(
  state: ShardState,
  store: RollUpStore,
  sinkPosition: () => Promise<number>,
  options: RollUpOptions,
  { epoch, signal }: EmitContext,
): Promise<number> {
  if (state.parts.every(({ marks }) => marks.size === 0)) return 0;
  const position = await sinkPosition();
  const due = dueMarks(state, position, options);
  for (const { part, mark } of due) {
    const { device, source, hourMs: fromMs } = mark;
    const version = Math.min(mark.lastSeq, position);
    const untilMs = Math.min(fromMs + HOUR_MS, part.closedUntilMs(device, source));
    signal.throwIfAborted();
    await store.recompute({ device, source, fromMs, untilMs, version, epoch });
    part.marks.settle(mark, version, state.nowMs);
    part.isDirty = true;
  }
  return due.length;
}

/**
 * A mark is due when the sink has stored all that it is about. While more keeps coming it waits, so that an hour of
 * backlog costs one recompute and not one for each message of it, but not for ever.
 */
function dueMarks(state: ShardState, position: number, options: RollUpOptions): { part: Part; mark: RecomputeMark }[] {
  const due: { part: Part; mark: RecomputeMark }[] = [];
  for (const part of state.parts) {
    for (const mark of part.marks.values()) {
      const waitedMs = state.nowMs - mark.markedMs;
      const isStored = mark.lastSeq <= position;
      const isOverdue = mark.firstSeq <= position && waitedMs >= options.maxRecomputeDelayMs;
      if (isStored || isOverdue) due.push({ part, mark });
    }
  }
  return due.sort((a, b) => a.mark.firstSeq - b.mark.firstSeq).slice(0, options.maxRecomputesPerEmit);
}
