import type { DirtyParts } from '../reducer.ts';
import type { Steps } from '../steps.ts';

/** The parts of a checkpoint once what changed is kept, too. */
export function keptWith(
  parts: ReadonlyMap<string, Uint8Array>,
  dirty: ReadonlyMap<string, Uint8Array | null>,
): Map<string, Uint8Array> {
  const kept = new Map(parts);
  for (const [name, value] of dirty) {
    if (value === null) kept.delete(name);
    else kept.set(name, value);
  }
  return kept;
}

/** What is to be kept, with messages folded in one by one before each of its steps: at most `count`. */
export function takenWhile(steps: Steps<DirtyParts>, count: number, foldOne: () => void): DirtyParts {
  for (let left = count; ; left--) {
    if (left > 0) foldOne();
    const { done, value } = steps.next();
    if (done) return value;
  }
}
