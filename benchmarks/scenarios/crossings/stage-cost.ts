import { measureRunner, WHITE_3M } from '../../../device-sim/race/gps-noise.ts';
import { makeRaceCourse } from '../../../device-sim/race/race-courses.ts';
import { createRunner } from '../../../device-sim/race/race-truth.ts';
import { createRandom } from '../../../device-sim/random.ts';
import { createRaceGrounds } from '../../../processors/races/race-grounds.ts';
import { ShardRaces } from '../../../processors/races/shard-races.ts';
import { untilDone } from '../../../runtime/steps.ts';
import type { SampleBatch } from '../../../schemas/batch/reader.ts';
import { CHANNELS } from '../../../schemas/channels.ts';
import { createCourseLine } from '../../../schemas/course-line.ts';
import type { Race, Starter } from '../../../schemas/race.ts';

const GUN_MS = 1_800_000_000_000;
const COURSE_M = 10_000;
const CHECKPOINTS = 11;
const FIXES_PER_TURN = 60;

export interface StageCost {
  /** CPU time of a fix of a starter, by turn of a minute; in a batch of one fix of each athlete. */
  readonly starterUs: readonly number[];
  /** The same for athletes who are in no race. */
  readonly strangerUs: readonly number[];
  /** What a checkpoint keeps of a runner. */
  readonly keptBytes: number;
}

/** What races cost the holder of a shard: `athletes` once a second, for `turns` minutes after one to warm up. */
export function measureStage(athletes: number, turns: number): StageCost {
  const random = createRandom('race stage', 'all');
  const course = makeRaceCourse(random, 'laps', COURSE_M);
  const line = createCourseLine(course);
  const race = raceOf(course, line.lengthM, athletes);
  const noted = Array.from({ length: athletes }, () => {
    const plan = { gunTimeMs: GUN_MS, waitS: 10, paceMps: random.between(3, 5), minMps: 2.5, fade: 0, stopsPerS: 0 };
    const fixes = [];
    for (const fix of measureRunner(random, line, createRunner(random, line, plan), WHITE_3M)) {
      if (fixes.push(fix) === (turns + 1) * FIXES_PER_TURN) break;
    }
    return fixes;
  });
  const state = new ShardRaces(createRaceGrounds({ all: () => [race], version: 1 }), { fixes: 0, late: 0 }, new Map());
  const cost = { starterUs: [] as number[], strangerUs: [] as number[], keptBytes: 0 };
  for (let turn = 0; turn <= turns; turn++) {
    for (const kind of ['starter', 'stranger'] as const) {
      const keys = noted.map((_, i) => `${kind}-${i}`);
      const batches = Array.from({ length: FIXES_PER_TURN }, (_, second) =>
        batchOf(
          keys,
          noted.map((fixes) => fixes[turn * FIXES_PER_TURN + second]),
        ),
      );
      const before = process.cpuUsage();
      for (const [second, batch] of batches.entries()) {
        const seq = 2 * (turn * FIXES_PER_TURN + second) + 1;
        state.passTo(batch.tsMs[0], seq);
        state.fold(batch, seq);
      }
      const { user, system } = process.cpuUsage(before);
      if (turn > 0) cost[`${kind}Us`].push((user + system) / (athletes * FIXES_PER_TURN));
    }
  }
  for (const bytes of untilDone(state.takeDirtyInSteps()).values()) cost.keptBytes += (bytes?.length ?? 0) / athletes;
  return cost;
}

function raceOf(course: Race['course'], lengthM: number, athletes: number): Race {
  const line = { kind: 'line', ends: null, centre: null, radiusM: null } as const;
  const starterOf = (i: number): Starter => ({
    ...{ bib: `${i}`, name: `${i}`, sex: 'female', birthYear: 1990, club: '', country: '', athlete: `starter-${i}` },
    ...{ device: null, chip: null, wave: 'w', category: 'c' },
  });
  return {
    ...{ id: 'stage', version: 1, name: 'stage', organiser: 'o', sport: 'run', state: 'live', course },
    closesMs: GUN_MS + 86_400_000,
    checkpoints: Array.from({ length: CHECKPOINTS }, (_, i) => {
      const positionM = [(i / (CHECKPOINTS - 1)) * lengthM];
      return { id: `c${i}`, name: `c${i}`, ...line, positionM, isStart: i === 0, isFinish: i === CHECKPOINTS - 1 };
    }),
    waves: [{ id: 'w', name: 'w', gunTimeMs: GUN_MS, categories: ['c'] }],
    categories: [{ id: 'c', name: 'c', sex: null, minAge: null, maxAge: null }],
    starters: Array.from({ length: athletes }, (_, i) => starterOf(i)),
    startersVersion: 1,
  };
}

type Noted = { timeMs: number; latitudeE7: number; longitudeE7: number; accuracy: number; speed: number | null };

/** One row of each athlete, as a batch is once it is decoded. */
function batchOf(keys: readonly string[], fixes: readonly Noted[]): SampleBatch {
  const rows = fixes.length;
  const values = new Map<string, (fix: Noted) => number>([
    ['latitude', (fix) => fix.latitudeE7],
    ['longitude', (fix) => fix.longitudeE7],
    ['horizontal_accuracy', (fix) => fix.accuracy],
    ['speed', (fix) => fix.speed ?? 0],
  ]);
  const own = { keys, index: Uint32Array.from(keys.keys()) };
  const alike = (text: string) => ({ keys: [text], index: new Uint32Array(rows) });
  const timesMs = Float64Array.from(fixes, ({ timeMs }) => timeMs);
  return {
    ...{ kind: 'samples', rows, device: own, athlete: own, source: alike('gps'), firmware: alike('') },
    ...{ boot: new Uint32Array(2 * rows), seq: new Uint32Array(2 * rows), deviceTimeMs: timesMs, tsMs: timesMs },
    channels: CHANNELS.map((channel) => {
      const read = values.get(channel.name);
      return read ? { channel, values: Int32Array.from(fixes, read), nulls: new Uint8Array(rows) } : null;
    }),
  };
}
