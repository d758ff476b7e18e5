import type { BoardRows, Place } from './board-rows.ts';
import type { CloseFinishes } from './close-finishes.ts';
import type { Standing } from './standings.ts';

/** Everybody's place among the others, one after the other, of standings in their order. */
export function* placesOf(
  standings: readonly Standing[],
  groupOf: ReadonlyMap<string, number>,
  { tooClose }: CloseFinishes,
  rows: Pick<BoardRows, 'gapMs'>,
): Generator<Place> {
  const ranks = { all: new Map(), wave: new Map(), sex: new Map(), category: new Map(), club: new Map() } as const;
  const isRanked = (standing: Standing | undefined) => standing !== undefined && !Number.isNaN(standing.projectedMs);
  const leader = isRanked(standings[0]) ? standings[0] : null;
  for (const [i, standing] of standings.entries()) {
    const hasRank = isRanked(standing);
    const { bib, starter } = standing.athlete;
    const { wave, sex, category, club } = starter;
    const rankIn = (counts: Map<string, number>, key: string) => (hasRank ? next(counts, key) : null);
    yield {
      rank: rankIn(ranks.all, ''),
      waveRank: rankIn(ranks.wave, wave),
      sexRank: rankIn(ranks.sex, sex),
      categoryRank: rankIn(ranks.category, category),
      clubRank: club === '' ? null : rankIn(ranks.club, club),
      gapLeaderMs: hasRank && leader !== null ? rows.gapMs('toLeader', standing, leader) : null,
      gapAheadMs: hasRank && i > 0 ? rows.gapMs('toAhead', standing, standings[i - 1]) : null,
      group: groupOf.get(bib) ?? null,
      tooClose: tooClose.get(bib) ?? null,
    };
  }
}

function next(counts: Map<string, number>, key: string): number {
  const rank = (counts.get(key) ?? 0) + 1;
  counts.set(key, rank);
  return rank;
}
