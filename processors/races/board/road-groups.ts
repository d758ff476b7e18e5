import type { RoadGroup } from '../../../schemas/board.ts';

/** Somebody on the road at one moment. */
export interface OnRoad {
  readonly bib: string;
  readonly positionM: number;
  readonly speedMps: number;
}

/** Who is farther behind than this no longer runs with the group. */
const TOGETHER_MS = 3_000;
/** A gap in time needs a speed; who stands is measured as if walking slowly. */
const LEAST_SPEED_MPS = 0.5;
const MAX_GROUPS = 200;

/**
 * Groups of those who run within three seconds of the next one ahead, from the front. `groupOf` numbers everybody,
 * alone or not; `groups` has those of two and more.
 */
export function groupOnRoad(athletes: readonly OnRoad[]): { groups: RoadGroup[]; groupOf: Map<string, number> } {
  const sorted = [...athletes].sort((a, b) => b.positionM - a.positionM || (a.bib < b.bib ? -1 : 1));
  const groupOf = new Map<string, number>();
  const groups: RoadGroup[] = [];
  let group = 0;
  let last: OnRoad | null = null;
  let open: { lead: OnRoad; size: number; gapMs: number | null } | null = null;
  const close = () => {
    if (open !== null && open.size > 1 && groups.length < MAX_GROUPS) {
      const { lead, size, gapMs } = open;
      groups.push({ group, size, bib: lead.bib, positionM: lead.positionM, gapMs });
    }
  };
  for (const one of sorted) {
    const gapMs = last === null ? null : behindMs(last, one);
    if (open !== null && gapMs !== null && gapMs <= TOGETHER_MS) open.size++;
    else {
      close();
      group++;
      open = { lead: one, size: 1, gapMs };
    }
    groupOf.set(one.bib, group);
    last = one;
  }
  close();
  return { groups, groupOf };
}

function behindMs(ahead: OnRoad, behind: OnRoad): number {
  return Math.round((1_000 * (ahead.positionM - behind.positionM)) / Math.max(LEAST_SPEED_MPS, behind.speedMps));
}
