/** Their tests run two at once, or start as many processes as two others would. */
const TAKE_TWO = ['benchmarks/benchmarks.live.test.ts', 'test/faults.live.test.ts'];

export interface Places {
  readonly places: number;
  readonly stop: AbortSignal;
}

/** Runs files in their order, as many at once as there are places; none is begun after `stop`. */
export async function inPlaces(
  files: readonly string[],
  { places, stop }: Places,
  run: (file: string) => Promise<void>,
): Promise<void> {
  const atWork = new Set<Promise<void>>();
  let free = places;
  for (const file of files) {
    const needed = TAKE_TWO.some((name) => file.endsWith(name)) ? Math.min(2, places) : 1;
    // Whoever needs two has the next two that are free, else short files would take one at a time for ever.
    while (free < needed) await Promise.race(atWork);
    if (stop.aborted) break;
    free -= needed;
    const done = run(file).finally(() => {
      atWork.delete(done);
      free += needed;
    });
    atWork.add(done);
  }
  await Promise.all(atWork);
}
