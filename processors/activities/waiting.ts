import { BEAT_BIT } from '../../schemas/activity-origins.ts';
import type { EventType, Sport } from '../../schemas/events.ts';
import type { Measured } from './source-marks.ts';

/** A beat or an event that waits for its second to become final. */
export type Waiting =
  | {
      readonly type: 'beat';
      readonly atMs: number;
      readonly device: string;
      readonly source: string;
      readonly rank: number;
      readonly value: number;
    }
  | {
      readonly type: 'event';
      readonly atMs: number;
      readonly device: string;
      readonly event: EventType;
      readonly sport: Sport | null;
    };

export function isStop(one: Waiting): boolean {
  return one.type === 'event' && one.event === 'stop';
}

export function cuts(one: Waiting): boolean {
  return isStop(one) || opens(one);
}

function opens(one: Waiting): boolean {
  return one.type === 'event' && (one.event === 'start' || one.event === 'sport');
}

export function byTime(a: Waiting, b: Waiting): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  if (a.type !== b.type) return a.type === 'beat' ? -1 : 1;
  if (a.type === 'beat' && b.type === 'beat') return a.rank - b.rank || a.value - b.value;
  const [first, second] = [JSON.stringify(a), JSON.stringify(b)];
  return first === second ? 0 : first < second ? -1 : 1;
}

/** The same event or beat that came twice counts once. */
export function distinct(sorted: readonly Waiting[]): Waiting[] {
  return sorted.filter((one, i) => i === 0 || byTime(sorted[i - 1], one) !== 0);
}

/** The last event of each second that opens an activity. */
export function lastOpenings(sorted: readonly Waiting[]): Map<number, Waiting> {
  return new Map(sorted.filter(opens).map((one) => [Math.floor(one.atMs / 1000), one]));
}

/** What begins or ends activities until the last one of its second is open. */
export function isUntil(one: Waiting, lastOpening: ReadonlyMap<number, Waiting>): boolean {
  const last = lastOpening.get(Math.floor(one.atMs / 1000));
  return last !== undefined && cuts(one) && byTime(one, last) <= 0;
}

/** Beats, laps and pauses of a second happen to the last activity that opens in it. */
export function openingsFirst(
  sorted: readonly Waiting[],
  lastOpening: ReadonlyMap<number, Waiting>,
): readonly Waiting[] {
  if (lastOpening.size === 0) return sorted;
  return sorted.toSorted((a, b) => {
    const seconds = Math.floor(a.atMs / 1000) - Math.floor(b.atMs / 1000);
    return seconds || Number(isUntil(b, lastOpening)) - Number(isUntil(a, lastOpening));
  });
}

/** Who had beats in each second. */
export function whoBeats(due: readonly Waiting[]): Map<number, Measured[]> {
  const found = new Map<number, Measured[]>();
  for (const one of due) {
    if (one.type !== 'beat') continue;
    const { device, source, rank } = one;
    const atS = Math.floor(one.atMs / 1000);
    const inSecond = found.get(atS) ?? [];
    if (inSecond.some((other) => other.device === device && other.source === source)) continue;
    found.set(atS, [...inSecond, { device, source, rank, channels: BEAT_BIT }]);
  }
  return found;
}

/** Of each second only the beats of the best-ranked source: two straps would give every interval twice. */
export function bestBeats(sorted: readonly Waiting[]): Waiting[] {
  const best = new Map<number, number>();
  for (const one of sorted) {
    if (one.type !== 'beat') continue;
    const atS = Math.floor(one.atMs / 1000);
    best.set(atS, Math.min(best.get(atS) ?? Number.POSITIVE_INFINITY, one.rank));
  }
  let lastMs = 0;
  return sorted.filter((one) => {
    if (one.type !== 'beat') return true;
    const isBest = one.rank === best.get(Math.floor(one.atMs / 1000)) && one.atMs > lastMs;
    if (isBest) lastMs = one.atMs;
    return isBest;
  });
}
