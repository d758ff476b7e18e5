import type { StatedSettings } from './athlete-settings.ts';

/** From the last second of one activity up to and with the first of the next, seconds since the epoch. */
export interface JoinS {
  readonly fromS: number;
  readonly untilS: number;
}

/** How an athlete wants their time to be cut otherwise than the samples show, in order of time. */
export interface ActivityEdits {
  readonly splitsS: readonly number[];
  readonly joinsS: readonly JoinS[];
}

export const NO_EDITS: ActivityEdits = { splitsS: [], joinsS: [] };

export function editsOf({ splits = [], joins = [] }: Pick<StatedSettings, 'splits' | 'joins'>): ActivityEdits {
  if (splits.length === 0 && joins.length === 0) return NO_EDITS;
  const secondOf = (text: string) => Math.floor(Date.parse(text) / 1_000);
  return {
    splitsS: splits.map(secondOf).sort((a, b) => a - b),
    // An activity ends behind its last second.
    joinsS: joins
      .map(({ from, until }) => ({ fromS: secondOf(from) - 1, untilS: secondOf(until) }))
      .sort((a, b) => a.fromS - b.fromS),
  };
}

export function isJoinedAt({ joinsS }: ActivityEdits, atS: number): boolean {
  return joinsS.some(({ fromS, untilS }) => atS >= fromS && atS <= untilS);
}

/** Seconds after `fromS` up to and with `untilS` that no join bridges. */
export function silentSeconds({ joinsS }: ActivityEdits, fromS: number, untilS: number): number {
  let silent = untilS - fromS;
  for (const join of joinsS) silent -= Math.max(0, Math.min(untilS, join.untilS) - Math.max(fromS, join.fromS));
  return silent;
}
