/** Their tests run two at once, or start as many processes as two others would. */
const TAKE_TWO = ['benchmarks/benchmarks.live.test.ts', 'test/faults.live.test.ts'];

export interface Places {
  readonly places: number;
  /** So many more for live files, which wait for engines, pages and leases half of their time. */
  readonly moreForLive?: number;
  readonly stop: AbortSignal;
}

/**
 * Runs files in their order, as many at once as there are places; none is begun after `stop`. Whoever needs two places
 * has the next two that are free, else short files would take one at a time for ever; only while another one of two
 * places runs, whose end makes room for it, others may pass it.
 */
export async function inPlaces(
  files: readonly string[],
  { places, moreForLive = 0, stop }: Places,
  run: (file: string) => Promise<void>,
): Promise<void> {
  const isWide = (file: string) => places > 1 && TAKE_TWO.some((name) => file.endsWith(name));
  const waiting = [...files];
  const atWork = new Map<string, Promise<void>>();
  const takenPlaces = () => [...atWork.keys()].reduce((sum, file) => sum + (isWide(file) ? 2 : 1), 0);

  function nextIndex(): number {
    const placesFor = (file: string) => places + (file.endsWith('.live.test.ts') ? moreForLive : 0);
    const fits = (file: string) => takenPlaces() + (isWide(file) ? 2 : 1) <= placesFor(file);
    const mayPass = [...atWork.keys()].some(isWide);
    return mayPass ? waiting.findIndex(fits) : waiting.slice(0, 1).findIndex(fits);
  }

  while (waiting.length > 0 && !stop.aborted) {
    const i = nextIndex();
    if (i === -1) {
      await Promise.race(atWork.values());
      continue;
    }
    const [file] = waiting.splice(i, 1);
    atWork.set(
      file,
      run(file).finally(() => atWork.delete(file)),
    );
  }
  await Promise.all(atWork.values());
}
