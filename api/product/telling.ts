/** A group of fewer people than this is not told of. */
export const MIN_GROUP = 5;

/**
 * A count of people out of a group, as administrators may see it. They can see who signed up when, so a small number
 * could single somebody out: null stands for a group of fewer than {@link MIN_GROUP}, for 1 to 4 people of a greater
 * one, and for all but 1 to 4. Nobody and everybody are told.
 */
export function told(people: number, of: number): number | null {
  const isFew = (number: number) => number > 0 && number < MIN_GROUP;
  return of < MIN_GROUP || isFew(people) || isFew(of - people) ? null : people;
}

/** The size of a group by itself. Nobody is told. */
export const toldSize = (people: number): number | null => (people > 0 && people < MIN_GROUP ? null : people);

/**
 * Each step of a funnel, which is part of the one before: also who is lost from one step that is told to the next
 * that is are nobody or at least {@link MIN_GROUP}.
 */
export function toldFunnel(steps: readonly number[]): (number | null)[] {
  let [last = 0] = steps;
  return steps.map((people, i) => {
    const shown = i === 0 ? toldSize(people) : told(people, last);
    if (shown !== null) last = people;
    return shown;
  });
}

/** Of the normal distribution, for 95 %. */
const Z_95 = 1.959964;

export interface Share {
  readonly share: number;
  readonly low95: number;
  readonly high95: number;
}

/**
 * A share and its 95 % interval by E. B. Wilson (Probable inference, the law of succession, and statistical inference,
 * JASA 22, 1927), which stays between 0 and 1 and is right for few people, too. Null for nobody.
 */
export function shareOf(people: number, of: number): Share | null {
  if (of === 0) return null;
  const share = people / of;
  const spread = 1 + Z_95 ** 2 / of;
  const middle = share + Z_95 ** 2 / (2 * of);
  const half = Z_95 * Math.sqrt((share * (1 - share)) / of + Z_95 ** 2 / (4 * of ** 2));
  // Rounding could else leave the share of nobody or of everybody outside.
  return {
    share,
    low95: people === 0 ? 0 : Math.min(share, (middle - half) / spread),
    high95: people === of ? 1 : Math.max(share, (middle + half) / spread),
  };
}
