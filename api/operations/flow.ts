/** How fast a count grows, from readings of it. */
export interface FlowReadings {
  /** A reading; one that is not later than the last is left out. */
  note(atMs: number, count: number): void;
  /** Over the last minute; null until two readings within it are known, or while the count went back. */
  rate(): { readonly perS: number | null; readonly overMs: number };
  /** The newest count that is not later; null when none is known. */
  at(atMs: number): number | null;
  /** Oldest first, each over the ten seconds before it. */
  recent(): { readonly atMs: number; readonly perS: number }[];
}

const MINUTE_MS = 60_000;
/** Counts are told every few seconds, so a shorter span would show their steps. */
const SMOOTH_MS = 10_000;
const KEPT_MS = 5 * MINUTE_MS;
const MAX_READINGS = 600;

/** Keeps the readings of five minutes, `MAX_READINGS` at most. Times are ms of one clock. */
export function createFlowReadings(): FlowReadings {
  let readings: { readonly atMs: number; readonly count: number }[] = [];

  /** From the oldest reading within `spanMs` before the one at `index` on. */
  function between(index: number, spanMs: number): { perS: number | null; overMs: number } {
    const last = readings[index];
    const first = readings.find(({ atMs }) => atMs >= last.atMs - spanMs) ?? last;
    const overMs = last.atMs - first.atMs;
    const grown = last.count - first.count;
    return { perS: overMs === 0 || grown < 0 ? null : (1_000 * grown) / overMs, overMs };
  }

  return {
    note(atMs, count) {
      const last = readings.at(-1);
      if (last !== undefined && atMs <= last.atMs) return;
      readings = [...readings.filter((one) => one.atMs >= atMs - KEPT_MS), { atMs, count }].slice(-MAX_READINGS);
    },
    rate: () => (readings.length === 0 ? { perS: null, overMs: 0 } : between(readings.length - 1, MINUTE_MS)),
    at: (untilMs) => readings.findLast(({ atMs }) => atMs <= untilMs)?.count ?? null,
    recent: () =>
      readings.flatMap(({ atMs }, index) => {
        const { perS } = between(index, SMOOTH_MS);
        return perS === null ? [] : [{ atMs, perS }];
      }),
  };
}
