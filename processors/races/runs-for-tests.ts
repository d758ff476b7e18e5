import type { LogMessage, MessageLog } from '../../runtime/stream/stream.ts';
import { createCourseLine } from '../../schemas/course-line.ts';
import type { CrossingFact } from '../../schemas/facts.ts';
import { BATCH_HEADERS, createNames } from '../../schemas/names.ts';
import type { AthleteProgress } from '../../schemas/progress.ts';
import type { Course as CourseSetting, Race, RaceSetting } from '../../schemas/race.ts';
import { testCheckpoint, testRace, testStarter } from '../../schemas/race-for-tests.ts';
import { logMessage } from '../batches-for-tests.ts';
import type { RaceGrounds } from './race-grounds.ts';
import { createRaceGrounds } from './race-grounds.ts';
import type { Fix } from './track.ts';

const names = createNames();

export const GUN_MS = 1_799_990_000_000;

/** Two kilometres north, with a line at the start, at 500 m, at 1,500 m and at the finish. */
export const NORTH_COURSE: CourseSetting = {
  latitudeE7: Array.from({ length: 21 }, (_, i) => 460_000_000 + i * 9_000),
  longitudeE7: Array.from({ length: 21 }, () => 145_000_000),
  altitudeDm: null,
  isClosed: false,
  laps: 1,
};
export const NORTH_LINE = createCourseLine(NORTH_COURSE);

export function northRace(bibs: readonly string[], more: Partial<RaceSetting> = {}): Race {
  return testRace(
    bibs.map((bib) => testStarter(bib)),
    {
      course: NORTH_COURSE,
      checkpoints: [
        testCheckpoint('start', [0], { isStart: true }),
        testCheckpoint('a', [500]),
        testCheckpoint('b', [1_500]),
        testCheckpoint('finish', [2_000], { isFinish: true }),
      ],
      ...more,
    },
  );
}

/** Grounds whose races can be replaced. */
export function groundsOf(races: readonly Race[]): RaceGrounds & { set(races: readonly Race[]): void } {
  let all = races;
  let version = 1;
  const grounds = createRaceGrounds({
    all: () => [...all],
    get version() {
      return version;
    },
  });
  return {
    of: grounds.of,
    find: grounds.find,
    get: grounds.get,
    get version() {
      return grounds.version;
    },
    set(next) {
      all = next;
      version++;
    },
  };
}

/** A runner of constant speed who crosses the start line with the gun, and whose receiver makes no error. */
export function fixAt(atMs: number, speedMps: number, { offM = 0 } = {}): Fix {
  const positionM = Math.max(-20, ((atMs - GUN_MS) / 1_000) * speedMps);
  const { latitudeE7, longitudeE7 } = NORTH_LINE.at(positionM);
  const isMoving = positionM > -20;
  return { atMs, latitudeE7, longitudeE7: longitudeE7 + offM * 130, statedM: 3, speedMps: isMoving ? speedMps : 0 };
}

/** When that runner is there. */
export function trueMs(positionM: number, speedMps: number): number {
  return GUN_MS + (1_000 * positionM) / speedMps;
}

/** A frame of an athlete's fixes as a message of the shard. */
export function messageOfFixes(
  athlete: string,
  fixes: readonly Fix[],
  { seq, timeMs = fixes[fixes.length - 1].atMs + 500, device = `watch-${athlete}` }: MessagePlace,
): LogMessage {
  const frame = {
    ...{ device, boot: '00000000000000a1', seq, source: 'gps' },
    timesMs: fixes.map(({ atMs }) => atMs),
    columns: {
      latitude: fixes.map(({ latitudeE7 }) => latitudeE7),
      longitude: fixes.map(({ longitudeE7 }) => longitudeE7),
      horizontal_accuracy: fixes.map(({ statedM }) => Math.round(statedM * 15)),
      speed: fixes.map(({ speedMps }) => Math.round(speedMps * 1_000)),
    },
  };
  return { ...logMessage({ frames: [frame], batch: seq, athlete }, seq), timeMs };
}

interface MessagePlace {
  readonly seq: number;
  readonly timeMs?: number;
  readonly device?: string;
}

/** Tells a shard of nothing but the time. */
export function tickAt(timeMs: number, seq: number): LogMessage {
  const header = (name: string) => (name === BATCH_HEADERS.kind ? 'tick' : '');
  return { subject: names.frames(0), seq, timeMs, data: new Uint8Array(0), header };
}

/** Every crossing that the log tells of, in its order, and where it stands. */
export async function crossingsIn(facts: MessageLog): Promise<{ fact: CrossingFact; seq: number }[]> {
  const found: { fact: CrossingFact; seq: number }[] = [];
  const { lastSeq } = await facts.info();
  const signal = new AbortController().signal;
  if (lastSeq === 0) return found;
  for await (const { data, seq } of facts.readFrom({ subjects: [names.factsFilter], fromSeq: 1, signal })) {
    found.push({ fact: JSON.parse(Buffer.from(data).toString()) as CrossingFact, seq });
    if (seq >= lastSeq) break;
  }
  return found;
}

/** What is known of where athletes are, by bib, whatever of their motion was told before. */
export function knownOf(progress: readonly AthleteProgress[]): AthleteProgress[] {
  return progress
    .map(({ motions, ...known }) => ({ ...known, ...(motions && { motions: motions.slice(-1) }) }))
    .toSorted((a, b) => a.bib.localeCompare(b.bib));
}
