import { createHash } from 'node:crypto';
import type { Races } from '../../runtime/races.ts';
import { createCourseLine } from '../../schemas/course-line.ts';
import type { Race, RaceState, Starter } from '../../schemas/race.ts';
import { type Course, createCourse } from './course.ts';
import { type Mark, marksOf } from './crossings.ts';
import { type Pace, paceOf } from './pace.ts';

/** A race, live or frozen, with all that its set-up alone says; one for all shards of a process. */
export interface RaceGround {
  readonly race: Race;
  readonly course: Course;
  /** The same for two versions of a race whose positions mean the same. */
  readonly courseKey: string;
  readonly marks: readonly Mark[];
  readonly pace: Pace;
  /** When the wave of a starter begins. */
  gunTimeMs(starter: Starter): number;
}

export interface Start {
  readonly ground: RaceGround;
  readonly starter: Starter;
}

/** Devices run for a while before the gun, and nobody needs to be known earlier. */
export const BEFORE_GUN_MS = 15 * 60_000;
/** A frozen board may be thawed again, and late data comes meanwhile. */
const FOLLOWED: readonly RaceState[] = ['live', 'frozen'];
const NOBODY: readonly Start[] = [];

/** Who is in which race that is followed, by whose data it is. */
export interface RaceGrounds {
  /** The starts that rows of this athlete ('' for nobody) and device belong to: mostly none. */
  of(athlete: string, device: string): readonly Start[];
  /** By bib. */
  find(race: string, bib: string): Start | null;
  get(race: string): RaceGround | null;
  /** Grows with every change; what was answered holds until then. */
  readonly version: number;
}

export function createRaceGrounds(races: Pick<Races, 'all' | 'version'>): RaceGrounds {
  let known = -1;
  let grounds = new Map<string, RaceGround>();
  let byBib = new Map<string, Start>();
  let byAthlete = new Map<string, Start[]>();
  let byDevice = new Map<string, Start[]>();

  function refresh(): void {
    if (known === races.version) return;
    known = races.version;
    const before = grounds;
    grounds = new Map();
    byBib = new Map();
    byAthlete = new Map();
    byDevice = new Map();
    for (const race of races.all()) {
      if (!FOLLOWED.includes(race.state) || race.course === null) continue;
      const kept = before.get(race.id);
      const ground = kept?.race === race ? kept : groundOf(race, kept);
      grounds.set(race.id, ground);
      for (const starter of race.starters) {
        const start = { ground, starter };
        byBib.set(`${race.id}/${starter.bib}`, start);
        const { athlete, device } = starter;
        if (athlete !== '') add(byAthlete, athlete, start);
        else if (device !== null) add(byDevice, device, start);
      }
    }
  }

  return {
    of(athlete, device) {
      refresh();
      if (grounds.size === 0) return NOBODY;
      const starts = (athlete === '' ? undefined : byAthlete.get(athlete)) ?? byDevice.get(device) ?? NOBODY;
      const fits = ({ starter }: Start) => starter.device === null || starter.device === device;
      return starts.every(fits) ? starts : starts.filter(fits);
    },
    find(race, bib) {
      refresh();
      return byBib.get(`${race}/${bib}`) ?? null;
    },
    get(race) {
      refresh();
      return grounds.get(race) ?? null;
    },
    get version() {
      refresh();
      return known;
    },
  };
}

function add(map: Map<string, Start[]>, key: string, start: Start): void {
  const starts = map.get(key);
  if (starts === undefined) map.set(key, [start]);
  else starts.push(start);
}

/** A race whose course is as it was keeps it, so that positions go on. */
function groundOf(race: Race, before: RaceGround | undefined): RaceGround {
  if (race.course === null) throw new RangeError(`${race.id} has no course`);
  const courseKey = createHash('sha256').update(JSON.stringify(race.course)).digest('hex').slice(0, 16);
  const course = before?.courseKey === courseKey ? before.course : createCourse(createCourseLine(race.course));
  const guns = new Map(race.waves.map(({ id, gunTimeMs }) => [id, gunTimeMs]));
  return {
    ...{ race, course, courseKey, marks: marksOf(race.checkpoints), pace: paceOf(race.sport) },
    // Checked with the race: every starter's wave is one of it.
    gunTimeMs: ({ wave }) => guns.get(wave) ?? 0,
  };
}
