import { systemClock } from '../../../runtime/clock.ts';
import { countRows, type StoreUrls } from '../../deployment/store-rows.ts';
import type { StoreName } from '../../options.ts';

const TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** The rows that a store shows, once they are as many as wanted, or after a minute. */
export async function untilCount(
  store: StoreName,
  wanted: number,
  urls: StoreUrls,
  signal: AbortSignal,
): Promise<number> {
  for (const untilMs = performance.now() + TIMEOUT_MS; ; ) {
    const { rows } = (await countRows([store], urls, signal))[store]!;
    if (rows >= wanted || performance.now() > untilMs) return rows;
    await systemClock.sleep(LOOK_EVERY_MS, signal);
  }
}
