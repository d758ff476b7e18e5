/**
 * Work that is done in steps of about a millisecond, with its outcome at the end: whoever runs it says when all else
 * has its turn.
 */
export type Steps<T> = Generator<undefined, T>;

/** All of it at once; what it yields on the way is left. */
export function untilDone<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
