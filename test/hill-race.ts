import { readFile } from 'node:fs/promises';
import { measuredAt } from '../files/measured.ts';
import { readActivityFile } from '../files/read-activity-file.ts';
import { createCourseLine } from '../schemas/course-line.ts';
import type { Course, Race, Starter } from '../schemas/race.ts';

const FILE = new URL('./fixtures/hike-korita-zbevnica.gpx', import.meta.url);
const FIRST = {
  female: ['Anna', 'Marija', 'Élodie', 'Ольга', 'Ingrid', 'Zoë', 'Fatou', 'Yuki'],
  male: ['Luka', 'Ivan', 'Jürgen', 'Сергей', 'Mateo', 'Kofi', 'Bjørn', 'Tadej'],
} as const;
const LAST = ['Novak', 'Horvat', 'Muñoz', 'Kovač', 'Petrović', 'Lindqvist', 'Okafor', 'Rossi', 'Żak'];
const CLUBS = ['Istra Trail', 'TK Rijeka', 'Club Montagne', ''];
const COUNTRIES = ['SVN', 'HRV', 'ITA', 'AUT', 'ESP'];
/** Of the fastest one on the flat; each one after is a little slower. */
const FASTEST_MPS = 4.4;
const SLOWER = 0.006;
/** Somebody was driven for a part of the way: so many m/s faster, from so long after their start for so long. */
/** Who lets everybody see their heart rate. */
const HEART_SHOWN = 17;
const DRIVEN = { index: 56, fasterMps: 8, fromS: 300, forS: 90 };

export interface Runner {
  readonly bib: string;
  readonly isOffCourse: boolean;
  readonly isDriven: boolean;
  at(ms: number): { positionM: number; speedMps: number };
  timeAt(positionM: number): number;
  /** False once their watch fell silent. */
  isHeardAt(ms: number): boolean;
}

export interface Field {
  readonly race: Race;
  readonly gunMs: number;
  readonly runners: readonly Runner[];
}

/** A race over a recorded hike in Istria, up and down, and everybody who runs it, the fastest first: bib 101 leads. */
export async function hillRace(starters: number, gunMs: number): Promise<Field> {
  const course = await readCourse();
  const { lengthM } = createCourseLine(course);
  const line = { kind: 'line', ends: null, centre: null, radiusM: null, isStart: false, isFinish: false } as const;
  const metres = (share: number) => Math.round(lengthM * share * 10) / 10;
  const race: Race = {
    ...{ id: 'hill', version: 1, name: 'Korita–Žbevnica hill race', organiser: 'club', sport: 'trail_run' },
    ...{ state: 'live', closesMs: gunMs + 6 * 3_600_000, course, startersVersion: 1 },
    checkpoints: [
      { ...line, id: 'start', name: 'Start', positionM: [0], isStart: true },
      { ...line, id: 'spring', name: 'Spring', positionM: [metres(0.25)] },
      { ...line, id: 'summit', name: 'Summit', positionM: [metres(0.5)] },
      { ...line, id: 'hut', name: 'Hut', positionM: [metres(0.8)] },
      { ...line, id: 'finish', name: 'Finish', positionM: [lengthM], isFinish: true },
    ],
    waves: [
      { id: 'a', name: 'Wave A', gunTimeMs: gunMs, categories: [] },
      { id: 'b', name: 'Wave B', gunTimeMs: gunMs + 300_000, categories: [] },
    ],
    categories: [
      { id: 'open', name: 'Open', sex: null, minAge: null, maxAge: null },
      { id: 'masters', name: 'Masters 40+', sex: null, minAge: 40, maxAge: null },
    ],
    starters: Array.from({ length: starters }, (_, i) => starterAt(i)),
  };
  return { race, gunMs, runners: race.starters.map((starter, i) => runnerAt(starter, i, gunMs, lengthM)) };
}

function starterAt(i: number): Starter {
  const sex = i % 3 === 1 ? 'female' : 'male';
  const names = FIRST[sex];
  return {
    bib: String(101 + i),
    name: `${names[i % names.length]} ${LAST[(i * 7) % LAST.length]}`,
    ...{ sex, birthYear: 1970 + (i % 35), club: CLUBS[i % CLUBS.length], country: COUNTRIES[i % COUNTRIES.length] },
    ...{ athlete: '', device: `watch-${101 + i}`, chip: null },
    ...{ wave: i % 5 === 4 ? 'b' : 'a', category: i % 4 === 0 ? 'masters' : 'open' },
    ...(i === HEART_SHOWN && { showsHeartRate: true }),
  };
}

/** Everybody keeps a speed, with a slow wave in it, so that paces differ along the way. */
function runnerAt({ bib, wave }: Starter, i: number, gunMs: number, lengthM: number): Runner {
  const startMs = gunMs + (wave === 'b' ? 300_000 : 0) + (i % 7) * 1_000;
  const speed = FASTEST_MPS * (1 - SLOWER * i);
  const swayS = 400;
  const sway = 0.25;
  const { fromS, forS, fasterMps } = DRIVEN;
  const drivenM = (s: number) => (i === DRIVEN.index ? fasterMps * Math.max(0, Math.min(forS, s - fromS)) : 0);
  const metresAfter = (s: number) => speed * (s + sway * swayS * (1 - Math.cos(s / swayS))) + drivenM(s);
  return {
    bib,
    isOffCourse: i % 23 === 11,
    isDriven: i === DRIVEN.index,
    at(ms) {
      const s = Math.max(0, ms - startMs) / 1_000;
      const positionM = Math.min(lengthM, metresAfter(s));
      return { positionM, speedMps: s === 0 ? 0 : speed * (1 + sway * Math.sin(s / swayS)) };
    },
    timeAt(positionM) {
      let [low, high] = [0, 100_000];
      while (high - low > 0.001) {
        const middle = (low + high) / 2;
        if (metresAfter(middle) < positionM) low = middle;
        else high = middle;
      }
      return startMs + high * 1_000;
    },
    isHeardAt: (ms) => i % 17 !== 13 || ms < gunMs + 900_000,
  };
}

async function readCourse(): Promise<Course> {
  const outcome = await readActivityFile(await readFile(FILE), { maxBytes: 1e7, nowMs: Date.now() });
  if (outcome.kind !== 'read') throw new Error('the fixture cannot be read');
  const [{ samples }] = outcome.activities;
  const column = (name: string, scale: number) =>
    Array.from(samples.timesMs, (_, row) => Math.round((measuredAt(samples, name, row) ?? 0) * scale));
  return {
    ...{ latitudeE7: column('latitude', 1e7), longitudeE7: column('longitude', 1e7) },
    ...{ altitudeDm: column('altitude', 10), isClosed: false, laps: 1 },
  };
}
