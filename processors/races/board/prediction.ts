/** What a finish is predicted from: efforts are metres on the flat, times ms. */
export interface Pacing {
  readonly elapsedMs: number;
  readonly doneM: number;
  readonly totalM: number;
  /** The last part of the way: when it began, and what was done then; null when it is not known. */
  readonly recent: { readonly elapsedMs: number; readonly doneM: number } | null;
}

export interface Prediction {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** How much longer than foreseen what is left takes, as a share of it: the tenth, the middle, the ninetieth. */
export interface Slowing {
  readonly q10: number;
  readonly q50: number;
  readonly q90: number;
}

/** Less says nothing about what comes. */
const LEAST_SHARE = 0.05;
/** Of a normal distribution, from its middle to its tenth and ninetieth part of a hundred. */
export const Z90 = 1.2816;
/**
 * How long the rest of the way takes at the pace that was: that of the effort so far and of its last part, half each.
 * Null while too little was seen.
 */
export function evenLeftMs({ elapsedMs, doneM, totalM, recent }: Pacing): number | null {
  if (!(doneM / totalM >= LEAST_SHARE) || !(elapsedMs > 0)) return null;
  const msPerM = elapsedMs / doneM;
  const isKnown = recent !== null && elapsedMs > recent.elapsedMs && doneM > recent.doneM;
  const recentMsPerM = isKnown ? (elapsedMs - recent.elapsedMs) / (doneM - recent.doneM) : msPerM;
  return ((totalM - doneM) * (msPerM + recentMsPerM)) / 2;
}

/** Elapsed time at the finish with its interval: nobody arrives before they could. */
export function predictFinish(elapsedMs: number, leftMs: number, { q10, q50, q90 }: Slowing): Prediction {
  const at = (quantile: number) => Math.round(elapsedMs + Math.max(0, leftMs * (1 + quantile)));
  return { p10: at(q10), p50: at(q50), p90: at(q90) };
}
