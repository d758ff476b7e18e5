import { POOR, RUN_S, type SecondSeries } from './second-series.ts';

/**
 * The least elapsed time in which each distance was covered. Inside a second the athlete moves evenly, so the least
 * time begins or ends at a whole second, and both are looked at: for each distance one mark follows the newest second
 * at just that distance. Pauses count as time. The earliest of equal efforts stands.
 */
export const VERSION = 1;

export const DISTANCES = [
  { name: '400 m', cm: 40_000 },
  { name: '800 m', cm: 80_000 },
  { name: 'half mile', cm: 80_467.2 },
  { name: '1 km', cm: 100_000 },
  { name: '1 mile', cm: 160_934.4 },
  { name: '2 miles', cm: 321_868.8 },
  { name: '5 km', cm: 500_000 },
  { name: '10 km', cm: 1_000_000 },
  { name: '15 km', cm: 1_500_000 },
  { name: 'half marathon', cm: 2_109_750 },
  { name: 'marathon', cm: 4_219_500 },
] as const;

export const MARK = 0;
export const MARK_CM = 1;
export const POOR_S = 2;
export const BEST_S = 3;
export const BEST_START_S = 4;
export const BEST_POOR_S = 5;
export const CELLS_EACH = 6;
export const CELLS = CELLS_EACH * DISTANCES.length;

/** Times closer than this are equal: an even pace would else let rounding choose. */
export const TIE_S = 1e-6;

const DISTANCES_CM = DISTANCES.map(({ cm }) => cm);

export function startEfforts(cells: Float64Array, at: number): void {
  for (let nth = 0; nth < DISTANCES.length; nth++) cells[at + CELLS_EACH * nth + BEST_S] = Infinity;
}

/**
 * Takes `newest`, the `seconds` of `series` from `from` on, before which `sumCm` were covered. Distances that are not
 * reached in them cost nothing for each second.
 */
export function foldEfforts(
  cells: Float64Array,
  at: number,
  series: SecondSeries,
  from: number,
  newest: Uint16Array,
  seconds: number,
  sumCm: number,
): void {
  let wayCm = 0;
  let poorS = 0;
  // The first second is where it begins: nothing leads to it.
  const skipped = from === 0 ? 1 : 0;
  for (let i = 0; i < seconds; i++) {
    wayCm += newest[i] & ~POOR;
    if (i >= skipped) poorS += newest[i] >>> 15;
  }
  for (let nth = 0, slot = at; nth < DISTANCES_CM.length; nth++, slot += CELLS_EACH) {
    if (sumCm + wayCm - cells[slot + MARK_CM] < DISTANCES_CM[nth]) {
      cells[slot + POOR_S] += poorS;
      continue;
    }
    foldDistance(cells, slot, DISTANCES_CM[nth], series, from, newest, seconds, skipped, sumCm);
  }
}

/**
 * One distance that is reached in these seconds. The mark follows them, in whole numbers: what ends in a second takes
 * longer than from the mark to that second, so only where this is less than the best is anything divided.
 */
function foldDistance(
  cells: Float64Array,
  slot: number,
  cm: number,
  series: SecondSeries,
  from: number,
  newest: Uint16Array,
  seconds: number,
  skipped: number,
  beforeCm: number,
): void {
  let mark = cells[slot + MARK];
  let markCm = cells[slot + MARK_CM];
  let poorS = cells[slot + POOR_S];
  let bestS = cells[slot + BEST_S];
  let sumCm = beforeCm;
  // The seconds after the mark: it goes on by about one a second, so they are copied once in a run.
  let aheadFrom = 0;
  let aheadUntil = 0;
  for (let i = 0; i < seconds; i++) {
    const way = newest[i] & ~POOR;
    sumCm += way;
    if (i < skipped) continue;
    poorS += newest[i] >>> 15;
    if (way === 0 || sumCm - markCm < cm) continue;
    const end = from + i;
    const firstMark = mark;
    const firstMarkCm = markCm;
    const firstPoorS = poorS;
    do {
      mark++;
      if (mark >= aheadUntil) {
        aheadFrom = mark;
        aheadUntil = Math.min(mark + RUN_S, from + seconds);
        series.copy(aheadFrom, aheadUntil, ahead);
      }
      const next = ahead[mark - aheadFrom];
      markCm += next & ~POOR;
      poorS -= next >>> 15;
    } while (sumCm - markCm >= cm);
    if (end - mark >= bestS) continue;
    keepBests(cells, slot, cm, series, end, way, sumCm, firstMark, firstMarkCm, firstPoorS);
    bestS = cells[slot + BEST_S];
  }
  cells[slot + MARK] = mark;
  cells[slot + MARK_CM] = markCm;
  cells[slot + POOR_S] = poorS;
}

const ahead = new Uint16Array(RUN_S);

/** The first second that an effort may still begin in: the longest distance's mark, for a longer one is never ahead. */
export function firstNeeded(cells: Float64Array, at: number): number {
  return cells[at + CELLS_EACH * (DISTANCES.length - 1) + MARK];
}

/** The efforts that end in the second `end`, until the end of which `sumCm` were covered; the mark goes as it went. */
function keepBests(
  cells: Float64Array,
  slot: number,
  cm: number,
  series: SecondSeries,
  end: number,
  way: number,
  sumCm: number,
  firstMark: number,
  firstMarkCm: number,
  firstPoorS: number,
): void {
  let mark = firstMark;
  let markCm = firstMarkCm;
  let poorS = firstPoorS;
  let next = 0;
  // From each second that has just become far enough: begins there, ends inside the newest second.
  while (sumCm - markCm >= cm) {
    const endS = end - (sumCm - markCm - cm) / way;
    keepIfBest(cells, slot, endS - mark, mark, poorS);
    mark++;
    series.copy(mark, mark + 1, one);
    next = one[0];
    markCm += next & ~POOR;
    poorS -= next >>> 15;
  }
  // Ends at the newest second, begins inside the second before the mark.
  const startS = mark - (cm - (sumCm - markCm)) / (next & ~POOR);
  keepIfBest(cells, slot, end - startS, startS, poorS + (next >>> 15));
}

const one = new Uint16Array(1);

function keepIfBest(cells: Float64Array, slot: number, elapsedS: number, startS: number, poorS: number): void {
  if (elapsedS >= cells[slot + BEST_S] - TIE_S) return;
  cells[slot + BEST_S] = elapsedS;
  cells[slot + BEST_START_S] = startS;
  cells[slot + BEST_POOR_S] = poorS;
}
