import type { BoardRow } from '../../../schemas/board.ts';
import {
  MAX_PREVIEWED_ATHLETES,
  MAX_PREVIEWED_CROSSINGS,
  type PreviewedAthlete,
  type PreviewedCrossing,
  type PreviewedPlace,
  type RacePreview,
} from '../../../schemas/race-preview.ts';
import type { RaceBoard } from '../board/board.ts';

type Difference = Omit<RacePreview, 'race' | 'version'>;

/**
 * What is otherwise on the board `after`, both at the same moment. Times that nobody has yet (of a finish, of a place)
 * are compared as they would be shown.
 */
export function compareBoards(before: RaceBoard, after: RaceBoard, atMs: number, unread: number): Difference {
  const rows = new Map(before.view(atMs).rows.map((row) => [row.bib, row]));
  const all = after.view(atMs).rows.flatMap((row): PreviewedAthlete[] => {
    const was = rows.get(row.bib);
    if (was === undefined) return [];
    const crossings = crossingsOf(before, after, row.bib);
    return [{ bib: row.bib, before: placeOf(was), after: placeOf(row), crossings }];
  });
  const changed = all.filter((one) => isPlaced(one) || hasOtherTimes(one) || one.crossings.length > 0);
  const first = changed.filter((one) => isPlaced(one) || one.crossings.length > 0);
  const ordered = [...first, ...changed.filter((one) => !first.includes(one))];
  const told = withRoom(ordered);
  const count = (is: (one: PreviewedAthlete) => boolean) => all.filter(is).length;
  const crossings = all.flatMap((one) => one.crossings);
  return {
    atMs,
    summary: {
      athletes: all.length,
      changed: changed.length,
      ranksChanged: count((one) => one.before.rank !== one.after.rank),
      statusesChanged: count((one) => one.before.status !== one.after.status),
      crossingsGained: crossings.filter(({ beforeMs }) => beforeMs === null).length,
      crossingsLost: crossings.filter(({ afterMs }) => afterMs === null).length,
      crossingsMoved: crossings.filter(({ beforeMs, afterMs }) => beforeMs !== null && afterMs !== null).length,
      unread,
    },
    athletes: told,
    leftOut: changed.length - told.length,
  };
}

function placeOf({ status, rank, categoryRank, gunMs, chipMs }: BoardRow): PreviewedPlace {
  return { status, rank, categoryRank, gunMs, chipMs };
}

function isPlaced({ before, after }: PreviewedAthlete): boolean {
  return before.status !== after.status || before.rank !== after.rank || before.categoryRank !== after.categoryRank;
}

function hasOtherTimes({ before, after }: PreviewedAthlete): boolean {
  return before.gunMs !== after.gunMs || before.chipMs !== after.chipMs;
}

/** In the order of the course as it would be, those that are lost behind. */
function crossingsOf(before: RaceBoard, after: RaceBoard, bib: string): PreviewedCrossing[] {
  const was = timesOf(before, bib);
  const will = timesOf(after, bib);
  return [...new Set([...will.keys(), ...was.keys()])].flatMap((key) => {
    const [beforeMs, afterMs] = [was.get(key) ?? null, will.get(key) ?? null];
    if (beforeMs === afterMs) return [];
    const [checkpoint, pass] = key.split(' ');
    return [{ checkpoint, pass: Number(pass), beforeMs, afterMs }];
  });
}

function timesOf(board: RaceBoard, bib: string): Map<string, number> {
  const crossings = board.athlete(bib)?.crossings ?? [];
  return new Map(crossings.map(({ checkpoint, pass, timeMs }) => [`${checkpoint} ${pass}`, timeMs]));
}

function withRoom(athletes: readonly PreviewedAthlete[]): PreviewedAthlete[] {
  let crossings = 0;
  const told: PreviewedAthlete[] = [];
  for (const one of athletes) {
    crossings += one.crossings.length;
    if (told.length === MAX_PREVIEWED_ATHLETES || crossings > MAX_PREVIEWED_CROSSINGS) break;
    told.push(one);
  }
  return told;
}
