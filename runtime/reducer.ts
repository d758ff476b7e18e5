import type { Steps } from './steps.ts';
import type { LogMessage } from './stream/stream.ts';

/** What changed of a reducer's state, by part; null for a part that is needed no more. */
export type DirtyParts = Map<string, Uint8Array | null>;

/** The steps with one part more at their end, where it changed. */
export function* withPart(steps: Steps<DirtyParts>, part: string, value: Uint8Array | undefined): Steps<DirtyParts> {
  const dirty = yield* steps;
  if (value !== undefined) dirty.set(part, value);
  return dirty;
}

/**
 * State of one shard that follows from its messages and nothing else: the same messages in the same order give the
 * same state and the same emissions, whoever holds the shard. A reducer sees message time and ticks, never the wall
 * clock. One is made for each (shard, term of holding) by a {@link ReducerFactory}.
 */
export interface Reducer {
  readonly name: string;
  /** Folds one message; must not wait. */
  apply(message: LogMessage): void;
  /**
   * The parts that changed since the last call, to be kept. A part's value replaces its older one; null removes it.
   * Part names are `[a-z0-9_-]{1,32}`.
   */
  takeDirty(): DirtyParts;
  /**
   * The same in steps, for whom making the bytes takes long: messages are folded in between them, and the parts are
   * those of when this was called, or such that it changes nothing to fold those messages in again. It is called anew
   * only after it came to its end.
   */
  takeDirtyInSteps?(): Steps<DirtyParts>;
  /**
   * Sends out what followed from the messages so far. Runs before the checkpoint that covers them, so it may repeat
   * after a crash: whatever it writes carries the epoch and a version that only grows. Throws when it could not: the
   * holder then keeps the old checkpoint and tries again.
   */
  emit(context: EmitContext): Promise<void>;
  /**
   * True when messages may be folded in while `emit` sends: what it sends was taken when it was called, and what comes
   * meanwhile waits for the next round. Without it the messages of the shard wait until `emit` has come to its end.
   */
  readonly emitsBeside?: boolean;
  /**
   * Whether time that passes without a message would change anything. While one reducer says so, the holder of an idle
   * shard publishes ticks; never when the function is missing.
   */
  wantsTick?(): boolean;
  /**
   * Asked after each message: whether it made something that is to be sent out at once, where else it waits for the
   * next round; never when the function is missing.
   */
  isUrgent?(): boolean;
}

export interface EmitContext {
  readonly epoch: number;
  /** Sequence of the last message folded in. */
  readonly seq: number;
  readonly signal: AbortSignal;
}

export interface ReducerFactory {
  readonly name: string;
  create(shard: number, parts: ReadonlyMap<string, Uint8Array>): Reducer;
}
