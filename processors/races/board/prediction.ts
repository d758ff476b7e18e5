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

/** Less says nothing about what comes. */
const LEAST_SHARE = 0.05;
/** Of a normal distribution, from its middle to its tenth and ninetieth part of a hundred. */
const Z90 = 1.2816;

/**
 * The model, tuned on runners of the simulator over 3 to 21 km (`npm run bench -- reviews` holds it against others),
 * and to be held against finished races:
 * - the pace to come is that of the effort so far and of its last part, half each, both in metres on the flat, so
 *   gradients are accounted for;
 * - it fades: the last metre of a race is `FADE` slower than its first, and what is left is the slower for it;
 * - its error has two parts. A pace wanders about its mean, and stops come by chance: their sum grows with the root of
 *   the time left, `WANDER_S` s² being the variance of a second. The mean itself is not known either, for fade and
 *   gradients differ from the model: `SPREAD` of the time left.
 */
const FADE = 0.06;
const SPREAD = 0.036;
const WANDER_S = 0.5;

/** Elapsed time at the finish with its interval; null while too little was seen. */
export function predictFinish({ elapsedMs, doneM, totalM, recent }: Pacing): Prediction | null {
  const share = doneM / totalM;
  if (!(share >= LEAST_SHARE) || !(elapsedMs > 0)) return null;
  const leftM = totalM - doneM;
  const msPerM = elapsedMs / doneM;
  const isKnown = recent !== null && elapsedMs > recent.elapsedMs && doneM > recent.doneM;
  const recentMsPerM = isKnown ? (elapsedMs - recent.elapsedMs) / (doneM - recent.doneM) : msPerM;
  // The middle of what is left against the middle of what was done is half a race later.
  const leftMs = leftM * ((msPerM + recentMsPerM) / 2) * (1 + FADE / 2);
  const sigmaMs = Math.hypot(SPREAD * leftMs, Math.sqrt(1_000 * WANDER_S * leftMs));
  const p50 = elapsedMs + leftMs;
  // Nobody arrives before they could.
  const p10 = Math.max(elapsedMs, p50 - Z90 * sigmaMs);
  return { p10: Math.round(p10), p50: Math.round(p50), p90: Math.round(p50 + Z90 * sigmaMs) };
}
