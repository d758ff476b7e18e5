import { Compile, type Validator } from 'typebox/schema';
import { createCourseLine } from './course-line.ts';
import {
  MAX_MARKS,
  type Race,
  type RaceSetting,
  RaceSettingSchema,
  STARTERS_PER_CHUNK,
  type Starter,
  StarterChunkSchema,
} from './race.ts';

/** Compiled once: reading the schema anew for each of five thousand starters took a second. */
const settingShape = Compile(RaceSettingSchema);
const chunkShape = Compile(StarterChunkSchema);

/** `field` is the JSON pointer of what breaks the rule: `/checkpoints/3/positionM`. */
export class RaceError extends Error {
  override name = 'RaceError';
  readonly field: string;
  readonly rule: string;
  constructor(field: string, rule: string) {
    super(`${field || 'the race'} ${rule}`);
    this.field = field;
    this.rule = rule;
  }
}

/** Throws {@link RaceError} unless `said` is a race without its starters. A draft may miss what is not decided yet. */
export function checkRaceSetting(said: unknown): RaceSetting {
  if (!settingShape.Check(said)) throw shapeError(settingShape, said);
  const setting = said as RaceSetting;
  checkCourse(setting);
  checkUnique('/categories', setting.categories, ({ id }) => id, 'id');
  checkUnique('/waves', setting.waves, ({ id }) => id, 'id');
  checkUnique('/checkpoints', setting.checkpoints, ({ id }) => id, 'id');
  checkCategories(setting);
  checkWaves(setting);
  checkCheckpoints(setting);
  if (setting.state !== 'draft') checkComplete(setting);
  const { count, chunks } = setting.starters;
  if (chunks !== Math.ceil(count / STARTERS_PER_CHUNK)) {
    throw new RaceError('/starters/chunks', `must be the count divided by ${STARTERS_PER_CHUNK}, rounded up`);
  }
  return setting;
}

/** Throws {@link RaceError} unless the starters are of the race: its waves and categories, no bib or chip twice. */
export function checkStarters(setting: Pick<RaceSetting, 'waves' | 'categories'>, starters: readonly Starter[]): void {
  for (let from = 0; from < starters.length; from += STARTERS_PER_CHUNK) {
    const chunk = { starters: starters.slice(from, from + STARTERS_PER_CHUNK) };
    if (!chunkShape.Check(chunk)) throw shapeError(chunkShape, chunk, from);
  }
  checkUnique('/starters', starters, ({ bib }) => bib, 'bib');
  checkUnique('/starters', starters, ({ chip }) => chip, 'chip');
  checkUnique('/starters', starters, whoOf, 'athlete and device');
  const waves = new Set(setting.waves.map(({ id }) => id));
  const categories = new Set(setting.categories.map(({ id }) => id));
  for (const [i, { wave, category }] of starters.entries()) {
    if (!waves.has(wave)) throw new RaceError(`/starters/${i}/wave`, `names no wave of the race: ${wave}`);
    if (!categories.has(category)) {
      throw new RaceError(`/starters/${i}/category`, `names no category of the race: ${category}`);
    }
  }
}

/** Throws {@link RaceError}. */
export function joinRace(setting: RaceSetting, starters: readonly Starter[]): Race {
  const { starters: named, ...rest } = setting;
  if (starters.length !== named.count) {
    throw new RaceError('/starters/count', `must be the number of starters in the chunks, ${starters.length}`);
  }
  checkStarters(setting, starters);
  return { ...rest, starters, startersVersion: named.version };
}

/** Whom the data of a starter comes from; null when only mats and people tell of them. */
function whoOf({ athlete, device }: Starter): string | null {
  return athlete === '' && device === null ? null : `${athlete} ${device ?? ''}`;
}

function checkCourse({ course }: RaceSetting): void {
  if (course === null) return;
  const { latitudeE7, longitudeE7, altitudeDm, isClosed, laps } = course;
  const isEven =
    longitudeE7.length === latitudeE7.length && (altitudeDm?.length ?? latitudeE7.length) === latitudeE7.length;
  if (!isEven) throw new RaceError('/course', 'must have as many longitudes and altitudes as latitudes');
  if (!isClosed && laps !== 1) throw new RaceError('/course/laps', 'must be 1 of a course that is not closed');
  if (!(createCourseLine(course).lengthM > 0)) throw new RaceError('/course', 'must have a length');
}

function checkCategories({ categories }: RaceSetting): void {
  for (const [i, { minAge, maxAge }] of categories.entries()) {
    if (minAge !== null && maxAge !== null && minAge > maxAge) {
      throw new RaceError(`/categories/${i}/maxAge`, 'must not be below minAge');
    }
  }
}

function checkWaves({ waves, categories, closesMs }: RaceSetting): void {
  const known = new Set(categories.map(({ id }) => id));
  for (const [i, wave] of waves.entries()) {
    const stray = wave.categories.find((id) => !known.has(id));
    if (stray !== undefined) throw new RaceError(`/waves/${i}/categories`, `name no category of the race: ${stray}`);
    if (closesMs !== null && wave.gunTimeMs >= closesMs) {
      throw new RaceError(`/waves/${i}/gunTimeMs`, 'must be before closesMs');
    }
  }
}

function checkCheckpoints({ checkpoints, course }: RaceSetting): void {
  const marks = checkpoints.reduce((sum, { positionM }) => sum + positionM.length, 0);
  if (marks > MAX_MARKS) throw new RaceError('/checkpoints', `must have ${MAX_MARKS} passes at most, not ${marks}`);
  const lengthM = course === null ? Number.POSITIVE_INFINITY : createCourseLine(course).lengthM;
  for (const [i, { kind, positionM, ends, centre, radiusM }] of checkpoints.entries()) {
    const field = `/checkpoints/${i}`;
    if (positionM.some((at, n) => n > 0 && at <= positionM[n - 1])) {
      throw new RaceError(`${field}/positionM`, 'must rise from pass to pass');
    }
    // A millimetre: who computed the position summed up in another order.
    if (positionM[positionM.length - 1] > lengthM + 0.001) {
      throw new RaceError(`${field}/positionM`, `must be on the course, which is ${lengthM.toFixed(1)} m long`);
    }
    const hasForm =
      kind === 'line' ? centre === null && radiusM === null : ends === null && centre !== null && radiusM !== null;
    if (!hasForm) throw new RaceError(field, 'must have ends (or null) as a line, centre and radiusM as a circle');
  }
}

function checkComplete({ course, checkpoints, waves, categories, closesMs }: RaceSetting): void {
  if (course === null) throw new RaceError('/course', 'must be there before the race is live');
  if (closesMs === null) throw new RaceError('/closesMs', 'must be there before the race is live');
  if (waves.length === 0) throw new RaceError('/waves', 'must be at least one before the race is live');
  if (categories.length === 0) throw new RaceError('/categories', 'must be at least one before the race is live');
  const finishes = checkpoints.filter(({ isFinish }) => isFinish).length;
  if (finishes !== 1) throw new RaceError('/checkpoints', `must have one finish, not ${finishes}`);
  const starts = checkpoints.filter(({ isStart }) => isStart).length;
  if (starts > 1) throw new RaceError('/checkpoints', `must have one start at most, not ${starts}`);
}

function checkUnique<T>(field: string, all: readonly T[], keyOf: (one: T) => string | null, name: string): void {
  const seen = new Map<string, number>();
  for (const [i, one] of all.entries()) {
    const key = keyOf(one);
    if (key === null) continue;
    const before = seen.get(key);
    if (before !== undefined) throw new RaceError(`${field}/${i}`, `has the ${name} of ${field}/${before}: ${key}`);
    seen.set(key, i);
  }
}

/** The first rule of the shape that is broken; starters are numbered from `first` on. */
function shapeError(shape: Pick<Validator, 'Errors'>, said: unknown, first = 0): RaceError {
  const [, [error]] = shape.Errors(said);
  const field = error.instancePath.replace(/^\/starters\/(\d+)/, (_, n) => `/starters/${Number(n) + first}`);
  return new RaceError(field, error.message);
}
