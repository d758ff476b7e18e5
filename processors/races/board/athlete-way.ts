import type { AthleteWay } from '../../../schemas/board.ts';
import type { BoardAthlete } from './athlete.ts';
import type { RaceBoard } from './board.ts';

/** Of a marathon one each 420 m. */
const MAX_PLACES = 100;

/** What one athlete did so far: every crossing that counts, and when they passed places evenly along the course. */
export function wayOfAthlete(board: RaceBoard, bib: string): AthleteWay | null {
  const athlete = board.athlete(bib);
  if (athlete === null) return null;
  const isOfficial = board.race.state === 'published';
  return {
    crossings: athlete.crossings.map((crossing) => ({ ...crossing, ...(isOfficial && { status: 'official' }) })),
    passed: passedBy(athlete),
  };
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
