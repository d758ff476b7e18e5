import { ByteReader } from '../roll-ups/byte-reader.ts';
import { ByteWriter } from '../roll-ups/byte-writer.ts';
import type { Crossing } from './crossings.ts';
import type { MotionMemory } from './motion.ts';
import type { RaceGrounds } from './race-grounds.ts';
import { Runner } from './runner.ts';
import * as row from './track-rows.ts';

/** Grows with every change of what follows it, of the rows of a track too. */
const FORMAT = 2;
const NUMBER_BYTES = 8;

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
}

/** What is small is JSON; the numbers of the track are bytes. */
export function encodeRunners(runners: readonly Runner[]): Uint8Array {
  const out = new ByteWriter();
  out.byte(FORMAT);
  out.varint(row.CELLS);
  out.varint(runners.length);
  for (const { ground, starter, source, heardMs, isDone, crossings, track, motion } of runners) {
    const numbers = track.encode();
    const kept: KeptRunner = {
      ...{ race: ground.race.id, bib: starter.bib, courseKey: ground.courseKey, source, heardMs, isDone },
      crossings: Array.from(crossings.values(), ({ mark, ...crossing }) => {
        const { checkpoint, pass, positionM } = ground.marks[mark];
        return { ...crossing, checkpoint, pass, positionM };
      }),
      motion: motion.memory(),
      numbers: numbers.length,
    };
    out.text(JSON.stringify(kept));
    out.array(new Uint8Array(numbers.buffer));
  }
  return out.take();
}

/** Those whose race is still there. Throws RangeError when the bytes are of another format. */
export function decodeRunners(bytes: Uint8Array, grounds: RaceGrounds): Runner[] {
  const from = new ByteReader(bytes);
  if (from.byte() !== FORMAT || from.varint() !== row.CELLS) {
    throw new RangeError('the state of races is of another version');
  }
  const runners: Runner[] = [];
  for (let left = from.varint(); left > 0; left--) {
    const kept = JSON.parse(from.text()) as KeptRunner;
    const numbers = new Uint8Array(kept.numbers * NUMBER_BYTES);
    for (let i = 0; i < numbers.length; i++) numbers[i] = from.byte();
    const runner = restored(kept, new Float64Array(numbers.buffer), grounds);
    if (runner !== null) runners.push(runner);
  }
  return runners;
}

function restored(kept: KeptRunner, numbers: Float64Array, grounds: RaceGrounds): Runner | null {
  const start = grounds.find(kept.race, kept.bib);
  if (start === null) return null;
  const runner = new Runner(start.ground, start.starter);
  runner.source = kept.source;
  runner.heardMs = kept.heardMs;
  runner.isDone = kept.isDone;
  // Of a course that changed meanwhile nothing that was known holds.
  if (kept.courseKey === start.ground.courseKey) {
    runner.track.restore(numbers);
    runner.motion.recall(kept.motion);
  }
  for (const { checkpoint, pass, positionM, ...crossing } of kept.crossings) {
    const mark = start.ground.marks.findIndex(
      (one) => one.checkpoint === checkpoint && one.pass === pass && one.positionM === positionM,
    );
    if (mark < 0) continue;
    runner.crossings.set(mark, { ...crossing, mark });
    runner.changedMarks.add(mark);
  }
  runner.isChanged = true;
  return runner;
}
