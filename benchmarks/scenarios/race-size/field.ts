import { madeCourse } from '../../../device-sim/race/race-courses.ts';
import { checkpointsOf } from '../../../device-sim/race/race-plan.ts';
import { createSilentLog } from '../../../runtime/log.ts';
import { openPlatform, platformOptions } from '../../../runtime/nats/platform.ts';
import { readOptions } from '../../../runtime/options.ts';
import { writeRace } from '../../../runtime/race-config.ts';
import type { ReleaseStack } from '../../../runtime/release.ts';
import { createCourseLine } from '../../../schemas/course-line.ts';
import type { Starter } from '../../../schemas/race.ts';
import type { Deployment } from '../../deployment/deployment.ts';

export const FIELD_RACE = 'race-size';
/** The course that `device-sim load --race-rides` runs on with these. */
export const FIELD_COURSE = { seed: '1', courseShape: 'laps', courseM: 6_000 } as const;

/** A load tells what was measured ten seconds ago; nobody may be over the line before the gun. */
const BEFORE_MS = 15_000;
const CLOSES_AFTER_MS = 6 * 3_600_000;

/** Writes the race that everybody of `devices` runs in, its gun a moment ago: they begin when they are connected. */
export async function writeField(
  devices: readonly string[],
  { urls }: Pick<Deployment, 'urls'>,
  release: ReleaseStack,
): Promise<void> {
  const options = readOptions(platformOptions, { argv: [`--nats-urls=${urls.nats}`], env: {} });
  const platform = await openPlatform(options, { name: FIELD_RACE, logger: createSilentLog(), release });
  const course = madeCourse(FIELD_COURSE);
  const gunTimeMs = Date.now() - BEFORE_MS;
  const starters = devices.map((device, i): Starter => {
    const who = { name: `Runner ${i + 1}`, sex: 'other', birthYear: null, club: '', country: '' } as const;
    const wave = { wave: 'all', category: 'open' };
    return { bib: String(i + 1), ...who, athlete: `athlete-${device}`, device, chip: null, ...wave };
  });
  const race = {
    ...({ id: FIELD_RACE, name: 'Everybody', organiser: 'bench', sport: 'run', state: 'live', course } as const),
    closesMs: gunTimeMs + CLOSES_AFTER_MS,
    checkpoints: checkpointsOf(createCourseLine(course)),
    waves: [{ id: 'all', name: 'All', gunTimeMs, categories: ['open'] }],
    categories: [{ id: 'open', name: 'Open', sex: null, minAge: null, maxAge: null }],
  };
  await writeRace(await platform.config(), null, race, starters);
}
