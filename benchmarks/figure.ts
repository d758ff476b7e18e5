/** A number that was measured several times: the median counts, least and greatest say how far to trust it. */
export interface Figure {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** In the order of the rounds. */
  readonly rounds: readonly number[];
}

/** Throws RangeError without a value, or with one that is no number: nothing was measured then. */
export function figureOf(rounds: readonly number[]): Figure {
  if (rounds.length === 0 || !rounds.every(Number.isFinite)) throw new RangeError(`no figure in [${rounds}]`);
  const sorted = [...rounds].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const value = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { value, min: sorted[0], max: sorted[sorted.length - 1], rounds };
}

/** How many times as much the first is, round by round: what both sides met in a round falls out. */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Figure {
  if (ours.length !== theirs.length) throw new RangeError('both sides need the same rounds');
  return figureOf(ours.map((value, i) => value / theirs[i]));
}
