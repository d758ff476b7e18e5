import type { Checkpoint, Course, Race, RaceSetting, Starter } from './race.ts';

/** A kilometre north from 46° N 14.5° E, more or less. */
export const STRAIGHT_COURSE: Course = {
  latitudeE7: [460_000_000, 460_045_000, 460_090_000],
  longitudeE7: [145_000_000, 145_000_000, 145_000_000],
  altitudeDm: [3_000, 3_100, 3_050],
  isClosed: false,
  laps: 1,
};

export function testCheckpoint(id: string, positionM: number[], more: Partial<Checkpoint> = {}): Checkpoint {
  const line = { kind: 'line', ends: null, centre: null, radiusM: null } as const;
  return { id, name: id, ...line, positionM, isStart: false, isFinish: false, ...more };
}

export function testStarter(bib: string, more: Partial<Starter> = {}): Starter {
  return {
    bib,
    name: `Runner ${bib}`,
    sex: 'female',
    birthYear: 1990,
    club: '',
    country: 'SVN',
    athlete: `athlete-${bib}`,
    device: null,
    chip: null,
    wave: 'w1',
    category: 'open',
    ...more,
  };
}

export function testRaceSetting(more: Partial<RaceSetting> = {}): RaceSetting {
  return {
    id: 'test-race',
    version: 1,
    name: 'Test race',
    organiser: 'organiser-1',
    sport: 'run',
    state: 'live',
    closesMs: 1_800_000_000_000,
    course: STRAIGHT_COURSE,
    checkpoints: [
      testCheckpoint('start', [0], { isStart: true }),
      testCheckpoint('finish', [1_000], { isFinish: true }),
    ],
    waves: [{ id: 'w1', name: 'Wave 1', gunTimeMs: 1_799_990_000_000, categories: ['open'] }],
    categories: [{ id: 'open', name: 'Open', sex: null, minAge: null, maxAge: null }],
    starters: { version: 1, count: 0, chunks: 0 },
    ...more,
  };
}

export function testRace(starters: readonly Starter[], more: Partial<RaceSetting> = {}): Race {
  const { starters: named, ...rest } = testRaceSetting(more);
  return { ...rest, starters, startersVersion: named.version };
}
