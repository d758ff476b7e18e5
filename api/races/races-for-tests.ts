import type { AthleteWay, BoardRow, BoardView } from '../../schemas/board.ts';
import type { RaceSetting, Starter } from '../../schemas/race.ts';
import type { ReviewEntry } from '../../schemas/review.ts';
import { GUN_MS, starterOf, tenKilometres } from '../../schemas/ten-kilometres-for-tests.ts';

const {
  version: _,
  starters,
  startersVersion: __,
  ...setting
} = tenKilometres([starterOf('1', { sex: 'male', club: 'Harriers' }), starterOf('2', { wave: 'b' })]);

/** A race as `writeRace` takes it. */
export const raceOfTwo: [Omit<RaceSetting, 'version' | 'starters'>, readonly Starter[]] = [setting, starters];

export function rowOf(bib: string, own: Partial<BoardRow> = {}): BoardRow {
  return {
    ...{ bib, status: 'registered', rank: null, waveRank: null, sexRank: null, categoryRank: null, clubRank: null },
    ...{
      statusReason: null,
      positionM: null,
      seenMs: null,
      speedMps: null,
      lap: null,
      isOffCourse: false,
      isSilent: false,
    },
    ...{ gunMs: null, chipMs: null, gapLeaderMs: null, gapAheadMs: null, predictedMs: null, group: null },
    lastCrossing: null,
    tooClose: null,
    ...own,
  };
}

export const boardOfTwo: BoardView = {
  ...{ race: 'ten', raceVersion: 1, atMs: GUN_MS + 300_500, dataMs: GUN_MS + 300_000 },
  rows: [
    rowOf('1', {
      ...{ status: 'running', rank: 1, waveRank: 1, sexRank: 1, categoryRank: 1, clubRank: 1, positionM: 1_200.4 },
      ...{ seenMs: GUN_MS + 300_000, speedMps: 4.02, lap: 1, gunMs: 300_000, chipMs: 298_000, gapLeaderMs: 0 },
      ...{ predictedMs: { p10: 2_400_001, p50: 2_500_002, p90: 2_600_003 }, group: 1 },
      lastCrossing: { checkpoint: 'start', pass: 1, timeMs: GUN_MS + 2_000, status: 'provisional', revision: 1 },
    }),
    rowOf('2'),
  ],
  groups: [{ group: 1, size: 2, bib: '1', positionM: 1_200, gapMs: null }],
  certainty: null,
};

/** What the first of them did. */
export const wayOfFirst: AthleteWay = {
  crossings: [
    {
      ...{ checkpoint: 'start', pass: 1, positionM: 0, timeMs: GUN_MS + 2_000, sigmaMs: 300 },
      ...{ source: 'mat', status: 'provisional', revision: 1 },
    },
  ],
  passed: [
    [0, GUN_MS + 2_000],
    [1_200.4, GUN_MS + 300_000],
  ],
  heart: [[50, GUN_MS + 12_500, 141]],
};

/** What the review found of the first of them, and nobody has decided about. */
export const cutOfFirst: ReviewEntry = {
  ...{ id: 'cut_course.1', revision: 2, kind: 'cut_course', severity: 'high', bibs: ['1'], about: '' },
  ...{ foundMs: GUN_MS + 700_000, isWithdrawn: false },
  from: { atMs: GUN_MS + 600_000, positionM: 2_400 },
  until: { atMs: GUN_MS + 690_000, positionM: 3_400 },
  numbers: { alongM: 1_000, wayM: 300, skippedM: 685 },
  decision: null,
};
