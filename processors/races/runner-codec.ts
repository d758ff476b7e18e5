import { isDeepStrictEqual } from 'node:util';
import { ByteReader } from '../roll-ups/byte-reader.ts';
import { ByteWriter } from '../roll-ups/byte-writer.ts';
import type { Crossing, Mark } from './crossings.ts';
import type { MotionMemory } from './motion.ts';
import type { RaceGround, RaceGrounds } from './race-grounds.ts';
import { Runner } from './runner.ts';
import * as row from './track-rows.ts';

/** Grows with every change of what follows it, of the rows of a track too. */
const FORMAT = 2;
const NUMBER_BYTES = 8;

const writer = new ByteWriter();

interface KeptRunner {
  readonly race: string;
  readonly bib: string;
  readonly courseKey: string;
  readonly source: string;
  readonly heardMs: number;
  readonly isDone: boolean;
  readonly crossings: readonly (Omit<Crossing, 'mark'> & { checkpoint: string; pass: number; positionM: number })[];
  readonly motion: MotionMemory;
  readonly numbers: number;
  /** None in checkpoints of before they were kept: then the race is taken to be as it was. */
  readonly gunTimeMs?: number;
  /** As the race was, with the first of its runners. */
  readonly marks?: readonly Mark[];
  /** Indexes of those marks. */
  readonly awaited?: {
    readonly marks: readonly number[];
    readonly seq: number;
    readonly leastMs?: number;
    readonly isLate?: boolean;
  } | null;
}

/** What is small is JSON; the numbers of the track are bytes. `withMarks` with the first of its race in a part. */
export function encodeRunner(runner: Runner, withMarks: boolean): Uint8Array {
  const { ground, starter, source, heardMs, isDone, crossings, track, motion, gunTimeMs, awaited } = runner;
  const numbers = track.encode();
  const kept: KeptRunner = {
    ...{ race: ground.race.id, bib: starter.bib, courseKey: ground.courseKey, source, heardMs, isDone },
    crossings: Array.from(crossings.values(), ({ mark, ...crossing }) => {
      const { checkpoint, pass, positionM } = ground.marks[mark];
      return { ...crossing, checkpoint, pass, positionM };
    }),
    motion: motion.memory(),
    numbers: numbers.length,
    gunTimeMs,
    ...(withMarks ? { marks: ground.marks } : {}),
    awaited: awaited && { ...awaited, marks: [...awaited.marks] },
  };
  writer.text(JSON.stringify(kept));
  writer.array(new Uint8Array(numbers.buffer));
  return writer.take();
}

/** A part of the checkpoint, of what {@link encodeRunner} gave. */
export function encodeRunners(runners: readonly Uint8Array[]): Uint8Array {
  writer.byte(FORMAT);
  writer.varint(row.CELLS);
  writer.varint(runners.length);
  for (const runner of runners) writer.array(runner);
  return writer.take();
}

/**
 * Those whose race is still there, on the ground that they were followed on: what has changed since is for
 * `Runner.rebind`. Throws RangeError when the bytes are of another format.
 */
export function decodeRunners(bytes: Uint8Array, grounds: RaceGrounds): Runner[] {
  const from = new ByteReader(bytes);
  if (from.byte() !== FORMAT || from.varint() !== row.CELLS) {
    throw new RangeError('the state of races is of another version');
  }
  const runners: Runner[] = [];
  const marksOf = new Map<string, { readonly marks: readonly Mark[]; readonly isSame: boolean }>();
  for (let left = from.varint(); left > 0; left--) {
    const kept = JSON.parse(from.text()) as KeptRunner;
    const numbers = new Uint8Array(kept.numbers * NUMBER_BYTES);
    for (let i = 0; i < numbers.length; i++) numbers[i] = from.byte();
    const { race, marks } = kept;
    if (marks !== undefined) {
      marksOf.set(race, { marks, isSame: isDeepStrictEqual(marks, grounds.get(race)?.marks) });
    }
    const start = grounds.find(race, kept.bib);
    if (start === null) continue;
    const known = marksOf.get(race) ?? { marks: start.ground.marks, isSame: true };
    const ground = groundBefore(start.ground, kept, known, start.ground.gunTimeMs(start.starter));
    runners.push(restored(kept, new Float64Array(numbers.buffer), new Runner(ground, start.starter)));
  }
  return runners;
}

/** The same ground when nothing about it has changed. */
function groundBefore(
  ground: RaceGround,
  { courseKey, gunTimeMs }: KeptRunner,
  { marks, isSame }: { readonly marks: readonly Mark[]; readonly isSame: boolean },
  gunNowMs: number,
): RaceGround {
  const gunBeforeMs = gunTimeMs ?? gunNowMs;
  const isAsBefore = isSame && gunBeforeMs === gunNowMs && courseKey === ground.courseKey;
  return isAsBefore ? ground : { ...ground, courseKey, marks, gunTimeMs: () => gunBeforeMs };
}

function restored(kept: KeptRunner, numbers: Float64Array, runner: Runner): Runner {
  const { ground } = runner;
  runner.source = kept.source;
  runner.heardMs = kept.heardMs;
  runner.isDone = kept.isDone;
  runner.awaited = kept.awaited
    ? { leastMs: 0, isLate: false, ...kept.awaited, marks: new Set(kept.awaited.marks) }
    : null;
  runner.track.restore(numbers);
  runner.motion.recall(kept.motion);
  for (const { checkpoint, pass, positionM, ...crossing } of kept.crossings) {
    const mark = ground.marks.findIndex(
      (one) => one.checkpoint === checkpoint && one.pass === pass && one.positionM === positionM,
    );
    if (mark < 0) continue;
    runner.crossings.set(mark, { ...crossing, mark });
    runner.changedMarks.add(mark);
  }
  runner.isChanged = true;
  return runner;
}
