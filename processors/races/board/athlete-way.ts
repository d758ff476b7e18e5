import type { AthleteWay, WayCrossing } from '../../../schemas/board.ts';
import { MAX_SPLITS_PER_MESSAGE, type SplitsAnswer } from '../../../schemas/board-message.ts';
import type { BoardAthlete } from './athlete.ts';
import type { RaceBoard } from './board.ts';

/** Of a marathon one each 420 m. */
const MAX_PLACES = 100;

/** What one athlete did so far: every crossing that counts, and when they passed places evenly along the course. */
export function wayOfAthlete(board: RaceBoard, bib: string): AthleteWay | null {
  const athlete = board.athlete(bib);
  if (athlete === null) return null;
  return { crossings: crossingsOf(board, athlete), passed: passedBy(athlete), heart: heartOf(athlete) };
}

/** Athletes from the first on, as many as a message holds; one at least. Whoever is unknown crossed nothing. */
export function splitsOf(board: RaceBoard, bibs: readonly string[]): SplitsAnswer['splits'] {
  const splits: [string, WayCrossing[]][] = [];
  let count = 0;
  for (const bib of bibs) {
    const athlete = board.athlete(bib);
    const crossings = athlete === null ? [] : crossingsOf(board, athlete);
    count += crossings.length;
    if (count > MAX_SPLITS_PER_MESSAGE && splits.length > 0) break;
    splits.push([bib, crossings]);
  }
  return splits;
}

/** Those that count, as they stand now. */
function crossingsOf({ race }: RaceBoard, { crossings }: BoardAthlete): WayCrossing[] {
  const isOfficial = race.state === 'published';
  return crossings.map((crossing) => ({ ...crossing, ...(isOfficial && { status: 'official' }) }));
}

function heartOf({ heart, line }: BoardAthlete): AthleteWay['heart'] {
  if (heart === null) return null;
  return heart.all().flatMap(([positionM, heartRate]) => {
    const timeMs = line.timeAt(positionM);
    return Number.isNaN(timeMs) ? [] : [[Math.round(positionM * 10) / 10, Math.round(timeMs), heartRate] as const];
  });
}

function passedBy({ placeM, line, trail: { grid } }: BoardAthlete): AthleteWay['passed'] {
  if (Number.isNaN(placeM)) return [];
  const spacingM = grid.spacingM * Math.ceil(grid.marks / MAX_PLACES);
  const places = Array.from({ length: Math.max(0, Math.ceil(placeM / spacingM)) }, (_, i) => i * spacingM);
  return [...places, placeM].flatMap((positionM) => {
    const timeMs = line.timeAt(positionM);
    return Number.isNaN(timeMs) ? [] : [[Math.round(positionM * 10) / 10, Math.round(timeMs)] as const];
  });
}
