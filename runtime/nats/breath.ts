/** Timers and sockets wait no longer than this for messages that are there already. */
const MOST_MS = 50;

/**
 * Messages that have arrived are handed out by promises alone, and as long as one follows the other nothing else of the
 * process has its turn: a backlog of seconds would hold up every timer for as long. `breathe` gives null, or after a
 * while of work what to wait for, so that the event loop turns once. It is shared by all who read at the same time.
 */
export function createBreath(mostMs = MOST_MS): () => Promise<void> | null {
  let turnedMs = performance.now();
  let turning: Promise<void> | null = null;
  return function breathe() {
    if (turning === null && performance.now() - turnedMs < mostMs) return null;
    turning ??= new Promise((resolve) =>
      setImmediate(() => {
        turning = null;
        turnedMs = performance.now();
        resolve();
      }),
    );
    return turning;
  };
}
