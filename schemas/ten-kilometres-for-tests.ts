import { createCourseLine } from './course-line.ts';
import type { Race, Starter } from './race.ts';
import { testStarter } from './race-for-tests.ts';

export const GUN_MS = Date.UTC(2026, 8, 6, 9);

/** Due east on the equator, flat: one point each kilometre. */
export function straightCourse(lengthKm: number) {
  const points = Array.from({ length: lengthKm + 1 }, (_, i) => i);
  return {
    latitudeE7: points.map(() => 0),
    longitudeE7: points.map((i) => i * 89_832),
    altitudeDm: null,
    isClosed: false,
    laps: 1,
  };
}

export function starterOf(bib: string, own: Partial<Starter> = {}): Starter {
  return testStarter(bib, { country: 'CHE', chip: `chip-${bib}`, wave: 'a', ...own });
}

/** Ten kilometres with a start line, a mat at the half and a finish; two waves ten minutes apart, two categories. */
export function tenKilometres(starters: readonly Starter[], own: Partial<Race> = {}): Race {
  const course = straightCourse(10);
  const { lengthM } = createCourseLine(course);
  const line = { kind: 'line', ends: null, centre: null, radiusM: null, isStart: false, isFinish: false } as const;
  return {
    id: 'ten',
    version: 1,
    name: 'Ten kilometres',
    organiser: 'club',
    sport: 'run',
    state: 'live',
    closesMs: GUN_MS + 4 * 3_600_000,
    course,
    checkpoints: [
      { ...line, id: 'start', name: 'Start', positionM: [0], isStart: true },
      { ...line, id: 'half', name: 'Half', positionM: [lengthM / 2] },
      { ...line, id: 'finish', name: 'Finish', positionM: [lengthM], isFinish: true },
    ],
    waves: [
      { id: 'a', name: 'A', gunTimeMs: GUN_MS, categories: [] },
      { id: 'b', name: 'B', gunTimeMs: GUN_MS + 600_000, categories: [] },
    ],
    categories: [
      { id: 'open', name: 'Open', sex: null, minAge: null, maxAge: null },
      { id: 'masters', name: 'Masters', sex: null, minAge: 40, maxAge: null },
    ],
    starters,
    startersVersion: 1,
    ...own,
  };
}
