/** Work that is done one piece after the other. How many may wait is up to whoever asks. */
export interface Turns {
  /** Begins once all that was asked for before has come to its end, and ends as the work does. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Pieces that are being done or wait. */
  readonly count: number;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let count = 0;
  return {
    run(work) {
      count++;
      const turn = last.then(work).finally(() => count--);
      // Whoever asked for the work hears of its failure; the next in turn only waits for its end.
      last = turn.catch(() => undefined);
      return turn;
    },
    get count() {
      return count;
    },
  };
}
