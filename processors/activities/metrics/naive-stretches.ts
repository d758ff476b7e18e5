import { DURATIONS_S } from './curves.ts';
import { DISTANCES } from './efforts.ts';
import { sum } from './naive-activity.ts';

/** From when until when a distance was covered, in seconds. */
type Stretch = readonly [startS: number, endS: number];

/** For each distance: every second as a beginning and every second as an end, all tried. */
export function naiveEfforts(cm: readonly number[], isPoor: readonly boolean[]) {
  return DISTANCES.flatMap(({ name, cm: distanceCm }) => {
    const [first, ...others] = stretchesOf(cm, distanceCm);
    if (first === undefined) return [];
    const [startS, endS] = others.reduce((least, one) => (lengthOf(one) < lengthOf(least) - 1e-6 ? one : least), first);
    const elapsedS = endS - startS;
    const poorS = isPoor.filter((poor, i) => poor && i > Math.floor(startS) && i <= Math.ceil(endS)).length;
    return { name, distanceM: distanceCm / 100, elapsedS, startS, interpolated: poorS / elapsedS };
  });
}

const lengthOf = ([startS, endS]: Stretch) => endS - startS;

/** All stretches of a distance that begin or end on a whole second, by their end. */
function stretchesOf(cm: readonly number[], distanceCm: number): Stretch[] {
  const found: Stretch[] = [];
  for (let end = 1; end < cm.length; end++) {
    if (cm[end] === cm[end - 1]) continue;
    for (let start = 0; start < end; start++) {
      const isJustReached = cm[end] - cm[start] >= distanceCm && cm[end - 1] - cm[start] < distanceCm;
      if (isJustReached) found.push([start, end - (cm[end] - cm[start] - distanceCm) / (cm[end] - cm[end - 1])]);
    }
    for (let next = 1; next <= end; next++) {
      const isBetween = cm[end] - cm[next - 1] >= distanceCm && cm[end] - cm[next] < distanceCm;
      if (isBetween) found.push([next - (distanceCm - (cm[end] - cm[next])) / (cm[next] - cm[next - 1]), end]);
    }
  }
  return found;
}

/** For each duration: every window, all tried. */
export function naivePeaks(values: readonly number[], isPoor: readonly boolean[], fromS: number, scale: number) {
  return DURATIONS_S.flatMap((durationS) => {
    let best: { total: number; start: number } | undefined;
    for (let start = 0; start + durationS <= values.length; start++) {
      const total = sum(values.slice(start, start + durationS));
      if (best === undefined || total > best.total) best = { total, start };
    }
    if (best === undefined) return [];
    const { total, start } = best;
    const poorS = isPoor.slice(start, start + durationS).filter((poor) => poor).length;
    const value = total / scale / durationS;
    return { durationS, value, startS: fromS + start, interpolated: poorS / durationS };
  });
}
