/**
 * Grade-adjusted distance: the way on the flat that costs as much. The cost of running by gradient is the polynomial of
 * Minetti et al. 2002 (J Appl Physiol 93:1039–1046), in J/kg/m, measured between −45 % and +45 %:
 * C(i) = 155.4 i⁵ − 30.4 i⁴ − 43.3 i³ + 46.3 i² + 19.5 i + 3.6.
 * Gradients are of stretches of at least {@link STRETCH_CM}: over less, an altitude's steps make cliffs. A stretch
 * without an altitude at its ends, or with one that stepped, counts as flat.
 */
export const VERSION = 1;

export const STRETCH_CM = 3_000;
export const MAX_GRADIENT = 0.45;

export const FROM_CM = 0;
export const FROM_DM = 1;
export const ADJUSTED_CM = 2;
export const UNKNOWN_CM = 3;
export const FACTOR = 4;
export const FROM_STEPS = 5;
export const CELLS = 6;

export function startGrade(cells: Float64Array, at: number): void {
  cells[at + FROM_DM] = NaN;
  cells[at + FACTOR] = 1;
}

/** What a metre on a gradient costs, in metres on the flat. */
export function costOf(gradient: number): number {
  const i = Math.max(-MAX_GRADIENT, Math.min(MAX_GRADIENT, gradient));
  return ((((155.4 * i - 30.4) * i - 43.3) * i + 46.3) * i + 19.5) * i * (1 / 3.6) + 1;
}

/** Takes the end of closed seconds: the way so far, the altitude there (NaN: not known), steps of altitude so far. */
export function foldGrade(cells: Float64Array, at: number, sumCm: number, dm: number, steps: number): void {
  const wayCm = sumCm - cells[at + FROM_CM];
  if (wayCm < STRETCH_CM) {
    // A stretch may still get its beginning while nothing of it was covered.
    if (wayCm === 0 && Number.isNaN(cells[at + FROM_DM])) begin(cells, at, sumCm, dm, steps);
    return;
  }
  const riseDm = dm - cells[at + FROM_DM];
  const isKnown = !Number.isNaN(riseDm) && steps === cells[at + FROM_STEPS];
  const factor = isKnown ? costOf((10 * riseDm) / wayCm) : 1;
  if (!isKnown) cells[at + UNKNOWN_CM] += wayCm;
  cells[at + ADJUSTED_CM] += wayCm * factor;
  cells[at + FACTOR] = factor;
  begin(cells, at, sumCm, dm, steps);
}

/** After a pause a new stretch begins; what was begun counts as flat. */
export function breakGrade(cells: Float64Array, at: number, sumCm: number): void {
  cells[at + UNKNOWN_CM] += sumCm - cells[at + FROM_CM];
  cells[at + ADJUSTED_CM] += sumCm - cells[at + FROM_CM];
  begin(cells, at, sumCm, NaN, 0);
}

/** All of it: what the open stretch has counts as flat until it is long enough. */
export function adjustedCm(cells: Float64Array, at: number, sumCm: number): number {
  return cells[at + ADJUSTED_CM] + sumCm - cells[at + FROM_CM];
}

function begin(cells: Float64Array, at: number, sumCm: number, dm: number, steps: number): void {
  cells[at + FROM_CM] = sumCm;
  cells[at + FROM_DM] = dm;
  cells[at + FROM_STEPS] = steps;
}
